/** The variants of Basic Paxos that are kept with it, by subject. */

import type { Variant } from '../system.ts';
import type { BasicRules } from './rules.ts';

export const basicVariants: readonly Variant<BasicRules>[] = [];
