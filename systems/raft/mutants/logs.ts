/** Wrong replication and commitment (sections 5.3 and 5.4.2). */

import type { Variant } from '../../system.ts';
import { entriesFrom, lastIndex } from '../log.ts';
import type { RaftRules } from '../rules.ts';

type RaftVariant = Variant<RaftRules>;

const commitOldTerm: RaftVariant = {
  id: 'rf-commit-old-term',
  describe: 'a leader commits entries of earlier terms by counting replicas (Figure 8)',
  kind: 'mutant',
  rules: () => ({ commitIndex: (state, reached) => Math.max(state.commit, reached) }),
  source: 'Raft, Figure 8; PySyncObj issue 169; canonical/raft 524f735',
  expect: ['CommitCurrentTerm', 'StateMachineSafety'],
  hunt: { nodes: 3 },
};

const truncateAlways: RaftVariant = {
  id: 'rf-truncate-always',
  describe: 'every AppendEntries cuts the log behind previousIndex, conflict or not',
  kind: 'mutant',
  rules: () => ({
    keepUpTo: (state, message) => Math.min(lastIndex(state), message.previousIndex),
  }),
  source: 'RaftOS issue 26',
  expect: ['PANIC', 'TruncateCommitted', 'CommitQuorum', 'D:LogShrink'],
};

const noPreviousCheck: RaftVariant = {
  id: 'rf-no-prev-check',
  describe: 'a follower appends without having the entry before',
  kind: 'mutant',
  rules: (base) => ({
    appendDecision: (state, message) => {
      const decision = base.appendDecision(state, message);
      return decision === 'conflict' ? 'accept' : decision;
    },
  }),
  source: 'willemt/raft 30e4688',
  expect: ['LogMatching', 'PANIC'],
};

const commitNoMinimum: RaftVariant = {
  id: 'rf-commit-no-min',
  describe: "a follower takes over the leader's commit index, whatever the message covers",
  kind: 'mutant',
  rules: () => ({ followerCommit: (state, message) => Math.max(state.commit, message.commit) }),
  source: 'Raft, Figure 2',
  expect: ['CommitBeyondLog', 'StateMachineSafety', 'PANIC'],
  hunt: { set: { batch: 1 } },
};

const commitNotMonotone: RaftVariant = {
  id: 'rf-commit-not-monotone',
  describe: 'a follower assigns its commit index even if it goes back',
  kind: 'mutant',
  rules: () => ({
    followerCommit: (_state, message) =>
      Math.min(message.commit, message.previousIndex + message.entries.length),
  }),
  source: 'PySyncObj issue 166',
  expect: ['CommitMonotone'],
};

const matchRegress: RaftVariant = {
  id: 'rf-match-regress',
  describe: "a leader assigns a follower's match index even if it goes back",
  kind: 'mutant',
  rules: () => ({ onAppendResp: (_state, _from, message) => message.index }),
  source: 'RaftOS issue 25; PySyncObj issue 167',
  expect: ['MatchMonotone'],
};

const staleAppendResponse: RaftVariant = {
  id: 'rf-stale-append-response',
  describe: 'a leader counts answers to AppendEntries of its earlier terms',
  kind: 'mutant',
  rules: () => ({
    countReply: (state, _from, message) => state.role === 'leader' && message.term <= state.term,
  }),
  source: 'own reading of Raft, Figure 2',
  expect: ['MatchTruthful', 'J:ReadCert'],
  hunt: {
    nodes: 3,
    nemesis: ['partition', 'kill', 'pause'],
    nemesisIntervalS: 1,
    set: { 'network.latePpm': 100_000, 'network.lateMaxUs': 2_000_000 },
  },
};

const acceptStaleLeader: RaftVariant = {
  id: 'rf-accept-stale-leader',
  describe: 'a follower obeys AppendEntries of a deposed leader',
  kind: 'mutant',
  rules: (base) => ({
    appendDecision: (state, message) =>
      base.appendDecision(state, { ...message, term: Math.max(message.term, state.term) }),
  }),
  source: 'vesoft nebula issue 685 (class)',
  expect: ['TruncateCommitted', 'PANIC', 'CommitQuorum', 'CommitCurrentTerm'],
};

const applyBeforeCommit: RaftVariant = {
  id: 'rf-apply-before-commit',
  describe: 'entries are executed as soon as they are in the log',
  kind: 'mutant',
  rules: () => ({ canApply: (state) => state.applied < lastIndex(state) }),
  source: 'textbook',
  expect: ['ApplyBeyondCommit', 'StateMachineSafety'],
};

const noncontiguousBatch: RaftVariant = {
  id: 'rf-noncontiguous-batch',
  describe: 'a batch that is full leaves out the entry at its limit',
  kind: 'mutant',
  rules: () => ({
    batchEntries: (state, nextIndex) => {
      const { batch } = state.config;
      const entries = entriesFrom(state, nextIndex, batch + 1);
      if (entries.length > batch) entries.splice(batch - 1, 1);
      return entries;
    },
  }),
  source: 'LogCabin issue 160',
  expect: ['LogMatching'],
  hunt: { set: { batch: 2 } },
};

export const logMutants = [
  commitOldTerm,
  truncateAlways,
  noPreviousCheck,
  commitNoMinimum,
  commitNotMonotone,
  matchRegress,
  staleAppendResponse,
  acceptStaleLeader,
  applyBeforeCommit,
  noncontiguousBatch,
] as const;
