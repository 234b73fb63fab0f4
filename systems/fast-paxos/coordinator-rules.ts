/**
 * The decisions of Fast Paxos about who coordinates: a candidate's phase 1, what a coordinator is forced
 * to propose, how slots are recovered, and when rounds are fast. As pure as the rest (`rules.ts`).
 */

import { itemAt } from '../../checkers/item-at.ts';
import type { Micros, NodeId } from '../../checkers/units.ts';
import type { FastCommand, HeartbeatAck, Nack, Promise1b } from './messages.ts';
import { coordinatorOf, isFast, NO_ROUND } from './numbers.ts';
import type { Quorums } from './quorums.ts';
import { type FastState, type Phase2, sameCommand, type Vote } from './state.ts';

type State = Readonly<FastState>;

/** What rule O4 goes by. */
export interface PickContext {
  readonly quorums: Quorums;
  /** |Q|: how many acceptors were heard, whether they voted or not. */
  readonly heard: number;
  /** The coordinator. */
  readonly self: NodeId;
}

export interface FastCoordinatorRules {
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
}

export const fastCoordinatorRules: FastCoordinatorRules = {
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
function countHeard(state: State, nowUs: Micros, withinUs: Micros): number {
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
