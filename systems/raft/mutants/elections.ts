/** Wrong elections: quorums, votes, and the comparison of logs (sections 5.2 and 5.4.1). */

import type { Variant } from '../../system.ts';
import { lastIndex, lastTerm } from '../log.ts';
import type { RaftRules } from '../rules.ts';

type RaftVariant = Variant<RaftRules>;

const quorumHalf: RaftVariant = {
  id: 'rf-quorum-half',
  describe: 'elections and commitment need only half of the nodes',
  kind: 'mutant',
  rules: () => ({ quorum: (nodes) => Math.max(1, Math.floor(nodes / 2)) }),
  source: 'textbook',
  expect: ['CommitQuorum', 'ElectionSafety', 'J:QuorumCert'],
};

const noUpToDateCheck: RaftVariant = {
  id: 'rf-no-uptodate-check',
  describe: 'votes are given without comparing the logs',
  kind: 'mutant',
  rules: () => ({ isUpToDate: () => true }),
  source: 'Raft, section 5.4.1',
  expect: ['VoteRule', 'LeaderCompleteness'],
};

const lengthOnly: RaftVariant = {
  id: 'rf-uptodate-length-only',
  describe: 'logs are compared by length alone',
  kind: 'mutant',
  rules: () => ({ isUpToDate: (state, message) => message.lastIndex >= lastIndex(state) }),
  source: 'a common misreading: "the server with more log wins"',
  expect: ['VoteRule', 'LeaderCompleteness'],
  hunt: {
    nodes: 3,
    nemesis: ['partition', 'kill'],
    nemesisIntervalS: 0.5,
    rate: 50,
    set: { preVote: false, checkQuorum: false, electionTimeoutMs: 60, heartbeatMs: 20 },
  },
};

const termOnly: RaftVariant = {
  id: 'rf-uptodate-term-only',
  describe: 'logs are compared by their last term alone',
  kind: 'mutant',
  rules: () => ({
    isUpToDate: (state, message) => message.lastTerm >= lastTerm(state),
  }),
  source: 'Raft, section 5.4.1',
  expect: ['VoteRule', 'LeaderCompleteness'],
};

const voteAnyone: RaftVariant = {
  id: 'rf-vote-anyone',
  describe: 'a node votes again in a term in which it has voted',
  kind: 'mutant',
  rules: () => ({ canVote: (state, _from, message) => message.term === state.term }),
  source: 'camunda/zeebe issues 1068 and 5356',
  expect: ['VoteOnce', 'ElectionSafety'],
};

const staleVoteCounted: RaftVariant = {
  id: 'rf-stale-vote-counted',
  describe: 'a vote granted in an earlier term counts for the election under way',
  kind: 'mutant',
  rules: () => ({
    countVote: (state, _from, message) =>
      message.granted && !message.pre && state.role === 'candidate' && message.term <= state.term,
  }),
  source: 'Raft, section 5.2: votes are for a term',
  expect: ['J:QuorumCert', 'ElectionSafety'],
  hunt: {
    set: {
      preVote: false,
      checkQuorum: false,
      electionTimeoutMs: 60,
      heartbeatMs: 20,
      'network.latePpm': 100_000,
    },
  },
};

export const electionMutants = [
  quorumHalf,
  noUpToDateCheck,
  lengthOnly,
  termOnly,
  voteAnyone,
  staleVoteCounted,
] as const;
