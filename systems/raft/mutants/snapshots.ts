/** Wrong snapshots (section 7). */

import type { Variant } from '../../system.ts';
import { lastIndex } from '../log.ts';
import type { RaftRules } from '../rules.ts';
import { NOBODY } from '../state.ts';

type RaftVariant = Variant<RaftRules>;

/** Followers fall behind the snapshot often, and many entries are uncommitted when they do. */
const CHURN = {
  nodes: 3,
  nemesis: ['partition', 'kill', 'pause'],
  nemesisIntervalS: 1,
  set: { snapshotEvery: 3 },
} as const;

/** The same, with messages that come much too late. */
const LATE = {
  ...CHURN,
  set: { snapshotEvery: 3, 'network.latePpm': 50_000, 'network.duplicatePpm': 100_000 },
} as const;

const termRegress: RaftVariant = {
  id: 'rf-snapshot-term-regress',
  describe: "installing a snapshot sets the node's term to that of the snapshot's last entry",
  kind: 'mutant',
  rules: () => ({
    installedBallot: (state, snapshot) => ({ term: snapshot.term, votedFor: state.votedFor }),
  }),
  source: 'WRaft issue 118 (4); redisraft 699e87d',
  expect: ['TermMonotone', 'D:TermDurable'],
  hunt: CHURN,
};

const resetsVote: RaftVariant = {
  id: 'rf-snapshot-resets-vote',
  describe: "installing a snapshot forgets the node's vote in the same term",
  kind: 'mutant',
  rules: () => ({ installedBallot: (state) => ({ term: state.term, votedFor: NOBODY }) }),
  source: 'RedisLabs/raft d23f390',
  expect: ['D:VoteDurable', 'VoteOnce'],
  hunt: CHURN,
};

const keepsConflictingSuffix: RaftVariant = {
  id: 'rf-snapshot-keeps-conflicting-suffix',
  describe: 'installing a snapshot keeps what follows in the log although the terms do not match',
  kind: 'mutant',
  rules: (base) => ({
    installDecision: (state, message) => {
      const decision = base.installDecision(state, message);
      return decision === 'replace-log' ? 'keep-suffix' : decision;
    },
  }),
  source: 'Raft, Figure 13, steps 6 and 7',
  expect: ['LogMatching', 'VoteRule', 'SnapshotMatches'],
  hunt: {
    nodes: 3,
    nemesis: ['partition', 'kill'],
    nemesisIntervalS: 0.5,
    rate: 50,
    set: {
      snapshotEvery: 1,
      preVote: false,
      checkQuorum: false,
      electionTimeoutMs: 60,
      heartbeatMs: 20,
    },
  },
};

const oldSnapshotRewinds: RaftVariant = {
  id: 'rf-old-snapshot-rewinds',
  describe: 'a snapshot older than what was executed rewinds the state machine',
  kind: 'mutant',
  rules: (base) => ({
    installDecision: (state, message) => {
      const decision = base.installDecision(state, message);
      return decision === 'covered' ? 'replace-log' : decision;
    },
  }),
  source: 'etcd issues 17780 and 18055 (class)',
  expect: ['AppliedMonotone', 'CommitMonotone', 'D:LogShrink'],
  hunt: LATE,
};

const appendBelowSnapshot: RaftVariant = {
  id: 'rf-append-below-snapshot',
  describe: 'AppendEntries from below the snapshot write compacted entries again',
  kind: 'mutant',
  rules: (base) => ({
    keepUpTo: (state, message) =>
      message.previousIndex < state.snapshot.index
        ? Math.min(lastIndex(state), message.previousIndex)
        : base.keepUpTo(state, message),
  }),
  source: 'WRaft issue 118 (1)',
  expect: ['PANIC', 'LogMatching'],
  hunt: LATE,
};

const boundaryAppend: RaftVariant = {
  id: 'rf-snapshot-boundary-append',
  describe: 'a follower whose next entry is the last of the snapshot is sent an append, not that',
  kind: 'mutant',
  rules: () => ({ needsSnapshot: (nextIndex, snapshot) => nextIndex < snapshot.index }),
  source: 'WRaft issue 118 (2); RedisLabs/raft issue 47',
  expect: ['LogMatching'],
  hunt: CHURN,
};

export const snapshotMutants = [
  termRegress,
  resetsVote,
  keepsConflictingSuffix,
  oldSnapshotRewinds,
  appendBelowSnapshot,
  boundaryAppend,
] as const;
