/**
 * The decisions of Basic Paxos: pure functions of what a node knows and what reached it. The
 * protocol asks this table for everything that matters, so a variant of a rule is a few lines
 * outside the protocol. PMS is Lamport's Paxos Made Simple (2001).
 */

import type { Value } from '../../checkers/history.ts';
import { itemAt } from '../../checkers/item-at.ts';
import type { Ballot, Micros, NodeId } from '../../checkers/units.ts';
import type { Reply } from '../protocol.ts';
import { type ClientRules, clientRules } from '../session-client.ts';
import type {
  Accept,
  Accepted,
  BasicMessage,
  BasicRecord,
  Decided,
  Nack,
  Promise1b,
} from './messages.ts';
import {
  type Attempt,
  type BasicConfig,
  type BasicState,
  type CountedPromise,
  NO_BALLOT,
  promisedFor,
  type Vote,
} from './state.ts';

/** A rule must not change the state. */
export type State = Readonly<BasicState>;

/** What a proposer goes on with. */
export type Continuation = Pick<Attempt, 'phase' | 'ballot' | 'value'>;

/** A decision, and the acceptors that it was counted on. */
export interface Decision extends Accepted {
  readonly nodes: readonly NodeId[];
}

export interface BasicRules extends ClientRules {
  /** How many of `nodes` make a quorum; any two quorums must meet. */
  quorum(nodes: number): number;
  /** The next ballot of a node's own: m·n + i, above every ballot that it knows of. */
  nextBallot(self: NodeId, nodes: number, above: number): Ballot;
  /** The highest ballot that a node knows of when it begins one for this key. */
  highestKnown(state: State, key: string): number;
  /** Which records a start goes by: all of them. */
  recordsAtStart(records: readonly BasicRecord[], incarnation: number): readonly BasicRecord[];
  /** Whether a node looks at a message at all: always. */
  hears(state: State, from: NodeId, message: BasicMessage): boolean;
  /** Who is taken for the distinguished proposer: the lowest node that is heard (PMS, 2.4). */
  leader(state: State, nowUs: Micros): number;

  /** Acceptor: whether it may promise `ballot` (PMS, P1a). */
  canPromise(promised: Ballot, ballot: Ballot, fromOwner: boolean): boolean;
  /** Acceptor: what a promise reports of what it has accepted (PMS, phase 1b): just that. */
  reported(accepted: Accepted | null, ballot: Ballot): Accepted | null;
  /** Acceptor: what it has accepted, after it has promised `ballot`: the same as before. */
  acceptedAfterPromise(accepted: Accepted | null, ballot: Ballot): Accepted | null;
  /** Acceptor: whether it may accept in `ballot` (PMS, P1a). */
  canAccept(promised: Ballot, ballot: Ballot): boolean;
  /** Acceptor: what it has accepted, after it has accepted this. */
  acceptedAfterAccept(message: Accept): Accepted;
  /** Acceptor: its promise, after it has accepted in `ballot`. */
  promisedAfterAccept(promised: Ballot, ballot: Ballot): number;

  /** Acceptor: how it refuses what is of `ballot`: with what it has promised, and accepted. */
  refusal(state: State, key: string, ballot: Ballot): Nack;
  /** Acceptor: whether it tells all learners what it accepts, or the proposer alone. */
  tellsAllLearners(state: State): boolean;

  /** Proposer: the value that it proposes where it is free: of whoever asked first; null for none. */
  ownProposal(attempt: Readonly<Attempt>): Value;
  /** Proposer: whether a phase, or a wait, has lasted long enough. */
  isOver(attempt: Readonly<Attempt>, nowUs: Micros): boolean;
  /** Proposer: whether it gives up a key that it has tried for so long. */
  givesUp(attempt: Readonly<Attempt>, nowUs: Micros): boolean;
  /** Proposer: what clients are told then: what they proposed may yet be chosen. */
  replyOnGivingUp(attempt: Readonly<Attempt>): Reply;
  /** Proposer: whether a promise counts for the ballot under way. */
  countPromise(attempt: Readonly<Attempt>, from: NodeId, message: Promise1b): boolean;
  /** Proposer: what a quorum of promises dictates; null if it is free (PMS, P2c). */
  pickAdopted(promises: readonly CountedPromise[]): Accepted | null;
  /** Proposer: whether phase 2 completes what was found, before anybody is told of it. */
  completes(adopted: Accepted | null, own: Value): boolean;
  /** Proposer: how it goes on when a phase takes too long: it gives the ballot up. */
  onTimeout(attempt: Readonly<Attempt>, own: Value, state: State): Continuation;
  /** Proposer: how it goes on when an acceptor has promised more. */
  onNack(attempt: Readonly<Attempt>, message: Nack, own: Value): Continuation;
  /** Proposer: how long it waits after so many failures. */
  backoffUs(failures: number, draw: number, config: BasicConfig): Micros;

  /** Whether it sees to a client itself; else the client is sent to the distinguished proposer. */
  serves(state: State): boolean;
  /** What clients of a key are told without running a ballot; null where nothing is decided. */
  knownDecision(state: State, key: string): Accepted | null;
  /** Proposer: whether a read is told what this ballot found: it came before the ballot began. */
  readReady(readBallot: Ballot, ballot: Ballot): boolean;

  /** Learner: whether it believes that a value is decided, as another learner says. */
  believes(state: State, from: NodeId, message: Decided): boolean;
  /** Learner: whether a vote counts beside those before it. */
  countVote(votes: readonly Vote[], vote: Vote): boolean;
  /** Learner: what is chosen; null while nothing is. */
  decision(votes: readonly Vote[], quorum: number): Decision | null;
}

/** Heartbeats that may be missed before a node counts as dead. */
export const HEARTBEATS_MISSED_MAX = 3;

/** Failures after which the back-off does not grow any more. */
export const BACKOFF_DOUBLINGS_MAX = 6;

export const basicRules: BasicRules = {
  ...clientRules,

  quorum: (nodes) => Math.floor(nodes / 2) + 1,

  nextBallot(self, nodes, above) {
    const round = Math.max(0, Math.floor((above - self) / nodes) + 1);
    return round * nodes + self;
  },

  highestKnown: (state, key) =>
    Math.max(promisedFor(state, key), state.seen.get(key) ?? NO_BALLOT, state.ownBallot),

  recordsAtStart: (records) => records,
  hears: () => true,

  leader({ members, heardUs, self, config }, nowUs) {
    const silenceUs = HEARTBEATS_MISSED_MAX * config.heartbeatUs;
    return members.find((node) => nowUs - itemAt(heardUs, node) <= silenceUs) ?? self;
  },

  canPromise: (promised, ballot) => ballot > promised,
  reported: (accepted) => accepted,
  acceptedAfterPromise: (accepted) => accepted,
  canAccept: (promised, ballot) => ballot >= promised,
  acceptedAfterAccept: ({ ballot, value }) => ({ ballot, value }),
  promisedAfterAccept: (promised, ballot) => Math.max(promised, ballot),

  refusal: (state, key, ballot) => ({
    kind: 'nack',
    key,
    ballot,
    promised: promisedFor(state, key),
    accepted: state.accepted.get(key) ?? null,
  }),

  tellsAllLearners: ({ config }) => !config.distinguishedLearner,

  ownProposal({ waiting }) {
    for (const { proposal } of waiting) if (proposal !== null) return proposal;
    return null;
  },

  isOver: ({ deadlineUs }, nowUs) => nowUs >= deadlineUs,
  givesUp: ({ giveUpAtUs }, nowUs) => nowUs >= giveUpAtUs,
  replyOnGivingUp: () => ({ status: 'unknown', error: 'no-decision' }),

  countPromise(attempt, from, message) {
    if (attempt.phase !== 'prepare' || message.ballot !== attempt.ballot) return false;
    return attempt.promises.every(({ node }) => node !== from);
  },

  pickAdopted(promises) {
    let highest: Accepted | null = null;
    for (const { accepted } of promises) {
      if (accepted === null) continue;
      if (highest === null || accepted.ballot > highest.ballot) highest = accepted;
    }
    return highest;
  },

  // What anybody has accepted may be chosen, or not: a read that told it at once could be wrong.
  completes: (adopted, own) => adopted !== null || own !== null,

  onTimeout: ({ ballot, value }) => ({ phase: 'backoff', ballot, value }),

  onNack: (attempt) => ({ phase: 'backoff', ballot: attempt.ballot, value: attempt.value }),

  backoffUs: (failures, draw, { backoffUs }) =>
    draw % (backoffUs * 2 ** Math.min(failures, BACKOFF_DOUBLINGS_MAX)),

  serves: ({ config, leader, self }) => !config.distinguishedProposer || leader === self,
  knownDecision: (state, key) => state.decided.get(key) ?? null,
  readReady: (readBallot, ballot) => readBallot <= ballot,

  believes: () => true,

  countVote: (votes, vote) =>
    votes.every(({ node, ballot }) => node !== vote.node || ballot !== vote.ballot),

  // A majority in one ballot, not a majority for one value (PROTOCOLS 1.3, scenario 8).
  decision(votes, quorum) {
    for (const { ballot, value } of votes) {
      const nodes = votes.filter((vote) => vote.ballot === ballot).map((vote) => vote.node);
      if (nodes.length >= quorum) return { ballot, value, nodes };
    }
    return null;
  },
};
