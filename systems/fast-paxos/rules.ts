/**
 * The decisions of Fast Paxos: pure functions of the node's state and what reached it. The protocol
 * asks this table for everything that matters, so a variant of a rule is a few lines outside the
 * protocol. FP is Lamport's Fast Paxos (2006); the rest is as in Multi-Paxos.
 */

import { itemAt } from '../../checkers/item-at.ts';
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
import { type FastMessageRules, fastMessageRules } from './message-rules.ts';
import type {
  Accepted,
  AcceptedSlot,
  ChosenSlot,
  FastCommand,
  FastMessage,
  FastRecord,
  Heartbeat,
  HeartbeatAck,
  Nack,
  Promise1b,
  Snapshot,
  Voted,
} from './messages.ts';
import { coordinatorOf, isFast, NO_ROUND, ownRound } from './numbers.ts';
import type { Quorums } from './quorums.ts';
import {
  type FastState,
  NO_SLOT,
  NOBODY,
  type Phase2,
  sameCommand,
  type Vote,
  type Waiting,
} from './state.ts';

/** A rule must not change the state. */
export type State = Readonly<FastState>;

/** What rule O4 goes by. */
export interface PickContext {
  readonly quorums: Quorums;
  /** |Q|: how many acceptors were heard, whether they voted or not. */
  readonly heard: number;
  /** The coordinator. */
  readonly self: NodeId;
}

export interface FastRules extends KvRules, ClientRules, FastMessageRules {
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

  /** Candidate: whether a promise counts for the round under way. */
  countPromise(state: State, from: NodeId, message: Promise1b): boolean;
  /** Candidate: the first slot that its Prepare is for. */
  prepareFrom(state: State): number;
  /** Candidate: whether it must have the snapshot of who promised before it goes on. */
  needsSnapshotOf(state: State, message: Promise1b): boolean;
  /** Candidate: whether its fast round has taken so long that a classic one is tried instead. */
  givesUpFast(state: State, nowUs: Micros): boolean;
  /** Without a coordinator: whether it begins a round, asks again in its own, or waits on. */
  onSilence(state: State): 'begin' | 'repeat' | 'wait';
  /** Candidate or coordinator: whether it makes room for the owner of `round`. */
  givesWay(state: State, round: number): boolean;
  /** Candidate or coordinator: whether a refusal makes it give up. */
  yieldsTo(state: State, message: Nack): boolean;
  /** Candidate: how many promises end phase 1 of a round of this kind. */
  promisesNeeded(quorums: Quorums, fast: boolean): number;
  /** Coordinator: what the votes that a quorum reported force it to propose (O4); null if nothing. */
  forced(votes: readonly Vote[], context: PickContext): FastCommand | null;
  /** Coordinator: what it proposes where nothing is forced; null for a no-op. */
  preferred(votes: readonly Vote[]): FastCommand | null;
  /** Coordinator of a fast round: from which slot on acceptors may vote for anything. */
  anyFrom(state: State, lastReported: number): number;
  /** Coordinator: whether a slot cannot be chosen any more in the fast round of these votes. */
  hasCollided(votes: readonly Vote[], quorums: Quorums): boolean;
  /** Coordinator: how many votes of a fast round stand for the promises of its successor. */
  votesToRecover(quorums: Quorums): number;
  /** Coordinator: the round in which a collision is recovered: the direct successor. */
  recoverRound(round: number): number;
  /**
   * Coordinator: what it does about a slot that is not chosen in time: it recovers it, sends its own
   * proposal again, or asks for more votes. `votes` are those of the round under way in the slot.
   */
  onSlotTimeout(
    state: State,
    votes: readonly Vote[],
    phase2: Readonly<Phase2> | null,
    recoverAt: number,
  ): 'recover' | 'repeat' | 'ask' | 'wait';
  /** Coordinator of a classic round: whether it tries a fast one. */
  triesFast(state: State, nowUs: Micros, promisesNeeded: number): boolean;
  /** Coordinator of a fast round: whether too few answer, or too many slots had to be recovered. */
  leavesFast(state: State, nowUs: Micros): boolean;
  /** Coordinator: whether an answer to a heartbeat counts. */
  countAck(state: State, from: NodeId, message: HeartbeatAck): boolean;
  /** Coordinator: whether what collided, or got stuck, is taken to a classic round. */
  fallsBack(state: State): boolean;
  /** Coordinator: whether it may go on leading: a quorum has answered of late. */
  checkQuorum(state: State, nowUs: Micros): boolean;

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

  countPromise(state, from, message) {
    if (state.role !== 'candidate' || message.round !== state.round) return false;
    return state.promises.every(({ node }) => node !== from);
  },

  prepareFrom: (state) => state.chosenUpTo + 1,
  needsSnapshotOf: (state, { snapshotUpTo }) => snapshotUpTo > state.chosenUpTo,

  givesUpFast: ({ round, members, roundSinceUs, config }, nowUs) =>
    isFast(round, members.length) && nowUs - roundSinceUs >= config.electionTimeoutUs / 2,

  // A candidate that never led asks again in its first round, while nobody refused it: that spares
  // the others a disruption. The heartbeat timer sends its Prepare.
  onSilence: ({ role, seen, round, led }) =>
    role === 'candidate' && seen <= round && led === NO_ROUND ? 'wait' : 'begin',

  givesWay: (state, round) => state.role !== 'follower' && round > state.round,

  yieldsTo(state, { round, promised }) {
    if (state.role === 'follower' || promised <= state.round) return false;
    // Of the round under way or its successor, and not overtaken by that successor itself.
    if (round - (round % 2) !== state.round) return false;
    return coordinatorOf(promised, state.members.length) !== state.self;
  },

  // FP, section 2.2: phase 1 of a round asks a quorum of that round's own kind. One smaller than a
  // classic quorum need not meet two other fast ones.
  promisesNeeded: ({ fast, classic }, isFastRound) =>
    isFastRound ? Math.max(fast, classic) : classic,

  forced: (votes, context) => forcedAmong(latestVotes(votes), context),
  preferred: (votes) => mostVoted(latestVotes(votes)),
  anyFrom: (_state, lastReported) => lastReported + 1,

  hasCollided(votes, quorums) {
    const silent = quorums.nodes - votes.length;
    return votes.every((vote) => countLike(votes, vote.command) + silent < quorums.fast);
  },

  votesToRecover: ({ classic }) => classic,
  recoverRound: (round) => round + 1,

  onSlotTimeout(state, votes, phase2, recoverAt) {
    const inFastRound = isFast(phase2?.round ?? state.round, state.members.length);
    if (inFastRound && votes.length >= recoverAt) return 'recover';
    if (phase2 !== null) return 'repeat';
    return inFastRound ? 'ask' : 'wait';
  },

  triesFast(state, nowUs, promisesNeeded) {
    const { rounds, heartbeatUs } = state.config;
    if (isFast(state.round, state.members.length)) return false;
    if (rounds === 'classic' || nowUs < state.fastFromUs) return false;
    return countHeard(state, nowUs, 2 * heartbeatUs) >= promisesNeeded;
  },

  leavesFast(state, nowUs) {
    const { contentionMax, electionTimeoutUs } = state.config;
    if (state.contention >= contentionMax) return true;
    return countHeard(state, nowUs, electionTimeoutUs / 2) < state.quorums.fast;
  },

  countAck: (state, _from, message) => state.role === 'leader' && message.round === state.round,
  fallsBack: () => true,

  checkQuorum(state, nowUs) {
    const { checkQuorum, electionTimeoutUs } = state.config;
    if (!checkQuorum || nowUs - state.roundSinceUs < electionTimeoutUs) return true;
    return countHeard(state, nowUs, electionTimeoutUs) >= state.quorums.classic;
  },

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

/**
 * Rule O4 of FP (section 2.2) over votes of one round k, the latest: if they agree, or k was fast
 * and so many of the quorum voted alike that those outside it may have made that a fast quorum,
 * nothing else can be proposed. No two values can reach that many.
 */
export function forcedAmong(
  votes: readonly Vote[],
  { quorums, heard }: PickContext,
): FastCommand | null {
  const most = mostVoted(votes);
  if (most === null) return null;
  const count = countLike(votes, most);
  const needed = quorums.fast + heard - quorums.nodes;
  return count === votes.length || count >= needed ? most : null;
}

/** The votes of the highest round among them. */
function latestVotes(votes: readonly Vote[]): readonly Vote[] {
  let latest = -1;
  for (const { round } of votes) if (round > latest) latest = round;
  return votes.filter(({ round }) => round === latest);
}

/** How many of these votes are for this value. */
export function countLike(votes: readonly Vote[], command: FastCommand): number {
  let count = 0;
  for (const vote of votes) if (sameCommand(vote.command, command)) count++;
  return count;
}

/** How many nodes, this one included, have answered within the last `withinUs`. */
export function countHeard(state: State, nowUs: Micros, withinUs: Micros): number {
  let count = 0;
  for (const node of state.members) {
    if (node === state.self || nowUs - itemAt(state.ackUs, node) < withinUs) count++;
  }
  return count;
}

/** The value with most votes; of equals, the one that was heard first. */
export function mostVoted(votes: readonly Vote[]): FastCommand | null {
  let best: FastCommand | null = null;
  let most = 0;
  for (const { command } of votes) {
    const count = countLike(votes, command);
    if (count <= most) continue;
    best = command;
    most = count;
  }
  return best;
}

/** The round of an acceptor's vote in a slot: vrnd. */
function votedIn(state: State, slot: LogIndex): number {
  return state.accepted.get(slot)?.round ?? -1;
}
