/** The variants of Multi-Paxos that are kept with it, by subject. */

import type { Variant } from '../system.ts';
import { acceptorMutants } from './mutants/acceptors.ts';
import { multiDecoys } from './mutants/decoys.ts';
import { diskMutants } from './mutants/disks.ts';
import { leaderMutants } from './mutants/leaders.ts';
import { learnerMutants } from './mutants/learners.ts';
import { leaseMutants } from './mutants/leases.ts';
import { messageMutants } from './mutants/messages.ts';
import { proposerMutants } from './mutants/proposers.ts';
import { serviceMutants } from './mutants/services.ts';
import type { MultiRules } from './rules.ts';

export const multiVariants: readonly Variant<MultiRules>[] = [
  ...leaderMutants,
  ...learnerMutants,
  ...serviceMutants,
  ...acceptorMutants,
  ...proposerMutants,
  ...leaseMutants,
  ...diskMutants,
  ...messageMutants,
  ...multiDecoys,
];
