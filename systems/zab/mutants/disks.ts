/** What is claimed before it is on the disk, or written after it should not be. */

import { CRASHES, sendBeforeSync, unsynced } from '../../host-mutants.ts';
import type { Variant } from '../../system.ts';
import type { ZabRecord } from '../messages.ts';
import type { ZabRules } from '../rules.ts';

type ZabVariant = Variant<ZabRules>;

const acceptedEpochNotDurable: ZabVariant = {
  id: 'zb-accepted-epoch-not-durable',
  describe: 'an epoch is promised before the promise is on the disk',
  kind: 'mutant',
  durability: unsynced<ZabRecord>('accepted-epoch'),
  source: 'ZOOKEEPER-335, ZOOKEEPER-1081, ZOOKEEPER-2307',
  expect: ['D:EpochDurable', 'EpochUnique', 'ZxidUnique', 'EpochMonotone'],
  hunt: {
    nodes: 3,
    nemesis: ['kill'],
    nemesisIntervalS: 0.2,
    set: { finalizeMs: 20, 'network.latencyMaxUs': 20_000, 'network.lossPpm': 20_000 },
  },
};

const ackNewLeaderBeforeLog: ZabVariant = {
  id: 'zb-ack-newleader-before-log',
  describe: 'NEWLEADER is acknowledged before the history is on the disk',
  kind: 'mutant',
  rules: () => ({ joinSteps: () => ['epoch', 'ack', 'history'] }),
  source: 'ZOOKEEPER-3911, ZOOKEEPER-4646, ZOOKEEPER-4785',
  expect: ['D:LogDurable', 'SyncComplete', 'J:QuorumCert', 'LeaderHistoryComplete'],
  hunt: {
    nodes: 3,
    nemesis: ['kill', 'partition'],
    nemesisIntervalS: 0.3,
    set: { 'disk.syncMaxUs': 50_000 },
  },
};

const ackBeforeLog: ZabVariant = {
  id: 'zb-ack-before-log',
  describe: 'a proposal is acknowledged before it is on the disk',
  kind: 'mutant',
  durability: unsynced<ZabRecord>('txn'),
  source: 'DSN, step f.3.1',
  expect: ['D:LogDurable', 'D:AppliedDurable'],
  hunt: CRASHES,
};

const stopNotFull: ZabVariant = {
  id: 'zb-stop-not-full',
  describe: 'the worker that logs for the leader of before goes on after a new election has begun',
  kind: 'mutant',
  rules: (base) => ({
    hearsLeader: (state, from, message) =>
      (message.kind === 'propose' && state.role !== 'leading') ||
      base.hearsLeader(state, from, message),
  }),
  source: 'ZOOKEEPER-4541, ZOOKEEPER-4712',
  expect: ['ProposalGap', 'SyncComplete', 'D:LogDurable', 'PANIC', 'TotalOrder'],
  hunt: {
    nodes: 5,
    nemesis: ['partition'],
    nemesisIntervalS: 0.3,
    timeLimitS: 30,
    rate: 500,
    set: {
      syncLimitMs: 60,
      initLimitMs: 200,
      pingMs: 10,
      finalizeMs: 10,
      'network.latePpm': 50_000,
      'network.lateMaxUs': 500_000,
      'network.resends': 0,
    },
  },
};

const unsyncedSends: ZabVariant = sendBeforeSync([
  'D:LogDurable',
  'D:EpochDurable',
  'D:AppliedDurable',
]);

export const diskMutants = [
  acceptedEpochNotDurable,
  ackNewLeaderBeforeLog,
  ackBeforeLog,
  stopNotFull,
  unsyncedSends,
] as const;
