/**
 * The decisions of Fast Paxos: pure functions of the node's state and what reached it. The protocol
 * asks this table for everything that matters, so a variant of a rule is a few lines outside the
 * protocol. FP is Lamport's Fast Paxos (2006); the rest is as in Multi-Paxos.
 */

import {
  type CommandResult,
  type KvRules,
  type KvSnapshot,
  type KvState,
  kvRules,
  snapshotKv,
} from '../kv.ts';
import { type ClientRules, clientRules } from '../session-client.ts';
import type { FastCommand, FastRecord, Promise1b } from './messages.ts';
import { coordinatorOf, isFast, ownRound } from './numbers.ts';
import type { Quorums } from './quorums.ts';
import { type FastState, NO_SLOT, sameCommand, type Vote } from './state.ts';

/** A rule must not change the state. */
export type State = Readonly<FastState>;

/** What `pick` goes by. */
export interface PickContext {
  readonly quorums: Quorums;
  /** |Q|: how many acceptors were heard, whether they voted or not. */
  readonly heard: number;
  /** The coordinator. */
  readonly self: number;
}

/** Rule O4: a value that may be or become chosen is forced; else any will do. */
export interface Picked {
  readonly forced: boolean;
  /** The forced value, or one that somebody voted for; null if nobody voted. */
  readonly command: FastCommand | null;
}

export interface FastRules extends KvRules, ClientRules {
  /** How many votes choose a value in a fast round; also how many promises begin one. */
  fastQuorum(sizes: Quorums): number;
  /** The next round of a node's own, above every round that it knows of. */
  nextRound(self: number, nodes: number, above: number, fast: boolean): number;

  /** Acceptor: whether it may promise this round (phase 1). */
  canPromise(state: State, from: number, round: number): boolean;
  /** Acceptor: in which round Any allows to vote for a proposal; negative for none. */
  fastRound(state: State): number;
  /** Acceptor: whether it may vote in that round for the first proposal that it sees. */
  canFastVote(state: State, round: number, slot: number): boolean;
  /** Acceptor: whether it may vote for what the coordinator of a round proposes. */
  canVote(state: State, round: number, slot: number): boolean;

  /** Candidate: whether a promise counts for the round under way. */
  countPromise(state: State, from: number, message: Promise1b): boolean;
  /** Candidate: how many promises end phase 1 of a round of this kind. */
  promisesNeeded(quorums: Quorums, fast: boolean): number;
  /** Coordinator: what it must or may propose, given the votes that a quorum reported. */
  pick(votes: readonly Vote[], context: PickContext): Picked;
  /** Coordinator of a fast round: from which slot on acceptors may vote for anything. */
  anyFrom(state: State, lastReported: number): number;
  /** Coordinator: whether a slot cannot be chosen any more in the fast round of these votes. */
  hasCollided(votes: readonly Vote[], quorums: Quorums): boolean;
  /** Coordinator: how many votes of a fast round stand for the promises of its successor. */
  votesToRecover(quorums: Quorums): number;
  /** Coordinator: the round in which a collision is recovered: the direct successor. */
  recoverRound(round: number): number;
  /** Coordinator: whether what collided, or got stuck, is taken to a classic round. */
  fallsBack(state: State): boolean;
  /** Coordinator: whether it may go on leading: a quorum has answered of late. */
  checkQuorum(state: State, nowUs: number): boolean;

  /** Learner: whether so many equal votes in one round choose their value. */
  learn(count: number, round: number, quorums: Quorums): boolean;
  /** Proposer: what becomes of a command that lost its slot to another: it is taken up again. */
  takesUpLost(state: State): boolean;
  /** Replica: the slot to execute next; `NO_SLOT` if none may be. */
  nextToApply(state: State): number;
  /** What a client is told about its command. */
  commandReply(command: FastCommand, result: CommandResult): CommandResult;
  /** What a snapshot holds. */
  snapshotState(kv: KvState): KvSnapshot;
  /** Successive contents of the disk when a snapshot takes the place of what it covers. */
  compaction(snapshot: FastRecord, rest: readonly FastRecord[]): readonly (readonly FastRecord[])[];
}

export const fastRules: FastRules = {
  ...kvRules,
  ...clientRules,

  fastQuorum: ({ fast }) => fast,
  nextRound: ownRound,

  // An equal round is its owner asking again: the promise, or the answer to it, was lost.
  canPromise: (state, from, round) =>
    round > state.promised ||
    (round === state.promised && coordinatorOf(round, state.members.length) === from),

  fastRound: (state) => state.any.round,

  // Any is bound to one round: whoever has promised another one votes in this one no more.
  canFastVote: (state, round, slot) =>
    round >= 0 &&
    round === state.promised &&
    slot >= state.any.from &&
    votedIn(state, slot) < round,

  // A vote in the successor of a fast round promises that round in its own slot only.
  canVote: (state, round, slot) => round >= state.promised && round > votedIn(state, slot),

  countPromise(state, from, message) {
    if (state.role !== 'candidate' || message.round !== state.round) return false;
    return state.promises.every(({ node }) => node !== from);
  },

  // FP, section 2.2: phase 1 of a round asks a quorum of that round's own kind. One smaller than a
  // classic quorum need not meet two other fast ones.
  promisesNeeded: ({ fast, classic }, isFastRound) =>
    isFastRound ? Math.max(fast, classic) : classic,

  pick: (votes, context) => pickAmong(latestVotes(votes), context),
  anyFrom: (_state, lastReported) => lastReported + 1,

  hasCollided(votes, quorums) {
    const silent = quorums.nodes - votes.length;
    return votes.every((vote) => countLike(votes, vote.command) + silent < quorums.fast);
  },

  votesToRecover: ({ classic }) => classic,
  recoverRound: (round) => round + 1,
  fallsBack: () => true,

  checkQuorum(state, nowUs) {
    const { checkQuorum, electionTimeoutUs } = state.config;
    if (!checkQuorum || nowUs - state.roundSinceUs < electionTimeoutUs) return true;
    return countHeard(state, nowUs, electionTimeoutUs) >= state.quorums.classic;
  },

  learn: (count, round, quorums) =>
    count >= (isFast(round, quorums.nodes) ? quorums.fast : quorums.classic),

  takesUpLost: () => true,
  nextToApply: (state) => (state.applied < state.chosenUpTo ? state.applied + 1 : NO_SLOT),
  commandReply: (_command, result) => result,
  snapshotState: snapshotKv,
  compaction: (snapshot, rest) => [[snapshot, ...rest]],
};

/**
 * Rule O4 of FP (section 2.2) over votes of one round k, the latest: if they agree, or k was fast
 * and so many of the quorum voted alike that those outside it may have made that a fast quorum,
 * nothing else can be proposed. No two values can reach that many.
 */
export function pickAmong(votes: readonly Vote[], { quorums, heard }: PickContext): Picked {
  const most = mostVoted(votes);
  if (most === null) return { forced: false, command: null };
  const count = countLike(votes, most);
  const needed = quorums.fast + heard - quorums.nodes;
  return { forced: count === votes.length || count >= needed, command: most };
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
export function countHeard(state: State, nowUs: number, withinUs: number): number {
  let count = 0;
  for (const node of state.members) {
    if (node === state.self || nowUs - (state.ackUs[node] as number) < withinUs) count++;
  }
  return count;
}

/** The value with most votes; of equals, the one that was heard first. */
function mostVoted(votes: readonly Vote[]): FastCommand | null {
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
function votedIn(state: State, slot: number): number {
  return state.accepted.get(slot)?.round ?? -1;
}
