/**
 * The decisions of Basic Paxos: pure functions of what a node knows and what reached it. The
 * protocol asks this table for everything that matters, so a variant of a rule is a few lines
 * outside the protocol. PMS is Lamport's Paxos Made Simple (2001).
 */

import type { Value } from '../../checkers/history.ts';
import { type ClientRules, clientRules } from '../session-client.ts';
import type { Accept, Accepted, Nack, Promise1b } from './messages.ts';
import type { Attempt, BasicConfig, CountedPromise, Vote } from './state.ts';

/** What a proposer goes on with. */
export type Continuation = Pick<Attempt, 'phase' | 'ballot' | 'value'>;

/** A decision, and the acceptors that it was counted on. */
export interface Decision extends Accepted {
  readonly nodes: readonly number[];
}

export interface BasicRules extends ClientRules {
  /** How many of `nodes` make a quorum; any two quorums must meet. */
  quorum(nodes: number): number;
  /** The next ballot of a node's own: m·n + i, above every ballot that it knows of. */
  nextBallot(self: number, nodes: number, above: number): number;

  /** Acceptor: whether it may promise `ballot` (PMS, P1a). */
  canPromise(promised: number, ballot: number, fromOwner: boolean): boolean;
  /** Acceptor: what it has accepted, after it has promised `ballot`: the same as before. */
  acceptedAfterPromise(accepted: Accepted | null, ballot: number): Accepted | null;
  /** Acceptor: whether it may accept in `ballot` (PMS, P1a). */
  canAccept(promised: number, ballot: number): boolean;
  /** Acceptor: what it has accepted, after it has accepted this. */
  acceptedAfterAccept(message: Accept): Accepted;

  /** Proposer: whether a promise counts for the ballot under way. */
  countPromise(attempt: Readonly<Attempt>, from: number, message: Promise1b): boolean;
  /** Proposer: what a quorum of promises dictates; null if it is free (PMS, P2c). */
  pickAdopted(promises: readonly CountedPromise[]): Accepted | null;
  /** Proposer: how it goes on when an acceptor has promised more. */
  onNack(attempt: Readonly<Attempt>, message: Nack, own: Value): Continuation;
  /** Proposer: how long it waits after so many failures. */
  backoffUs(failures: number, draw: number, config: BasicConfig): number;

  /** Learner: whether a vote counts beside those before it. */
  countVote(votes: readonly Vote[], vote: Vote): boolean;
  /** Learner: what is chosen; null while nothing is. */
  decision(votes: readonly Vote[], quorum: number): Decision | null;
}

/** Failures after which the back-off does not grow any more. */
const BACKOFF_DOUBLINGS_MAX = 6;

export const basicRules: BasicRules = {
  ...clientRules,

  quorum: (nodes) => Math.floor(nodes / 2) + 1,

  nextBallot(self, nodes, above) {
    const round = Math.max(0, Math.floor((above - self) / nodes) + 1);
    return round * nodes + self;
  },

  canPromise: (promised, ballot) => ballot > promised,
  acceptedAfterPromise: (accepted) => accepted,
  canAccept: (promised, ballot) => ballot >= promised,
  acceptedAfterAccept: ({ ballot, value }) => ({ ballot, value }),

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

  onNack: (attempt) => ({ phase: 'backoff', ballot: attempt.ballot, value: attempt.value }),

  backoffUs: (failures, draw, { backoffUs }) =>
    draw % (backoffUs * 2 ** Math.min(failures, BACKOFF_DOUBLINGS_MAX)),

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
