/** The variants of Raft that are kept with it, by subject. */

import type { Variant } from '../system.ts';
import { raftDecoys } from './mutants/decoys.ts';
import { diskMutants } from './mutants/disks.ts';
import { electionMutants } from './mutants/elections.ts';
import { liveMutants } from './mutants/live.ts';
import { logMutants } from './mutants/logs.ts';
import { serviceMutants } from './mutants/services.ts';
import { snapshotMutants } from './mutants/snapshots.ts';
import type { RaftRules } from './rules.ts';

export const raftVariants: readonly Variant<RaftRules>[] = [
  ...electionMutants,
  ...logMutants,
  ...diskMutants,
  ...serviceMutants,
  ...snapshotMutants,
  ...liveMutants,
  ...raftDecoys,
];
