/**
 * The decisions of Fast Paxos: pure functions of the node's state and what reached it. The protocol
 * asks this table for everything that matters, so a variant of a rule is a few lines outside the
 * protocol. FP is Lamport's Fast Paxos (2006); the rest is as in Multi-Paxos.
 */

import type { Ballot, LogIndex, Micros, NodeId } from '../../checkers/units.ts';
import {
  type CommandResult,
  type KvRules,
  type KvSnapshot,
  type KvState,
  kvRules,
  snapshotKv,
} from '../kv.ts';
import type { Operation } from '../operations.ts';
import type { Request } from '../protocol.ts';
import { type ClientRules, clientRules } from '../session-client.ts';
import { type FastCoordinatorRules, fastCoordinatorRules } from './coordinator-rules.ts';
import { type FastMessageRules, fastMessageRules } from './message-rules.ts';
import type {
  Accepted,
  AcceptedSlot,
  ChosenSlot,
  FastCommand,
  FastMessage,
  FastRecord,
  Heartbeat,
  Snapshot,
  Voted,
} from './messages.ts';
import { coordinatorOf, isFast, ownRound } from './numbers.ts';
import type { Quorums } from './quorums.ts';
import { type FastState, NO_SLOT, NOBODY, sameCommand, type Waiting } from './state.ts';

/** A rule must not change the state. */
export type State = Readonly<FastState>;

export interface FastRules extends KvRules, ClientRules, FastMessageRules, FastCoordinatorRules {
  /** How many votes choose a value in a fast round; also how many promises begin one. */
  fastQuorum(sizes: Quorums): number;
  /** The next round of a node's own, above every round that it knows of. */
  nextRound(self: NodeId, nodes: number, above: number, fast: boolean): number;
  /** Which records a start goes by: all of them. */
  recordsAtStart(records: readonly FastRecord[], incarnation: number): readonly FastRecord[];
  /** Whether a node looks at a message at all: always. */
  hears(state: State, from: NodeId, message: FastMessage): boolean;
  /** Whether it takes `from`, of whom it has heard in `round`, for the coordinator. */
  follows(state: State, from: NodeId, round: number): boolean;

  /** Acceptor: whether it may promise this round (phase 1). */
  canPromise(state: State, from: NodeId, round: number): boolean;
  /** Acceptor: which votes it reports when it promises for the slots from `from` on. */
  reportAccepted(state: State, from: LogIndex): readonly AcceptedSlot[];
  /** Acceptor: what it reports as chosen then. */
  reportChosen(state: State, from: LogIndex): readonly ChosenSlot[];
  /** Acceptor: how it answers a heartbeat. */
  heartbeatAnswer(state: State, from: NodeId, message: Heartbeat): 'ack' | 'nack' | 'none';
  /** Acceptor: whether an Any is news to it. */
  takesAny(state: State, round: number): boolean;
  /** Acceptor: in which round Any allows to vote for a proposal; negative for none. */
  fastRound(state: State): number;
  /** Acceptor: whether it may vote in that round for the first proposal that it sees. */
  canFastVote(state: State, round: number, slot: LogIndex): boolean;
  /** Acceptor: whether it may vote for what the coordinator of a round proposes. */
  canVote(state: State, round: number, slot: LogIndex): boolean;
  /** Acceptor: its promise for all slots, after it has voted in one: the same as before. */
  promisedAfterVote(promised: Ballot, round: number): number;

  /** Learner: whether a vote counts beside the one that it knows of the same node. */
  countVote(state: State, from: NodeId, message: Voted, known: Accepted | null): boolean;
  /** Learner: whether a vote is one for the same value in the same round as another. */
  isLike(vote: Accepted, other: Accepted): boolean;
  /** Learner: what it tells others is chosen in a slot; undefined where it does not know. */
  toldChosen(state: State, slot: LogIndex): FastCommand | undefined;
  /** Learner: whether so many equal votes in one round choose their value. */
  learn(count: number, round: number, quorums: Quorums): boolean;
  /** Proposer: what becomes of a command that lost its slot to another: it is taken up again. */
  takesUpLost(state: State): boolean;
  /** Whether it sees to a request itself; else the client is sent on. */
  servesRequest(state: State, request: Request): boolean;
  /** How a read is answered: as a command, or from the node's own state, which would be wrong. */
  readBy(state: State, operation: Operation): 'log' | 'local';
  /** Coordinator: whether it sees to a command that another node has sent on. */
  acceptsForward(state: State, command: FastCommand): boolean;
  /** Proposer: whether acceptors take proposals from it now, as far as it knows. */
  inFastRound(state: State): boolean;
  /** Proposer: the slot that it proposes the next command in. */
  nextSlot(state: State): LogIndex;
  /** Proposer: whether the window has room for another slot. */
  hasRoom(state: State): boolean;
  /** Proposer: what it does about a command that got no answer. */
  onNoAnswer(
    state: State,
    waiting: Readonly<Waiting>,
    inFastRound: boolean,
  ): 'offer' | 'forward' | 'take-back' | 'wait';
  /** Proposer: whether it gives a command up that has no slot. */
  givesUp(state: State, waiting: Readonly<Waiting>, nowUs: Micros): boolean;
  /** Replica: the slot to execute next; `NO_SLOT` if none may be. */
  nextToApply(state: State): number;
  /** What a client is told about its command. */
  commandReply(command: FastCommand, result: CommandResult): CommandResult;
  /** Replica: whether it is time for a snapshot. */
  snapshotDue(state: State): boolean;
  /** Replica: whether it goes on from another's snapshot. */
  installsSnapshot(state: State, snapshot: Snapshot): boolean;
  /** What a snapshot holds. */
  snapshotState(kv: KvState): KvSnapshot;
  /** Successive contents of the disk when a snapshot takes the place of what it covers. */
  compaction(snapshot: FastRecord, rest: readonly FastRecord[]): readonly (readonly FastRecord[])[];
}

export const fastRules: FastRules = {
  ...kvRules,
  ...clientRules,
  ...fastMessageRules,
  ...fastCoordinatorRules,

  fastQuorum: ({ fast }) => fast,
  nextRound: ownRound,
  recordsAtStart: (records) => records,
  hears: () => true,
  follows: (state, _from, round) => round >= state.promised,

  // An equal round is its owner asking again: the promise, or the answer to it, was lost.
  canPromise: (state, from, round) =>
    round > state.promised ||
    (round === state.promised && coordinatorOf(round, state.members.length) === from),

  reportAccepted(state, from) {
    const reported: AcceptedSlot[] = [];
    for (const [slot, { round, command }] of state.accepted) {
      if (slot >= from && !state.chosen.has(slot)) reported.push({ slot, round, command });
    }
    return reported;
  },

  reportChosen(state, from) {
    const reported: ChosenSlot[] = [];
    for (const [slot, command] of state.chosen) if (slot >= from) reported.push({ slot, command });
    return reported;
  },

  heartbeatAnswer: (state, _from, { round }) => (round < state.promised ? 'nack' : 'ack'),
  takesAny: (state, round) => state.any.round !== round,
  fastRound: (state) => state.any.round,

  // Any is bound to one round: whoever has promised another one votes in this one no more.
  canFastVote: (state, round, slot) =>
    round >= 0 &&
    round === state.promised &&
    slot >= state.any.from &&
    votedIn(state, slot) < round,

  // A vote in the successor of a fast round promises that round in its own slot only.
  canVote: (state, round, slot) => round >= state.promised && round > votedIn(state, slot),

  promisedAfterVote: (promised) => promised,

  learn: (count, round, quorums) =>
    count >= (isFast(round, quorums.nodes) ? quorums.fast : quorums.classic),

  countVote: (_state, _from, { round }, known) => known === null || known.round < round,
  isLike: (vote, other) => vote.round === other.round && sameCommand(vote.command, other.command),
  toldChosen: (state, slot) => state.chosen.get(slot),

  servesRequest: (state) => state.leader !== NOBODY,
  readBy: () => 'log',
  acceptsForward: (state) => state.leader === state.self,

  inFastRound: ({ any, promised, following, members }) =>
    any.round === promised && any.round === following && isFast(promised, members.length),

  nextSlot: (state) => state.taken + 1,
  hasRoom: ({ taken, chosenUpTo, config }) => taken + 1 <= chosenUpTo + config.window,

  onNoAnswer(state, { place, slot }, inFastRound) {
    const leads = state.leader === state.self;
    const forward = state.leader === NOBODY ? 'wait' : 'forward';
    if (place === 'forwarded') return inFastRound || leads ? 'take-back' : forward;
    // Chosen, and not executed yet.
    if (slot <= state.chosenUpTo || state.chosen.has(slot)) return 'wait';
    if (inFastRound) return 'offer';
    if (!leads) return forward;
    // Its slot belongs to another round, which has not heard of the command.
    return state.role === 'leader' && slot > state.taken ? 'take-back' : 'wait';
  },

  givesUp: (state, { place, sinceUs }, nowUs) =>
    place !== 'offered' && nowUs - sinceUs >= state.config.electionTimeoutUs,

  takesUpLost: () => true,
  nextToApply: (state) => (state.applied < state.chosenUpTo ? state.applied + 1 : NO_SLOT),
  commandReply: (_command, result) => result,

  snapshotDue: ({ config, applied, snapshot }) =>
    config.snapshotEvery > 0 && applied - snapshot.slot >= config.snapshotEvery,

  installsSnapshot: (state, { slot }) => slot > state.applied,
  snapshotState: snapshotKv,
  compaction: (snapshot, rest) => [[snapshot, ...rest]],
};

/** The round of an acceptor's vote in a slot: vrnd. */
function votedIn(state: State, slot: LogIndex): number {
  return state.accepted.get(slot)?.round ?? -1;
}
