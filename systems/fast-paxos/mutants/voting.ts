/** Acceptors that vote or promise when they must not, and what they fail to keep. */

import type { LogIndex } from '../../../checkers/units.ts';
import { unsynced } from '../../host-mutants.ts';
import type { HuntSettings, Variant } from '../../system.ts';
import type { FastRecord } from '../messages.ts';
import type { FastRules, State } from '../rules.ts';

type FastVariant = Variant<FastRules>;

const CHURN = {
  nodes: 5,
  nemesis: ['partition', 'kill', 'pause'],
  nemesisIntervalS: 0.5,
  timeLimitS: 20,
  rate: 300,
  set: { electionTimeoutMs: 60, heartbeatMs: 10, retransmitMs: 30 },
} as const satisfies HuntSettings;

function votedIn(state: State, slot: LogIndex): number {
  return state.accepted.get(slot)?.round ?? -1;
}

const voteTwice: FastVariant = {
  id: 'fp-vote-twice',
  describe: 'an acceptor votes again in the same fast round for a later proposal',
  kind: 'mutant',
  rules: (base) => ({
    canFastVote: (state, round, slot) =>
      base.canFastVote(state, round, slot) ||
      (round === state.promised && votedIn(state, slot) === round),
  }),
  source: 'Lamport 2006, section 2.1',
  expect: ['OneVotePerRound', 'Agreement'],
  hunt: { nodes: 5, rate: 300 },
};

const ignoresPromise: FastVariant = {
  id: 'fp-fast-vote-ignores-rnd',
  describe: 'an acceptor still votes in a fast round after it has promised a later one',
  kind: 'mutant',
  rules: () => ({
    canFastVote: (state, round, slot) =>
      round >= 0 && slot >= state.any.from && votedIn(state, slot) < round,
  }),
  source: 'Lamport 2006, section 2.2',
  expect: ['VoteRespectsPromise', 'SafeAt', 'Agreement'],
  hunt: CHURN,
};

const acceptIgnoresPromise: FastVariant = {
  id: 'fp-accept-ignores-rnd',
  describe: 'an acceptor votes for what any coordinator proposes, whatever it has promised',
  kind: 'mutant',
  rules: () => ({ canVote: (state, round, slot) => votedIn(state, slot) !== round }),
  source: 'Lamport 2006, section 2.2',
  expect: ['VoteRespectsPromise', 'SafeAt', 'Agreement'],
  hunt: CHURN,
};

const duplicatesCounted: FastVariant = {
  id: 'fp-dup-1b-counted',
  describe: 'promises are counted by message, so that one that comes twice counts twice',
  kind: 'mutant',
  rules: () => ({
    countPromise: (state, _from, message) =>
      state.role === 'candidate' && message.round === state.round,
  }),
  source: 'the pattern of rapid, Paxos.java (own reading)',
  expect: ['J:QuorumCert', 'SafeAt', 'Agreement'],
  hunt: { ...CHURN, set: { ...CHURN.set, 'network.duplicatePpm': 100_000 } },
};

const voteNotDurable: FastVariant = {
  id: 'fp-vote-not-durable',
  describe: 'a vote is sent before it is on the disk',
  kind: 'mutant',
  durability: unsynced<FastRecord>('vote'),
  source: 'Lamport 2006, section 2.2',
  expect: ['D:VoteDurable', 'D:AcceptDurable', 'D:AppliedDurable', 'PromiseTruthful'],
  hunt: { nodes: 5, nemesis: ['kill', 'partition'], nemesisIntervalS: 1 },
};

const anySticks: FastVariant = {
  id: 'fp-any-sticks',
  describe: 'Any, once received, allows to vote for anything in later rounds as well',
  kind: 'mutant',
  rules: () => ({ fastRound: (state) => (state.any.round < 0 ? -1 : state.promised) }),
  source: 'Lamport 2006, section 2.1: Any is part of a message of one round',
  expect: ['VoteAuthorized', 'SafeAt', 'Agreement'],
  hunt: CHURN,
};

const promisesAnything: FastVariant = {
  id: 'fp-promises-anything',
  describe: 'an acceptor promises every round that it is asked for, also one below its promise',
  kind: 'mutant',
  rules: () => ({ canPromise: () => true }),
  source: 'FP, section 2.2, phase 1b',
  expect: ['PromiseMonotone', 'VoteRespectsPromise', 'Agreement'],
  hunt: CHURN,
};

const votesBehindSnapshot: FastVariant = {
  id: 'fp-votes-behind-snapshot',
  describe: 'an acceptor votes anew in slots of which it has forgotten its votes with a snapshot',
  kind: 'mutant',
  rules: () => ({ isOpen: (state, slot) => !state.chosen.has(slot) }),
  source: 'FP, section 2.1: one vote in a round',
  expect: ['OneVotePerRound', 'SafeAt', 'Agreement'],
  hunt: { ...CHURN, set: { ...CHURN.set, snapshotEvery: 3 } },
};

export const votingMutants = [
  voteTwice,
  ignoresPromise,
  acceptIgnoresPromise,
  duplicatesCounted,
  voteNotDurable,
  anySticks,
  promisesAnything,
  votesBehindSnapshot,
] as const;
