/** Wrong answers, sessions and leaderships: phase 3, and what clients see of it. */

import type { Variant } from '../../system.ts';
import { compareZxids, lastPosition, lastZxid } from '../history.ts';
import type { ZabRules } from '../rules.ts';

type ZabVariant = Variant<ZabRules>;

const SPLITS = { nemesis: ['partition', 'kill', 'pause'], nemesisIntervalS: 1 } as const;

const serveBeforeUpToDate: ZabVariant = {
  id: 'zb-serve-before-uptodate',
  describe: 'a follower answers reads before its leader has said that it is up to date',
  kind: 'mutant',
  rules: () => ({
    canServe: ({ role, phase }) =>
      phase === 'broadcast' || (phase === 'synchronisation' && role !== 'leading'),
  }),
  source: 'Zab 1.0, phase 2, step 4; etcd issue 3879 (the same mistake)',
  expect: ['ServeAfterSync', 'MonotonicSession'],
  hunt: { ...SPLITS, rate: 300, set: { reads: 'sync', 'network.latencyMaxUs': 20_000 } },
};

const counterOverflow: ZabVariant = {
  id: 'zb-counter-overflow',
  describe: 'after the last number of an epoch the leader goes on in the next epoch, unelected',
  kind: 'mutant',
  rules: () => ({
    nextZxid({ epoch, counter, log, config }) {
      const last = log.at(-1)?.zxid;
      const current = last !== undefined && last.epoch >= epoch ? last : { epoch, counter };
      return current.counter < config.counterMax
        ? { epoch: current.epoch, counter: current.counter + 1 }
        : { epoch: current.epoch + 1, counter: 0 };
    },
    acceptPropose: (state, zxid) => compareZxids(zxid, lastZxid(state)) > 0,
  }),
  source: 'ZOOKEEPER-1277',
  expect: ['PrimaryIntegrity', 'ZxidUnique', 'EpochUnique', 'LocalPrimaryOrder'],
  hunt: { ...SPLITS, nemesisIntervalS: 5, set: { counterBits: 8 } },
};

const replyOnPropose: ZabVariant = {
  id: 'zb-reply-on-propose',
  describe: 'a client is told that its write is done when it is proposed',
  kind: 'mutant',
  rules: () => ({
    answerOnPropose: (state, { operation }) =>
      operation?.f === 'write'
        ? { status: 'ok', value: null, position: lastPosition(state) }
        : null,
  }),
  source: 'general',
  expect: ['AckedNotDelivered', 'AckedApplied', 'linearizable'],
  hunt: SPLITS,
};

const ignoresQuorumLoss: ZabVariant = {
  id: 'zb-leader-ignores-quorum-loss',
  describe: 'a leader goes on leading although no quorum is left with it',
  kind: 'mutant',
  rules: () => ({ toLooking: () => false }),
  source: 'DSN, section IV: the leader that loses its quorum goes back to phase 0',
  expect: ['Liveness:followers-converge', 'Liveness:client-completes', 'availability'],
  hunt: { nemesis: ['partition', 'pause'], nemesisIntervalS: 3 },
};

const retryDuplicates: ZabVariant = {
  id: 'zb-retry-after-failover-duplicates',
  describe: 'a request that is sent again to the new leader is executed again',
  kind: 'mutant',
  rules: () => ({ dedupe: () => 'execute' }),
  source: 'KUDU-568 (class)',
  expect: ['SessionDedupe', 'linearizable'],
  hunt: SPLITS,
};

const syncIsLocal: ZabVariant = {
  id: 'zb-sync-is-local',
  describe: 'a sync is over at once, without having asked the leader',
  kind: 'mutant',
  rules: () => ({ syncAsksLeader: () => false }),
  source: 'ZOOKEEPER-1675 (contrast)',
  expect: ['SyncFreshness', 'J:ReadCert'],
  hunt: { ...SPLITS, set: { reads: 'sync' } },
};

const seenIgnored: ZabVariant = {
  id: 'zb-seen-ignored',
  describe: 'a server answers whoever comes, however much more of the state that one has seen',
  kind: 'mutant',
  rules: () => ({ hasSeen: () => true }),
  source: 'ZooKeeper, FinalRequestProcessor and lastZxidSeen of a client that connects again',
  expect: ['MonotonicSession'],
  hunt: { ...SPLITS, rate: 300, set: { reads: 'local', 'network.latencyMaxUs': 20_000 } },
};

export const serviceMutants = [
  serveBeforeUpToDate,
  counterOverflow,
  replyOnPropose,
  ignoresQuorumLoss,
  retryDuplicates,
  syncIsLocal,
  seenIgnored,
] as const;
