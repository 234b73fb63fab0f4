/** The variants of Multi-Paxos that are kept with it, by subject. */

import type { Variant } from '../system.ts';
import type { MultiRules } from './rules.ts';

export const multiVariants: readonly Variant<MultiRules>[] = [];
