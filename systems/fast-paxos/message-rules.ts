/**
 * The decisions of Fast Paxos about what messages say, when they are due, and what of them is
 * believed. As pure as the rest (`rules.ts`).
 */

import type { LogIndex, Micros, NodeId } from '../../checkers/units.ts';
import type { Accept, Accepted, Heartbeat, Learn, Nack } from './messages.ts';
import type { FastConfig, FastState, Waiting } from './state.ts';

type State = Readonly<FastState>;

export interface FastMessageRules {
  /** How long a node waits for a coordinator: random in [T, 2T). */
  electionWaitUs(config: FastConfig, drawn: number): Micros;
  /** How much longer the node waits for a coordinator; 0 or less for no longer. */
  electionRestUs(state: State, nowUs: Micros): Micros;
  /** Acceptor: how it refuses what is of `round`: with what it has promised, or voted in. */
  refusal(state: State, round: number, votedIn: number): Nack;
  /** Acceptor: whether a slot is open to votes: not if it is known to be chosen. */
  isOpen(state: State, slot: LogIndex): boolean;
  /** Acceptor: whether it has voted so already, and need only say so again. */
  hasVoted(state: State, message: Accept): boolean;
  /** Coordinator: what a heartbeat says: its round and number, what is chosen, from where any value may be. */
  heartbeat(state: State): Heartbeat;

  /** Whether a node that asks from a slot on is sent the snapshot, as the slot is compacted. */
  tellsSnapshot(state: State, from: LogIndex): boolean;
  /** Learner: whether it believes what another node says is chosen: always, for it is. */
  believes(state: State, from: NodeId, message: Learn): boolean;
  /** Learner: whose votes count for a value: those of the nodes that voted like that. */
  votersFor(state: State, voted: readonly NodeId[], like: Accepted): readonly NodeId[];
  /** New coordinator: the last slot in which something was reported, or is chosen: `last`. */
  lastTaken(state: State, last: number): number;
  /** Proposer: whether it is time to send a command again that got no answer. */
  isOverdue(state: State, waiting: Readonly<Waiting>, nowUs: Micros): boolean;
  /** Proposer: the cluster's time, which goes into commands. */
  entryTimeUs(state: State, nowUs: Micros): Micros;
}

export const fastMessageRules: FastMessageRules = {
  electionWaitUs: ({ electionTimeoutUs }, drawn) => electionTimeoutUs + (drawn % electionTimeoutUs),
  electionRestUs: ({ waitingSinceUs, timeoutUs }, nowUs) => waitingSinceUs + timeoutUs - nowUs,

  refusal: (state, round, votedIn) => ({
    kind: 'nack',
    round,
    promised: Math.max(state.promised, votedIn),
  }),

  // Behind a snapshot it has forgotten its own votes.
  isOpen: (state, slot) => slot > state.chosenUpTo && !state.chosen.has(slot),
  hasVoted: (state, { slot, round }) => state.accepted.get(slot)?.round === round,

  heartbeat: ({ round, chosenUpTo, any, beat }) => ({
    kind: 'heartbeat',
    round,
    chosenUpTo,
    anyFrom: any.round === round ? any.from : 0,
    beat,
  }),

  tellsSnapshot: (state, from) => from <= state.snapshot.slot,
  believes: () => true,
  votersFor: (_state, voted) => voted,
  lastTaken: (_state, last) => last,

  isOverdue: ({ config }, { place, sentUs }, nowUs) =>
    place !== 'backlog' && nowUs - (sentUs ?? 0) >= config.retransmitUs,

  entryTimeUs: (state, nowUs) => state.clusterUs + Math.max(0, nowUs - state.clusterSinceUs),
};
