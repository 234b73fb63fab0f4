/** Wrong quorums, and wrong choices of the value that a round must have (rule O4, FP 2.2). */

import type { HuntSettings, Variant } from '../../system.ts';
import { countLike, forcedAmong, mostVoted } from '../coordinator-rules.ts';
import type { FastRules } from '../rules.ts';
import type { Vote } from '../state.ts';

type FastVariant = Variant<FastRules>;

/** Many proposers at a time, and no end to fast rounds: many collisions. */
const CONTENTION = {
  nodes: 5,
  nemesis: ['partition', 'kill'],
  nemesisIntervalS: 1,
  timeLimitS: 20,
  rate: 400,
  set: { contentionMax: 1_000_000, 'network.latencyMaxUs': 10_000 },
} as const satisfies HuntSettings;

/** The same with coordinators that lose their place often: rounds meet in one slot. */
const MANY_ROUNDS = {
  ...CONTENTION,
  nemesis: ['partition', 'kill', 'pause'],
  nemesisIntervalS: 0.5,
  timeLimitS: 30,
  set: {
    ...CONTENTION.set,
    electionTimeoutMs: 60,
    heartbeatMs: 10,
    retransmitMs: 30,
    'network.lossPpm': 50_000,
  },
} as const satisfies HuntSettings;

const fastQuorumMajority: FastVariant = {
  id: 'fp-fast-quorum-majority',
  describe: 'a classic quorum of votes is enough in fast rounds as well',
  kind: 'mutant',
  rules: () => ({ fastQuorum: ({ classic }) => classic }),
  source: 'Lamport 2006, section 2.2',
  expect: ['QuorumIntersection', 'SafeAt', 'Agreement'],
  hunt: CONTENTION,
};

const ownValue: FastVariant = {
  id: 'fp-recovery-own-value',
  describe: 'after a collision the coordinator proposes what it voted for itself',
  kind: 'mutant',
  rules: (base) => ({
    forced: (votes, context) =>
      votes.find(({ node }) => node === context.self)?.command ?? base.forced(votes, context),
  }),
  source: 'Lamport 2006, rule O4',
  expect: ['CollisionRule', 'SafeAt', 'Agreement'],
  hunt: CONTENTION,
};

const leastVotes: FastVariant = {
  id: 'fp-recovery-least-votes',
  describe: 'after a collision the value with the fewest votes is taken',
  kind: 'mutant',
  rules: () => ({
    forced(votes) {
      const [first, ...others] = votes;
      if (first === undefined) return null;
      const rarer = (one: Vote, other: Vote): Vote =>
        countLike(votes, other.command) < countLike(votes, one.command) ? other : one;
      return others.reduce(rarer, first).command;
    },
  }),
  source: 'the opposite of rule O4',
  expect: ['CollisionRule', 'SafeAt', 'Agreement'],
  hunt: CONTENTION,
};

const mixesRounds: FastVariant = {
  id: 'fp-recovery-mixes-rounds',
  describe: 'votes of all rounds are counted together, not only those of the latest one',
  kind: 'mutant',
  rules: () => ({ forced: forcedAmong, preferred: mostVoted }),
  source: 'Lamport 2006, figure 2',
  expect: ['CollisionRule', 'SafeAt', 'Agreement'],
  hunt: MANY_ROUNDS,
};

const lowestRound: FastVariant = {
  id: 'fp-recovery-lowest-round',
  describe: 'votes of the lowest round are counted instead of the latest',
  kind: 'mutant',
  rules: () => ({
    forced: (votes, context) => forcedAmong(ofLowestRound(votes), context),
    preferred: (votes) => mostVoted(ofLowestRound(votes)),
  }),
  source: 'Lamport 2006, rule O4',
  expect: ['CollisionRule', 'SafeAt', 'Agreement'],
  hunt: MANY_ROUNDS,
};

function ofLowestRound(votes: readonly Vote[]): readonly Vote[] {
  const lowest = votes.reduce((least, { round }) => Math.min(least, round), Infinity);
  return votes.filter(({ round }) => round === lowest);
}

const shortQuorum: FastVariant = {
  id: 'fp-recovery-short-quorum',
  describe: 'recovery starts on one vote less than a classic quorum, as soon as two differ',
  kind: 'mutant',
  rules: () => ({
    votesToRecover: ({ classic }) => classic - 1,
    hasCollided: (votes) => {
      const [first] = votes;
      return first !== undefined && countLike(votes, first.command) < votes.length;
    },
  }),
  source: 'Lamport 2006, section 3.2',
  expect: ['J:QuorumCert', 'SafeAt', 'Agreement'],
  hunt: CONTENTION,
};

const anyDespiteValue: FastVariant = {
  id: 'fp-any-despite-value',
  describe: 'a new fast round is opened for slots in which phase 1 reported votes as well',
  kind: 'mutant',
  rules: () => ({ anyFrom: (state) => state.chosenUpTo + 1 }),
  source: 'Lamport 2006, section 3.1',
  expect: ['SafeAtAny', 'SafeAt', 'Agreement'],
  hunt: CONTENTION,
};

export const pickingMutants = [
  fastQuorumMajority,
  ownValue,
  leastVotes,
  mixesRounds,
  lowestRound,
  shortQuorum,
  anyDespiteValue,
] as const;
