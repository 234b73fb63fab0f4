/** Records that are not synced before what depends on them leaves the node (Figure 2, "State"). */

import { CRASHES, sendBeforeSync, unsynced } from '../../host-mutants.ts';
import type { Variant } from '../../system.ts';
import type { RaftRecord } from '../messages.ts';
import type { RaftRules } from '../rules.ts';

type RaftVariant = Variant<RaftRules>;

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
  renameWithoutSync,
] as const;
