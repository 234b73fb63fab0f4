/** Wrong changes of the membership (dissertation, chapter 4). */

import type { Variant } from '../../system.ts';
import { termAt } from '../log.ts';
import type { Configuration } from '../messages.ts';
import type { RaftRules } from '../rules.ts';

type RaftVariant = Variant<RaftRules>;

const SINGLE = { membership: 'single', reconfigureEvery: 5 } as const;
const JOINT = { membership: 'joint', reconfigureEvery: 5 } as const;

/** Leaders are cut off now and then, with a change under way. */
const SPLITS = { nemesis: ['partition', 'kill'], nemesisIntervalS: 1 } as const;

/** A heartbeat, and with it a change, is due before a new leader can have committed anything. */
const FAST_CHANGES = {
  nemesis: ['kill'],
  nemesisIntervalS: 1,
  set: { ...SINGLE, heartbeatMs: 5, 'network.latencyMinUs': 5_000, 'network.latencyMaxUs': 9_000 },
} as const;

/** A majority of the voters, which learners may fill up. */
function withLearners(
  { voters, learners }: Configuration,
  quorum: (nodes: number) => number,
): ReturnType<RaftRules['electorates']> {
  return [{ nodes: [...voters, ...learners], needed: quorum(voters.length) }];
}

const twoPendingChanges: RaftVariant = {
  id: 'rf-two-pending-config-changes',
  describe: 'a leader appends a configuration while the one before is uncommitted',
  kind: 'mutant',
  rules: () => ({ canChangeConfiguration: (state) => termAt(state, state.commit) === state.term }),
  source: 'RedisLabs/raft da936a9; dissertation, section 4.1',
  expect: ['ConfigOneAtATime', 'QuorumOverlap', 'ElectionSafety', 'CommittedStable'],
  hunt: { nodes: 5, ...SPLITS, rate: 300, set: { membership: 'single', reconfigureEvery: 1 } },
};

const beforeTermCommit: RaftVariant = {
  id: 'rf-config-before-term-commit',
  describe: 'a new leader appends a configuration before it has committed anything in its term',
  kind: 'mutant',
  rules: () => ({ canChangeConfiguration: (state) => state.active.index <= state.commit }),
  source: 'Ongaro, "bug in single-server membership changes", raft-dev, 10 July 2015',
  expect: ['ConfigAfterTermCommit', 'QuorumOverlap'],
  hunt: FAST_CHANGES,
};

const onCommit: RaftVariant = {
  id: 'rf-config-on-commit',
  describe: 'a configuration is in force once it is committed, not once it is appended',
  kind: 'mutant',
  rules: () => ({
    activeConfiguration: (state) =>
      state.configurations.findLast(({ index }) => index <= state.commit) ?? state.active,
  }),
  source: 'Raft, section 6; camunda/zeebe issue 57386',
  expect: ['ConfigFromLog', 'QuorumOverlap'],
  hunt: { set: SINGLE },
};

const lostInSnapshot: RaftVariant = {
  id: 'rf-config-lost-in-snapshot',
  describe: 'snapshots do not carry the configuration',
  kind: 'mutant',
  rules: () => ({ snapshotConfiguration: () => null }),
  source: 'redisraft issue 44 and 51c1b78; etcd-io/raft e515a67',
  expect: ['ConfigFromLog'],
  hunt: { nemesis: ['kill'], set: { ...SINGLE, snapshotEvery: 7 } },
};

const snapshotKeepsStale: RaftVariant = {
  id: 'rf-snapshot-keeps-stale-config',
  describe: 'a configuration of entries that an installed snapshot replaced stays in force',
  kind: 'mutant',
  rules: () => ({
    installedConfigurations: (state, ofSnapshot, upTo) => [
      ofSnapshot,
      ...state.configurations.filter(({ index }) => index > upTo),
    ],
  }),
  source: 'openraft issue 1808',
  expect: ['ConfigFromLog'],
  hunt: {
    nodes: 3,
    nemesis: ['partition', 'kill'],
    nemesisIntervalS: 0.5,
    rate: 50,
    set: {
      membership: 'single',
      reconfigureEvery: 1,
      snapshotEvery: 1,
      preVote: false,
      checkQuorum: false,
      electionTimeoutMs: 60,
      heartbeatMs: 20,
    },
  },
};

const learnerCounts: RaftVariant = {
  id: 'rf-learner-counts',
  describe: 'what a learner holds counts for commitment',
  kind: 'mutant',
  rules: (base) => ({
    electorates: (state, configuration, purpose, quorum) =>
      purpose === 'commit'
        ? withLearners(configuration, quorum)
        : base.electorates(state, configuration, purpose, quorum),
  }),
  source: 'willemt/raft c4de21e',
  expect: ['CommitQuorum'],
  hunt: { set: SINGLE },
};

const readCountsLearner: RaftVariant = {
  id: 'rf-readindex-counts-learner',
  describe: 'what a learner answers confirms reads',
  kind: 'mutant',
  rules: (base) => ({
    electorates: (state, configuration, purpose, quorum) =>
      purpose === 'read'
        ? withLearners(configuration, quorum)
        : base.electorates(state, configuration, purpose, quorum),
  }),
  source: 'hashicorp/raft 6e41709',
  expect: ['J:ReadCert', 'linearizable', 'RealTimeOrder'],
  hunt: { set: SINGLE },
};

const removedCountsItself: RaftVariant = {
  id: 'rf-removed-leader-counts-itself',
  describe: 'a leader that is no voter any more counts its own log for commitment',
  kind: 'mutant',
  rules: (base) => ({
    electorates: (state, configuration, purpose, quorum) =>
      base
        .electorates(state, configuration, purpose, quorum)
        .map(({ nodes, needed }) => ({ nodes: [...new Set([...nodes, state.self])], needed })),
  }),
  source: 'dissertation, section 4.2.2',
  expect: ['CommitQuorum', 'J:ReadCert'],
  hunt: { nodes: 3, set: SINGLE },
};

const jointNewOnly: RaftVariant = {
  id: 'rf-joint-new-majority-only',
  describe: 'in joint consensus a majority of the new voters is enough',
  kind: 'mutant',
  rules: (base) => ({
    electorates: (state, configuration, purpose, quorum) =>
      base.electorates(state, { ...configuration, oldVoters: null }, purpose, quorum),
  }),
  source: 'dissertation, section 4.3',
  expect: ['CommitQuorum', 'J:ReadCert', 'J:QuorumCert'],
  hunt: { set: JOINT },
};

const jointNeverLeft: RaftVariant = {
  id: 'rf-joint-never-left',
  describe: 'a leader leaves a joint configuration only if it began that itself',
  kind: 'mutant',
  rules: () => ({ leavesJoint: (state) => termAt(state, state.active.index) === state.term }),
  source: 'dissertation, section 4.3: any leader may complete the change',
  expect: ['Liveness:config'],
  hunt: {
    nemesis: ['kill', 'partition'],
    nemesisIntervalS: 1,
    rate: 30,
    set: { membership: 'joint', reconfigureEvery: 1 },
  },
};

export const membershipMutants = [
  twoPendingChanges,
  beforeTermCommit,
  onCommit,
  lostInSnapshot,
  snapshotKeepsStale,
  learnerCounts,
  readCountsLearner,
  removedCountsItself,
  jointNewOnly,
  jointNeverLeft,
] as const;
