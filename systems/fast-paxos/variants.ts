/** The variants of Fast Paxos that are kept with it, by subject. */

import type { Variant } from '../system.ts';
import { fastDecoys } from './mutants/decoys.ts';
import { lifeMutants } from './mutants/life.ts';
import { messageMutants } from './mutants/messages.ts';
import { pickingMutants } from './mutants/picking.ts';
import { progressMutants } from './mutants/progress.ts';
import { slotMutants } from './mutants/slots.ts';
import { votingMutants } from './mutants/voting.ts';
import type { FastRules } from './rules.ts';

export const fastVariants: readonly Variant<FastRules>[] = [
  ...pickingMutants,
  ...votingMutants,
  ...slotMutants,
  ...progressMutants,
  ...messageMutants,
  ...lifeMutants,
  ...fastDecoys,
];
