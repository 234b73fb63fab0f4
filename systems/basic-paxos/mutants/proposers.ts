/** Wrong proposers: quorums, ballots, which promises count and which value is proposed (PMS, 2.2). */

import type { Ballot, NodeId } from '../../../checkers/units.ts';
import type { Variant } from '../../system.ts';
import type { Accepted } from '../messages.ts';
import type { BasicRules } from '../rules.ts';

type BasicVariant = Variant<BasicRules>;

const DUELS = {
  nodes: 3,
  workload: 'consensus',
  rate: 300,
  timeLimitS: 30,
  nemesis: ['partition', 'pause'],
  nemesisIntervalS: 1,
  set: { 'network.latencyMaxUs': 20_000, 'network.lossPpm': 100_000 },
} as const;

/** The same, with messages that come twice or much too late. */
const LATE = {
  ...DUELS,
  set: {
    'network.latencyMaxUs': 20_000,
    'network.lossPpm': 50_000,
    'network.duplicatePpm': 200_000,
    'network.latePpm': 100_000,
    phaseTimeoutMs: 20,
  },
} as const;

const adoptLowest: BasicVariant = {
  id: 'px-adopt-lowest-ballot',
  describe: 'a proposer adopts the reported value of the lowest ballot',
  kind: 'mutant',
  rules: () => ({
    pickAdopted(promises) {
      let lowest: Accepted | null = null;
      for (const { accepted } of promises) {
        if (accepted === null) continue;
        if (lowest === null || accepted.ballot < lowest.ballot) lowest = accepted;
      }
      return lowest;
    },
  }),
  source: 'a text that takes "the largest proposal value"',
  expect: ['J:HighestValue', 'SafeAt'],
  hunt: { ...DUELS, nodes: 5, set: { ...DUELS.set, 'network.lossPpm': 250_000 } },
};

const ignoreAccepted: BasicVariant = {
  id: 'px-ignore-accepted',
  describe: 'a proposer proposes its own value, whatever was reported',
  kind: 'mutant',
  rules: () => ({ pickAdopted: () => null }),
  source: "a classroom example: the news of six o'clock override those of five",
  expect: ['J:HighestValue', 'SafeAt', 'Agreement', 'ReadChosen'],
  hunt: DUELS,
};

const quorumHalf: BasicVariant = {
  id: 'px-quorum-half',
  describe: 'half of the nodes count for a quorum',
  kind: 'mutant',
  rules: () => ({ quorum: (nodes) => Math.max(1, Math.floor(nodes / 2)) }),
  source: 'hashicorp/raft 163a55f (class)',
  expect: ['J:QuorumCert', 'LearnedNotChosen'],
  hunt: DUELS,
};

const stalePromise: BasicVariant = {
  id: 'px-stale-promise-counted',
  describe: 'promises of an earlier ballot count for the one under way',
  kind: 'mutant',
  rules: () => ({
    countPromise: (attempt, from) =>
      attempt.phase === 'prepare' && attempt.promises.every(({ node }) => node !== from),
  }),
  source: 'luohaha/MyPaxos issue 18',
  expect: ['J:StaleCert', 'J:QuorumCert', 'SafeAt'],
  hunt: LATE,
};

const duplicatePromise: BasicVariant = {
  id: 'px-dup-promise-counted',
  describe: 'promises are counted by message, not by acceptor',
  kind: 'mutant',
  rules: () => ({
    countPromise: (attempt, _from, message) =>
      attempt.phase === 'prepare' && message.ballot === attempt.ballot,
  }),
  source: 'lalithsuresh/rapid, Paxos.java: a list without senders (own reading)',
  expect: ['J:QuorumCert', 'SafeAt'],
  hunt: LATE,
};

const collideAndEqual: BasicVariant = {
  id: 'px-collide-and-equal',
  describe: 'node 1 of 3 takes 1·3 + 0 for 4, and acceptors promise an equal ballot again',
  kind: 'mutant',
  rules: (base) => ({
    nextBallot: (self, nodes, above) => collidingBallot(base, self, nodes, above),
    canPromise: (promised, ballot) => ballot >= promised,
  }),
  source: 'two slips of the texts, harmless alone',
  expect: ['OneValuePerBallot', 'BallotOwner', 'J:NoCert'],
  hunt: { ...DUELS, rate: 600 },
};

const nackAdopts: BasicVariant = {
  id: 'px-nack-adopts-and-proposes',
  describe: 'a refused proposer takes over ballot and value of the acceptor and proposes them',
  kind: 'mutant',
  rules: () => ({
    onNack: (attempt, message, own) => ({
      phase: 'accept',
      ballot: message.promised,
      value: message.accepted?.value ?? own ?? attempt.value,
    }),
  }),
  source: 'a classroom example: "the message of this proposer becomes the new one"',
  expect: ['J:NoCert', 'OneValuePerBallot'],
  hunt: DUELS,
};

const noBackoff: BasicVariant = {
  id: 'px-no-backoff',
  describe: 'refused proposers try again at once',
  kind: 'mutant',
  rules: () => ({ backoffUs: () => 0 }),
  source: 'the livelock of duelling proposers (PMS, 2.4)',
  expect: ['Liveness:client-completes'],
  // Lock step: random delays would part the proposers as well as a random wait does.
  hunt: {
    nodes: 5,
    workload: 'consensus',
    nemesis: ['none'],
    rate: 500,
    timeLimitS: 5,
    set: {
      'network.latencyMinUs': 200,
      'network.latencyMaxUs': 200,
      'network.lossPpm': 0,
      'network.latePpm': 0,
      'network.duplicatePpm': 0,
      'disk.syncMinUs': 5_000,
      'disk.syncMaxUs': 5_000,
      'workload.keys': 1,
      'workload.keyLimit': 100_000,
      giveUpMs: 3_600_000,
      'workload.readEvery': 0,
    },
  },
};

const timeoutProposesOwn: BasicVariant = {
  id: 'px-timeout-proposes-own',
  describe: 'when phase 2 takes too long, the own value is proposed in the same ballot',
  kind: 'mutant',
  rules: (base) => ({
    onTimeout: (attempt, own, state) =>
      attempt.phase === 'accept' && own !== null
        ? { phase: 'accept', ballot: attempt.ballot, value: own }
        : base.onTimeout(attempt, own, state),
  }),
  source: 'PMS, section 2.2: one value in a ballot',
  expect: ['OneValuePerBallot', 'J:HighestValue', 'Agreement'],
  hunt: DUELS,
};

const timeoutSkipsPrepare: BasicVariant = {
  id: 'px-timeout-skips-prepare',
  describe: 'when phase 2 takes too long, its value is proposed in a higher ballot without phase 1',
  kind: 'mutant',
  rules: (base) => ({
    onTimeout(attempt, own, state) {
      if (attempt.phase !== 'accept') return base.onTimeout(attempt, own, state);
      const above = base.highestKnown(state, attempt.key);
      const ballot = base.nextBallot(state.self, state.members.length, above);
      return { phase: 'accept', ballot, value: attempt.value };
    },
  }),
  source: 'PMS, section 2.2',
  expect: ['J:NoCert', 'SafeAt'],
  hunt: DUELS,
};

/** The slip: 4 is a ballot of node 2, not of node 1. */
export function collidingBallot(
  base: BasicRules,
  self: NodeId,
  nodes: number,
  above: number,
): Ballot {
  const ballot = base.nextBallot(self, nodes, above);
  return self === 0 && nodes > 1 ? ballot + 1 : ballot;
}

const givenUpMeansFailed: BasicVariant = {
  id: 'px-given-up-means-failed',
  describe: 'a proposer that gives up tells clients that their value is not chosen',
  kind: 'mutant',
  rules: () => ({ replyOnGivingUp: () => ({ status: 'fail', error: 'no-decision' }) }),
  source: 'PMS, section 2.2: whoever accepted the value may make it chosen yet',
  expect: ['linearizable', 'J:NoValueBeforeProposal'],
  hunt: {
    ...DUELS,
    set: { 'network.latencyMaxUs': 20_000, 'network.lossPpm': 200_000, giveUpMs: 100 },
  },
};

export const proposerMutants = [
  givenUpMeansFailed,
  adoptLowest,
  ignoreAccepted,
  quorumHalf,
  stalePromise,
  duplicatePromise,
  collideAndEqual,
  nackAdopts,
  noBackoff,
  timeoutProposesOwn,
  timeoutSkipsPrepare,
] as const;
