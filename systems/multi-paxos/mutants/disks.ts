/** Records that are not synced before what depends on them leaves the node, and lost disks. */

import { CRASHES, sendBeforeSync, unsynced } from '../../host-mutants.ts';
import type { Variant } from '../../system.ts';
import type { MultiRecord } from '../messages.ts';
import type { MultiRules } from '../rules.ts';

type MultiVariant = Variant<MultiRules>;

const promiseNotDurable: MultiVariant = {
  id: 'mp-promise-not-durable',
  describe: 'a promise is sent before it is on the disk',
  kind: 'mutant',
  durability: unsynced<MultiRecord>('promise'),
  source: 'PML, section 5',
  expect: ['D:PromiseDurable', 'PromiseMonotone', 'AcceptRespectsPromise'],
  hunt: { ...CRASHES, set: { electionTimeoutMs: 60, heartbeatMs: 20 } },
};

const acceptNotDurable: MultiVariant = {
  id: 'mp-accept-not-durable',
  describe: 'an acceptance is sent before it is on the disk',
  kind: 'mutant',
  durability: unsynced<MultiRecord>('accept'),
  source: 'PML, section 5',
  expect: ['D:AcceptDurable', 'D:AppliedDurable', 'D:PromiseDurable', 'SafeAt'],
  hunt: CRASHES,
};

const unsyncedSends: MultiVariant = sendBeforeSync([
  'D:AcceptDurable',
  'D:AppliedDurable',
  'D:PromiseDurable',
  'D:BallotDurable',
]);

const snapshotPrunesFirst: MultiVariant = {
  id: 'mp-snapshot-prunes-first',
  describe: 'what a snapshot covers is removed from the disk before the snapshot is on it',
  kind: 'mutant',
  rules: () => ({ compaction: (snapshot, rest) => [rest, [snapshot, ...rest]] }),
  source: 'redisraft 1b3fbf6; LogCabin issue 174 (class)',
  expect: ['D:AppliedDurable', 'D:AcceptDurable', 'D:SnapshotDurable'],
  hunt: {
    nodes: 3,
    nemesis: ['kill'],
    nemesisIntervalS: 0.3,
    rate: 300,
    set: { snapshotEvery: 1 },
  },
};

/** The fault is part of the variant: there is no nemesis that wipes disks. */
const diskLossRejoins: MultiVariant = {
  id: 'mp-disk-loss-rejoins-voting',
  describe: 'a node whose disk is wiped at every third start answers prepares again at once',
  kind: 'mutant',
  rules: () => ({
    recordsAtStart: (records, incarnation) => (incarnation % 3 === 0 ? [] : records),
  }),
  source: 'PML, section 5.1; Michael et al., DISC 2017',
  expect: ['D:PromiseDurable', 'D:BallotDurable', 'D:SnapshotDurable', 'D:AppliedDurable'],
  hunt: { nodes: 3, nemesis: ['kill'], nemesisIntervalS: 1 },
};

export const diskMutants = [
  promiseNotDurable,
  acceptNotDurable,
  unsyncedSends,
  snapshotPrunesFirst,
  diskLossRejoins,
] as const;
