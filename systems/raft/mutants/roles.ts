/** Wrong starts, elections won, steps down, requests taken, and answers to clients. */

import type { Variant } from '../../system.ts';
import { lastIndex } from '../log.ts';
import type { RaftRules } from '../rules.ts';

type RaftVariant = Variant<RaftRules>;

const CRASHES = { nodes: 3, nemesis: ['kill', 'partition'], nemesisIntervalS: 0.5 } as const;

const startForgetsVote: RaftVariant = {
  id: 'rf-start-forgets-vote',
  describe: 'a start reads the terms on its disk, but not for whom it voted in them',
  kind: 'mutant',
  rules: () => ({
    recordsAtStart: (records) =>
      records.map((record) =>
        record.kind === 'vote' ? { kind: 'term', term: record.term } : record,
      ),
  }),
  source: 'Raft, Figure 2: votedFor is persistent state',
  expect: ['D:VoteDurable', 'VoteOnce'],
  hunt: CRASHES,
};

const startDropsTail: RaftVariant = {
  id: 'rf-start-drops-last-record',
  describe: 'a start leaves out the last record of its log, taking it for one cut short',
  kind: 'mutant',
  rules: () => ({ recordsAtStart: (records) => records.slice(0, -1) }),
  source: 'class of etcd issue 14370 (a valid tail of the log is cut off)',
  expect: ['D:LogDurable', 'D:AppliedDurable', 'D:VoteDurable', 'D:TermDurable'],
  hunt: CRASHES,
};

const twoVotesElect: RaftVariant = {
  id: 'rf-two-votes-elect',
  describe: 'a candidate leads as soon as one other has voted, however many there are',
  kind: 'mutant',
  rules: () => ({
    isElected: (state) => state.granted.filter(Boolean).length >= Math.min(2, state.members.length),
  }),
  source: 'Raft, section 5.2: votes from a majority',
  expect: ['J:QuorumCert', 'ElectionSafety'],
  hunt: { nodes: 5, nemesis: ['partition', 'kill'], nemesisIntervalS: 1 },
};

const leadsOn: RaftVariant = {
  id: 'rf-leads-on-in-new-term',
  describe: 'a leader that learns of a higher term adopts the term and goes on leading in it',
  kind: 'mutant',
  rules: () => ({ stepsDown: (state) => state.role !== 'leader' }),
  source: 'Raft, Figure 2, rules for servers: convert to follower',
  expect: [
    'ElectionSafety',
    'J:NoCert',
    'LogMatching',
    'MatchTruthful',
    'J:QuorumCert',
    'J:ReadCert',
    'PANIC',
  ],
  hunt: { nodes: 3, nemesis: ['partition', 'pause'], nemesisIntervalS: 1 },
};

const overwritesOwnLog: RaftVariant = {
  id: 'rf-leader-overwrites-tail',
  describe:
    'a new leader puts its first entry in the place of one that is not known to be committed',
  kind: 'mutant',
  rules: (base) => ({
    appendAfter: (state) =>
      state.firstOwn === lastIndex(state) + 1 && lastIndex(state) > state.commit
        ? lastIndex(state) - 1
        : base.appendAfter(state),
  }),
  source: 'Raft, Figure 3: Leader Append-Only',
  expect: ['LeaderAppendOnly', 'LogMatching', 'LeaderCompleteness', 'CommittedStable'],
  hunt: CRASHES,
};

const lostMeansFailed: RaftVariant = {
  id: 'rf-lost-leadership-means-failed',
  describe: 'a leader that steps down tells waiting clients that their commands failed',
  kind: 'mutant',
  rules: () => ({ replyOnLoss: () => ({ status: 'fail', error: 'leadership-lost' }) }),
  source: 'Jepsen practice: redisraft, etcd clients; a later leader may commit them',
  expect: ['linearizable'],
  hunt: { nodes: 3, nemesis: ['partition', 'pause'], nemesisIntervalS: 0.5, rate: 300 },
};

export const roleMutants = [
  startForgetsVote,
  startDropsTail,
  twoVotesElect,
  leadsOn,
  overwritesOwnLog,
  lostMeansFailed,
] as const;
