/** Messages that say something else than what is so, and wrong guesses before any has come. */

import type { Variant } from '../../system.ts';
import { lastIndex } from '../log.ts';
import type { RaftRules } from '../rules.ts';

type RaftVariant = Variant<RaftRules>;

const commitsUnheld: RaftVariant = {
  id: 'rf-append-tells-own-end',
  describe: 'a leader tells followers that its whole log is committed',
  kind: 'mutant',
  rules: (base) => ({
    appendEntries: (state, nextIndex, entries) => ({
      ...base.appendEntries(state, nextIndex, entries),
      commit: lastIndex(state),
    }),
  }),
  source: 'Raft, Figure 2: leaderCommit is the commit index',
  expect: ['CommitQuorum', 'StateMachineSafety', 'ApplyAgreement', 'LeaderCompleteness', 'PANIC'],
  hunt: { nodes: 3, nemesis: ['partition', 'kill'], nemesisIntervalS: 1 },
};

const appendTermOfLeader: RaftVariant = {
  id: 'rf-append-names-own-term',
  describe: 'AppendEntries name the term of the leader, and not that of the entry before',
  kind: 'mutant',
  rules: (base) => ({
    appendEntries: (state, nextIndex, entries) => ({
      ...base.appendEntries(state, nextIndex, entries),
      previousTerm: nextIndex === 1 ? 0 : state.term,
    }),
  }),
  source: 'Raft, Figure 2: prevLogTerm is the term of the prevLogIndex entry',
  expect: ['Liveness:client-completes', 'Liveness:commit-progress', 'Liveness:progress'],
  hunt: { nodes: 3, nemesis: ['kill', 'partition'], nemesisIntervalS: 2 },
};

const matchAssumed: RaftVariant = {
  id: 'rf-match-assumed',
  describe: "a new leader takes its followers' logs for as long as its own",
  kind: 'mutant',
  rules: () => ({ firstMatchIndex: (state) => lastIndex(state) }),
  source: 'Raft, Figure 2: matchIndex begins at 0',
  // Safe, because it commits nothing of earlier terms; but refusals are then taken for old ones.
  expect: [
    'Liveness:leader',
    'Liveness:commit-progress',
    'Liveness:followers-converge',
    'Liveness:progress',
  ],
  hunt: { nodes: 5, nemesis: ['partition', 'kill'], nemesisIntervalS: 1 },
};

const refusesByOwnEnd: RaftVariant = {
  id: 'rf-refusal-names-own-end',
  describe: 'a follower that refuses entries names the end of its own log as what it was asked for',
  kind: 'mutant',
  rules: (base) => ({
    refusal: (state, message, round) => ({
      ...base.refusal(state, message, round),
      index: lastIndex(state),
    }),
  }),
  source: 'etcd/raft: a rejection that names another index than the probe is taken for an old one',
  expect: ['Liveness:leader', 'Liveness:followers-converge', 'Liveness:progress'],
  hunt: { nodes: 5, nemesis: ['partition'], nemesisIntervalS: 2 },
};

const pieceTwice: RaftVariant = {
  id: 'rf-snapshot-piece-twice',
  describe: 'a follower adds a piece of a snapshot wherever it belongs, twice if it comes twice',
  kind: 'mutant',
  rules: (base) => ({
    isNextPiece: () => true,
    isWholeSnapshot: (received, message) => message.done || base.isWholeSnapshot(received, message),
  }),
  source: 'Raft, Figure 13, step 3: write data into the file at the given offset',
  expect: ['PANIC', 'SnapshotMatches', 'StateMachineSafety'],
  hunt: {
    nodes: 3,
    nemesis: ['partition', 'kill'],
    nemesisIntervalS: 1,
    set: { snapshotEvery: 5, snapshotChunkBytes: 40, 'network.duplicatePpm': 100_000 },
  },
};

const leaseBeforeTermCommit: RaftVariant = {
  id: 'rf-lease-read-before-term-commit',
  describe: 'a new leader with a lease answers reads before an entry of its term is committed',
  kind: 'mutant',
  rules: () => ({ readByLease: (_state, _index, leftUs) => leftUs > 0 }),
  source: "Ongaro's dissertation, section 6.4, step 1",
  expect: ['J:ReadCert', 'linearizable', 'RealTimeOrder'],
  hunt: {
    nodes: 3,
    nemesis: ['kill', 'pause'],
    nemesisIntervalS: 1,
    rate: 500,
    set: { reads: 'lease', 'disk.syncMinUs': 5000, 'disk.syncMaxUs': 20_000 },
  },
};

const configurationStays: RaftVariant = {
  id: 'rf-config-not-rolled-back',
  describe: 'a configuration stays in force although its entry was removed from the log',
  kind: 'mutant',
  rules: () => ({ keepsConfiguration: () => true }),
  source: "Ongaro's dissertation, section 4.1: the entry may be removed",
  expect: ['ConfigFromLog', 'QuorumOverlap', 'PANIC', 'CommitQuorum'],
  hunt: {
    nodes: 5,
    nemesis: ['partition', 'kill'],
    nemesisIntervalS: 0.5,
    set: { membership: 'single', reconfigureEvery: 5, preVote: false, checkQuorum: false },
  },
};

export const messageMutants = [
  commitsUnheld,
  appendTermOfLeader,
  matchAssumed,
  refusesByOwnEnd,
  pieceTwice,
  leaseBeforeTermCommit,
  configurationStays,
] as const;
