/** Records that are not synced before what depends on them leaves the node (Figure 2, "State"). */

import { CRASHES, sendBeforeSync, unsynced } from '../../host-mutants.ts';
import type { Variant } from '../../system.ts';
import type { RaftRecord } from '../messages.ts';
import type { RaftRules } from '../rules.ts';

type RaftVariant = Variant<RaftRules>;

/** Nothing but faults of disks, and the crashes that show them. */
const DISK_FAULTS = { nodes: 3, nemesisIntervalS: 0.5 } as const;

/** What a node had said that it held, and has not. */
const LOST_RECORDS = [
  'D:LogDurable',
  'D:AppliedDurable',
  'D:TermDurable',
  'D:VoteDurable',
  'D:SnapshotDurable',
];

const termNotDurable: RaftVariant = {
  id: 'rf-term-not-durable',
  describe: 'a new term is acted upon before it is on the disk',
  kind: 'mutant',
  durability: unsynced<RaftRecord>('term'),
  source: 'counter-example to raft.tla (pull request 5)',
  expect: ['D:TermDurable', 'VoteOnce'],
  hunt: CRASHES,
};

const voteNotDurable: RaftVariant = {
  id: 'rf-vote-not-durable',
  describe: 'a vote is sent before it is on the disk',
  kind: 'mutant',
  durability: unsynced<RaftRecord>('vote'),
  source: 'tikv issue 1610; Raft, section 5.2',
  expect: ['D:VoteDurable', 'D:TermDurable', 'VoteOnce'],
  // A vote is on its way to a slow disk for longer.
  hunt: { ...CRASHES, set: { 'disk.syncMaxUs': 30_000 } },
};

const logNotDurable: RaftVariant = {
  id: 'rf-log-not-durable',
  describe: 'AppendEntries are acknowledged before the entries are on the disk',
  kind: 'mutant',
  durability: unsynced<RaftRecord>('entries'),
  source: 'etcd issue 14140, found by Jepsen with lazyfs',
  expect: ['D:LogDurable', 'D:AppliedDurable'],
  hunt: CRASHES,
};

const unsyncedSends: RaftVariant = sendBeforeSync([
  'D:LogDurable',
  'D:AppliedDurable',
  'D:TermDurable',
  'D:VoteDurable',
]);

const tornTailAccepted: RaftVariant = {
  id: 'sys-torn-tail-accepted',
  describe: 'a start takes a torn last record of the write-ahead log for whole',
  kind: 'mutant',
  disk: { tornTail: 'accept' },
  source: 'Alagappan et al., Protocol-Aware Recovery (FAST 2018)',
  expect: ['LogMatching', 'D:LogDurable', 'D:TermDurable', 'PANIC'],
  hunt: { ...CRASHES, set: { 'disk.crash': 'torn' } },
};

const failedSyncIgnored: RaftVariant = {
  id: 'sys-failed-sync-ignored',
  describe:
    'a sync that fails is taken for one that succeeded, and what it was to make durable is lost',
  kind: 'mutant',
  disk: { failedSync: 'ignored' },
  source:
    'PostgreSQL, "fsyncgate" (2018); Rebello et al., Can Applications Recover from fsync Failures? (ATC 2020)',
  expect: LOST_RECORDS,
  hunt: { ...DISK_FAULTS, nemesis: ['failing-sync', 'kill'] },
};

const noRoomIgnored: RaftVariant = {
  id: 'sys-full-disk-ignored',
  describe: 'a write that finds no room is dropped without a word',
  kind: 'mutant',
  disk: { noRoom: 'ignored' },
  source: 'Ganesan et al., Redundancy Does Not Imply Fault Tolerance (FAST 2017)',
  expect: LOST_RECORDS,
  hunt: { ...DISK_FAULTS, nemesis: ['full-disk', 'kill'] },
};

const damageAccepted: RaftVariant = {
  id: 'sys-damage-accepted',
  describe: 'a start takes a stored record that is damaged as it is, its checksum not looked at',
  kind: 'mutant',
  disk: { damage: 'accept' },
  source:
    'Ganesan et al., Redundancy Does Not Imply Fault Tolerance (FAST 2017); Alagappan et al. (FAST 2018)',
  expect: [...LOST_RECORDS, 'LogMatching', 'PANIC'],
  hunt: { ...DISK_FAULTS, nemesis: ['bit-rot'] },
};

const gapAccepted: RaftVariant = {
  id: 'sys-gap-accepted',
  describe: 'a start reads on behind the first record that is missing',
  kind: 'mutant',
  disk: { tornTail: 'accept' },
  source: 'Pillai et al., All File Systems Are Not Created Equal (OSDI 2014)',
  expect: [...LOST_RECORDS, 'LogMatching', 'PANIC'],
  hunt: { ...DISK_FAULTS, nemesis: ['power-loss'], set: { 'disk.crash': 'partial' } },
};

const renameWithoutSync: RaftVariant = {
  id: 'sys-rename-without-dirsync',
  describe: 'a snapshot takes the place of the log by a rename that is not made durable',
  kind: 'mutant',
  disk: { rename: 'unsynced' },
  source: 'hashicorp/raft 854cbcb',
  expect: ['D:SnapshotDurable', 'D:LogDurable', 'D:TermDurable', 'D:VoteDurable'],
  hunt: { ...CRASHES, set: { snapshotEvery: 20 } },
};

export const diskMutants = [
  termNotDurable,
  voteNotDurable,
  logNotDurable,
  unsyncedSends,
  tornTailAccepted,
  failedSyncIgnored,
  noRoomIgnored,
  damageAccepted,
  gapAccepted,
  renameWithoutSync,
] as const;
