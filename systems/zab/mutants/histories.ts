/** Wrong synchronisations (phase 2), and histories that come out of them with holes. */

import { emptyKv, restoreKv } from '../../kv.ts';
import type { Variant } from '../../system.ts';
import type { Txn } from '../messages.ts';
import type { State, ZabRules } from '../rules.ts';

type ZabVariant = Variant<ZabRules>;

/** Servers fall behind, and come back while much is under way. */
const CHURN = { nodes: 5, nemesis: ['kill', 'partition'], nemesisIntervalS: 1 } as const;

/**
 * The same, with no transactions kept behind snapshots, and so little patience with late messages
 * that synchronisations are cut short.
 */
const IMPATIENT = {
  ...CHURN,
  nemesisIntervalS: 0.3,
  rate: 200,
  set: {
    snapshotEvery: 60,
    retained: 0,
    initLimitMs: 100,
    syncLimitMs: 500,
    finalizeMs: 20,
    'network.latePpm': 100_000,
    // Connections that break at the first loss, and are held up by the first late message.
    'network.resends': 0,
  },
} as const;

const syncMissing: ZabVariant = {
  id: 'zb-sync-missing',
  describe: 'a follower joins with the history that it has',
  kind: 'mutant',
  rules: () => ({
    syncPlan: (state) => ({ kind: 'diff', from: state.base.position + state.log.length }),
  }),
  source: 'general',
  expect: [
    'SyncComplete',
    'PANIC',
    'LeaderHistoryComplete',
    'J:QuorumCert',
    'ProposalGap',
    'D:LogDurable',
  ],
  hunt: CHURN,
};

const noTruncation: ZabVariant = {
  id: 'zb-no-trunc',
  describe: "what only an old leader's follower had logged stays in its history",
  kind: 'mutant',
  rules: (base) => ({
    syncPlan(state, ends) {
      const plan = base.syncPlan(state, ends);
      return plan.kind === 'truncate' ? { kind: 'diff', from: plan.from } : plan;
    },
  }),
  source: 'ZOOKEEPER-1154 (class)',
  expect: ['TotalOrder', 'ApplyAgreement', 'ProposalGap', 'ZxidUnique', 'Agreement'],
  hunt: CHURN,
};

/** ZooKeeper's `committedLog` is in memory: a restart reads all of it from the disk again. */
const committedLogHole: ZabVariant = {
  id: 'zb-committed-log-hole',
  describe: 'a server that got transactions by synchronisation leaves them out when it sends DIFFs',
  kind: 'mutant',
  rules(base) {
    const bySync = new WeakMap<State, Set<string>>();
    const keyOf = ({ zxid }: Txn): string => `${zxid.epoch}.${zxid.counter}`;
    return {
      acceptDiff(state, txns) {
        const known = bySync.get(state) ?? new Set();
        for (const txn of txns) known.add(keyOf(txn));
        bySync.set(state, known);
        return txns;
      },
      diffTxns(state, position) {
        const left = bySync.get(state);
        return base.diffTxns(state, position).filter((txn) => left?.has(keyOf(txn)) !== true);
      },
    };
  },
  source: 'ZOOKEEPER-4925 (3.9.3)',
  expect: ['ProposalGap', 'PANIC', 'LeaderHistoryComplete', 'TotalOrder', 'ApplyAgreement'],
  hunt: CHURN,
};

const broadcastTooEarly: ZabVariant = {
  id: 'zb-broadcast-before-newleader-quorum',
  describe: 'a leader serves before a quorum has its initial history',
  kind: 'mutant',
  rules: () => ({ canActivate: () => true }),
  source: 'ZOOKEEPER-790, ZOOKEEPER-335',
  expect: ['J:QuorumCert', 'CommitQuorum', 'LeaderHistoryComplete', 'TotalOrder'],
  hunt: CHURN,
};

const newLeaderTooEarly: ZabVariant = {
  id: 'zb-newleader-too-early',
  describe: 'NEWLEADER overtakes the history that it stands for',
  kind: 'mutant',
  rules: () => ({ newLeaderOrder: (history, newLeader) => [newLeader, ...history] }),
  source: 'ZOOKEEPER-3104',
  expect: ['SyncComplete', 'PANIC', 'ProposalGap', 'D:LogDurable'],
  hunt: CHURN,
};

const partialSyncRetained: ZabVariant = {
  id: 'zb-partial-sync-retained',
  describe: 'after a snapshot whose NEWLEADER never came, its state is used with the old history',
  kind: 'mutant',
  rules: () => ({
    machineAfterBreak(state, { snapshot }) {
      if (snapshot === null) return state.kv;
      return snapshot.kv === null ? emptyKv() : restoreKv(snapshot.kv);
    },
  }),
  source: 'ZOOKEEPER-3642, ZOOKEEPER-5094',
  expect: ['PrefixHash', 'StateDigest'],
  // It shows only where a follower loses its leader in the middle of a snapshot, and hears of the
  // next one with nothing missing.
  hunt: {
    ...IMPATIENT,
    nemesis: ['kill'],
    timeLimitS: 120,
    set: { ...IMPATIENT.set, snapshotEvery: 10, 'network.lossPpm': 20_000 },
  },
};

const syncAcksAll: ZabVariant = {
  id: 'zb-sync-acks-what-followed',
  describe: 'who acknowledged NEWLEADER counts for all proposals under way, also later ones',
  kind: 'mutant',
  rules: (base) => ({
    ackedBySync: (state, from, proposal, learner) =>
      base.ackedBySync(state, from, { ...proposal, position: learner.syncedTo }, learner),
  }),
  source: 'Zab 1.0, phase 2: the acknowledgement is of the initial history',
  expect: ['CommitQuorum', 'QuorumIntersection', 'J:QuorumCert', 'TotalOrder'],
  hunt: CHURN,
};

const heedsEarlyCommit: ZabVariant = {
  id: 'zb-heeds-early-commit',
  describe: 'a leader sends commits to who is not synchronised yet, and that heeds them',
  kind: 'mutant',
  rules: () => ({ isSentCommits: () => true, heedsCommit: () => true }),
  source: 'Zab 1.0, phase 2: commits come after UPTODATE',
  expect: ['PANIC', 'CommitQuorum', 'ApplyBeyondCommit', 'TotalOrder'],
  hunt: CHURN,
};

export const historyMutants = [
  syncMissing,
  noTruncation,
  committedLogHole,
  broadcastTooEarly,
  newLeaderTooEarly,
  partialSyncRetained,
  syncAcksAll,
  heedsEarlyCommit,
] as const;
