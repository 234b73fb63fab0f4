/** The variants of Basic Paxos that are kept with it, by subject. */

import type { Variant } from '../system.ts';
import { acceptorMutants } from './mutants/acceptors.ts';
import { basicDecoys } from './mutants/decoys.ts';
import { diskMutants } from './mutants/disks.ts';
import { learnerMutants } from './mutants/learners.ts';
import { proposerMutants } from './mutants/proposers.ts';
import { readMutants } from './mutants/reads.ts';
import type { BasicRules } from './rules.ts';

export const basicVariants: readonly Variant<BasicRules>[] = [
  ...acceptorMutants,
  ...proposerMutants,
  ...learnerMutants,
  ...readMutants,
  ...diskMutants,
  ...basicDecoys,
];
