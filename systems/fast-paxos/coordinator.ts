/** Phase 1: one Prepare for every slot from the first that is not known to be chosen (FP, 2.2). */

import { assert } from '../../checkers/assert.ts';
import type { NodeId } from '../../checkers/units.ts';
import { resetElectionWait } from '../election-wait.ts';
import { sendAll } from '../send-all.ts';
import { askToLearn, furthestAhead } from '../slot-learning.ts';
import { givePromise, makePromise, takeAny } from './acceptor.ts';
import type { Fast } from './context.ts';
import { learn } from './learning.ts';
import type { Nack, Promise1b } from './messages.ts';
import { isFast } from './numbers.ts';
import { placeBacklog } from './proposer.ts';
import { becomeCandidate, becomeLeader, stepDown } from './roles.ts';
import { noop, propose } from './slots.ts';
import { TIMER, type Vote } from './state.ts';

/** Begins a round of this kind, above every other: as a candidate, or going on as coordinator. */
export function startRound(fast: Fast, isFastRound: boolean): void {
  const { state, env, rules } = fast;
  const above = Math.max(state.promised, state.ownRound, state.seen);
  const round = rules.nextRound(state.self, state.members.length, above, isFastRound);
  if (state.role === 'leader') resetElectionWait(fast);
  becomeCandidate(fast, round);
  env.persist({ kind: 'round', round });
  const kind = isFastRound ? { fast: true } : {};
  env.trace({ kind: 'prepare', ballot: round, from: state.preparedFrom, ...kind });
  sendPrepare(fast);
  givePromise(fast, makePromise(fast, round, state.preparedFrom), state.preparedFrom);
  env.setTimer(TIMER.heartbeat, state.config.heartbeatUs);
}

/** Candidate: asks the silent ones again; a fast round that takes long is given up for a classic one. */
export function prepareAgain(fast: Fast): void {
  const { state, env, rules } = fast;
  assert(state.role === 'candidate', 'only a candidate prepares again');
  const { heartbeatUs, classicUs } = state.config;
  if (rules.givesUpFast(state, env.nowUs())) {
    state.fastFromUs = env.nowUs() + classicUs;
    startRound(fast, false);
    return;
  }
  sendPrepare(fast);
  env.setTimer(TIMER.heartbeat, heartbeatUs);
}

export function onPromise(fast: Fast, from: NodeId, message: Promise1b): void {
  const { state, env, rules } = fast;
  if (!rules.countPromise(state, from, message)) return;
  state.promises.push({ ...message, node: from });
  state.ackUs[from] = env.nowUs();
  endPhaseOne(fast);
}

/** The candidate's own promise counts once it is on its disk. */
export function onOwnPromise(fast: Fast, round: number): void {
  const { state } = fast;
  if (state.role !== 'candidate' || round !== state.round) return;
  onPromise(fast, state.self, makePromise(fast, round, state.preparedFrom));
}

/**
 * Candidate: phase 2 begins as soon as a quorum has promised, and what their snapshots cover is
 * known.
 */
export function endPhaseOne(fast: Fast): void {
  if (!hasPromises(fast)) return;
  const { state, rules } = fast;
  const ahead = furthestAhead(state.promises, (each) => rules.needsSnapshotOf(state, each));
  if (ahead !== null) {
    askToLearn(fast, ahead.node);
    return;
  }
  for (const { chosen } of state.promises) {
    for (const { slot, command } of chosen) learn(fast, { slot, command });
  }
  lead(fast);
}

export function onNack(fast: Fast, message: Nack): void {
  const { state, rules } = fast;
  if (message.promised > state.seen) state.seen = message.promised;
  if (rules.yieldsTo(state, message)) stepDown(fast, 'nack');
}

function hasPromises({ state, rules }: Fast): boolean {
  if (state.role !== 'candidate') return false;
  const fast = isFast(state.round, state.members.length);
  return state.promises.length >= rules.promisesNeeded(state.quorums, fast);
}

/** To those who have not promised yet. */
export function sendPrepare({ state, env }: Fast): void {
  const { round, preparedFrom: from, promises, members, self } = state;
  for (const to of members) {
    if (to === self || promises.some(({ node }) => node === to)) continue;
    env.send(to, { kind: 'prepare', round, from });
  }
}

/**
 * Phase 2 begins. In slots of which a vote was reported, and before them, the coordinator proposes
 * what rule O4 says; in a fast round every slot from there on is free, which Any says.
 */
function lead(fast: Fast): void {
  const { state, env, rules } = fast;
  const { round, promises } = state;
  assert(state.role === 'candidate', 'phase 1 ends twice');
  const firstOpen = Math.max(state.preparedFrom, state.chosenUpTo + 1);
  env.trace({
    kind: 'prepared',
    ballot: round,
    from: firstOpen,
    promises: promises.map((promise) => ({ node: promise.node, ballot: promise.round })),
  });
  const reports = reportsBySlot(fast);
  let reported = state.chosenUpTo;
  for (const slot of reports.keys()) if (slot > reported) reported = slot;
  for (const slot of state.chosen.keys()) if (slot > reported) reported = slot;
  const last = rules.lastTaken(state, reported);
  becomeLeader(fast, last);
  env.trace({
    kind: 'leader',
    term: round,
    certificate: promises.map(({ node }) => node),
    last: { term: round, index: last },
  });
  openPhaseTwo(fast, reports, promises.length);
  startHeartbeats(fast);
  placeBacklog(fast);
}

function openPhaseTwo(
  fast: Fast,
  reports: ReadonlyMap<number, readonly Vote[]>,
  heard: number,
): void {
  const { state, env, rules } = fast;
  assert(state.role === 'leader', 'only a coordinator begins phase 2');
  const { round, quorums, self } = state;
  const inFastRound = isFast(round, quorums.nodes);
  const last = state.taken;
  const from = inFastRound ? rules.anyFrom(state, last) : last + 1;
  for (let slot = state.chosenUpTo + 1; slot < from; slot++) {
    if (slot <= state.chosenUpTo || state.chosen.has(slot)) continue;
    const votes = reports.get(slot) ?? [];
    const forced = rules.forced(votes, { quorums, heard, self });
    propose(fast, round, slot, forced ?? rules.preferred(votes) ?? noop(fast));
  }
  if (!inFastRound) return;
  env.trace({ kind: 'any', ballot: round, from });
  sendAll(fast, { kind: 'any', round, from });
  takeAny(fast, { round, from });
}

/** Coordinator: sends a heartbeat now, and the next one in its time. */
export function startHeartbeats(fast: Fast): void {
  const { state, env, rules } = fast;
  state.beat++;
  sendAll(fast, rules.heartbeat(state));
  env.setTimer(TIMER.heartbeat, state.config.heartbeatUs);
}

function reportsBySlot({ state }: Fast): Map<number, Vote[]> {
  const reports = new Map<number, Vote[]>();
  for (const { node, accepted } of state.promises) {
    for (const { slot, round, command } of accepted) {
      const known = reports.get(slot);
      if (known === undefined) reports.set(slot, [{ node, round, command }]);
      else known.push({ node, round, command });
    }
  }
  return reports;
}
