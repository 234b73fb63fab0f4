/** The variants of Raft that are kept with it. */

import type { Variant } from '../system.ts';

export const raftVariants: readonly Variant[] = [];
