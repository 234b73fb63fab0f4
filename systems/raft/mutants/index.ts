/** The registry of Raft's variants: planted bugs by subject, and harmless changes. */

import type { Variant } from '../../system.ts';
import type { RaftRules } from '../rules.ts';
import { raftDecoys } from './decoys.ts';
import { diskMutants } from './disks.ts';
import { electionMutants } from './elections.ts';
import { lifeMutants } from './life.ts';
import { liveMutants } from './live.ts';
import { logMutants } from './logs.ts';
import { membershipMutants } from './membership.ts';
import { messageMutants } from './messages.ts';
import { roleMutants } from './roles.ts';
import { serviceMutants } from './services.ts';
import { snapshotMutants } from './snapshots.ts';

export const raftVariants: readonly Variant<RaftRules>[] = [
  ...electionMutants,
  ...logMutants,
  ...diskMutants,
  ...roleMutants,
  ...serviceMutants,
  ...snapshotMutants,
  ...membershipMutants,
  ...liveMutants,
  ...messageMutants,
  ...lifeMutants,
  ...raftDecoys,
];
