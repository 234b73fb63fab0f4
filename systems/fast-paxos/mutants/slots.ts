/** Wrong slots: where phase 1 and commands begin, what is reported, asked again, counted and read. */

import type { HuntSettings, Variant } from '../../system.ts';
import type { FastRules } from '../rules.ts';

type FastVariant = Variant<FastRules>;

const CHURN = {
  nodes: 5,
  nemesis: ['partition', 'kill', 'pause'],
  nemesisIntervalS: 0.5,
  timeLimitS: 20,
  rate: 300,
  set: {
    electionTimeoutMs: 60,
    heartbeatMs: 10,
    retransmitMs: 30,
    'network.lossPpm': 50_000,
    'network.latencyMaxUs': 10_000,
  },
} as const satisfies HuntSettings;

const countsUnequal: FastVariant = {
  id: 'fp-counts-unequal-votes',
  describe: 'a learner counts the votes of a round, whatever they are for',
  kind: 'mutant',
  rules: () => ({ isLike: (vote, other) => vote.round === other.round }),
  source: 'Lamport 2006, section 2.1: votes for the same value',
  expect: ['LearnedNotChosen', 'J:QuorumCert', 'ChosenStable'],
  hunt: CHURN,
};

const promiseOmitsVotes: FastVariant = {
  id: 'fp-promise-omits-votes',
  describe: 'a promise reports none of the votes',
  kind: 'mutant',
  rules: () => ({ reportAccepted: () => [] }),
  source: 'Lamport 2006, phase 1b',
  expect: ['PromiseTruthful', 'SafeAt'],
  hunt: CHURN,
};

const prepareFromTaken: FastVariant = {
  id: 'fp-prepare-from-taken',
  describe: 'phase 1 begins behind the last slot that is known to be taken',
  kind: 'mutant',
  rules: () => ({ prepareFrom: (state) => state.taken + 1 }),
  source: 'Lamport 2006, section 2.2',
  expect: ['J:NoCert', 'SafeAt', 'SafeAtAny', 'Agreement'],
  hunt: CHURN,
};

const timeoutRecovers: FastVariant = {
  id: 'fp-timeout-recovers-on-few',
  describe: 'a slot that is not chosen in time is recovered on whatever votes there are',
  kind: 'mutant',
  rules: (base) => ({
    onSlotTimeout: (state, votes, phase2, recoverAt) =>
      phase2 === null && votes.length > 0
        ? 'recover'
        : base.onSlotTimeout(state, votes, phase2, recoverAt),
  }),
  source: 'Lamport 2006, section 3.2',
  expect: ['J:QuorumCert', 'SafeAt', 'CollisionRule'],
  hunt: CHURN,
};

const localRead: FastVariant = {
  id: 'fp-local-read',
  describe: 'any node answers reads from its own state',
  kind: 'mutant',
  rules: () => ({ readBy: () => 'local' }),
  source: 'etcd issue 741 (the same mistake)',
  expect: ['J:ReadCert', 'linearizable'],
  hunt: CHURN,
};

const slotReused: FastVariant = {
  id: 'fp-slot-reused',
  describe: 'commands go into the first slot not known to be chosen, whatever is under way there',
  kind: 'mutant',
  rules: () => ({ nextSlot: (state) => state.chosenUpTo + 1 }),
  source: 'Lamport 2006, section 2.2: one value in a classic round',
  expect: ['OneValuePerRound', 'OneValuePerBallot', 'OneVotePerRound', 'Agreement'],
  hunt: { ...CHURN, set: { ...CHURN.set, rounds: 'classic' } },
};

const followsAnybody: FastVariant = {
  id: 'fp-follows-anybody',
  describe: 'an Any of a round below the promise takes effect',
  kind: 'mutant',
  rules: () => ({ follows: () => true }),
  source: 'Lamport 2006, section 2.2',
  expect: ['VoteRespectsPromise', 'PromiseMonotone', 'AcceptRespectsPromise', 'D:PromiseDurable'],
  hunt: { ...CHURN, set: { ...CHURN.set, 'network.latePpm': 100_000 } },
};

const forgetsVotes: FastVariant = {
  id: 'fp-start-forgets-votes',
  describe: 'a node that starts goes by its promises and snapshots, and not by its votes',
  kind: 'mutant',
  rules: () => ({ recordsAtStart: (records) => records.filter(({ kind }) => kind !== 'vote') }),
  source: 'PML, section 5.1 (class)',
  expect: ['D:VoteDurable', 'D:AppliedDurable'],
  hunt: { nodes: 5, nemesis: ['kill'], nemesisIntervalS: 1 },
};

const leadsWithoutSnapshot: FastVariant = {
  id: 'fp-leads-without-snapshot',
  describe: 'a candidate leads although acceptors have compacted slots that it does not know',
  kind: 'mutant',
  rules: () => ({ needsSnapshotOf: () => false }),
  source: 'PML, section 5.5 (class)',
  expect: ['SafeAt', 'SafeAtAny', 'Agreement', 'CollisionRule'],
  hunt: { ...CHURN, set: { ...CHURN.set, snapshotEvery: 3 } },
};

const learnsFromFew: FastVariant = {
  id: 'fp-learns-from-classic-quorum',
  describe: 'a learner takes what a classic quorum voted for in a fast round for chosen',
  kind: 'mutant',
  rules: () => ({ learn: (count, _round, { classic }) => count >= classic }),
  source: 'FP, section 2.1: a fast round chooses by fast quorums',
  expect: ['LearnedNotChosen', 'J:QuorumCert', 'ChosenStable'],
  hunt: CHURN,
};

const promiseOmitsChosen: FastVariant = {
  id: 'fp-promise-omits-chosen',
  describe: 'a promise reports none of what is chosen, of which the votes are forgotten',
  kind: 'mutant',
  rules: () => ({ reportChosen: () => [] }),
  source: 'FP, section 2.2, phase 1b; PML, section 5.5 (class)',
  expect: ['PromiseTruthful', 'SafeAt', 'SafeAtAny'],
  hunt: { ...CHURN, set: { ...CHURN.set, snapshotEvery: 3 } },
};

export const slotMutants = [
  countsUnequal,
  promiseOmitsVotes,
  prepareFromTaken,
  timeoutRecovers,
  localRead,
  slotReused,
  followsAnybody,
  forgetsVotes,
  leadsWithoutSnapshot,
  learnsFromFew,
  promiseOmitsChosen,
] as const;
