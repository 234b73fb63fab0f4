/** Linearizable reads without the log: ReadIndex and leases (dissertation, 6.4 and 6.4.1). */

import { assert } from '../../checkers/assert.ts';
import { itemAt } from '../../checkers/item-at.ts';
import type { NodeId } from '../../checkers/units.ts';
import type { Operation } from '../operations.ts';
import type { ClientRef } from '../protocol.ts';
import { serveWaiting } from '../waiting-reads.ts';
import { answerRead, redirectTo } from './answers.ts';
import type { Raft } from './context.ts';
import { leaseLeftUs, traceLease } from './lease.ts';
import type { ReadIndexRequest } from './messages.ts';
import { noteAck, progressOf } from './progress.ts';
import { broadcast } from './sending.ts';
import { ROUNDS_KEPT } from './state.ts';

/**
 * A read has to be confirmed by a round that starts after it arrived. Reads that arrive while a
 * round is under way share the next one.
 */
export function onRead(raft: Raft, to: ClientRef, operation: Operation): void {
  const { state, rules } = raft;
  const index = rules.readIndex(state);
  if (state.config.reads === 'lease' && rules.readByLease(state, index, leaseLeftUs(raft))) {
    const { round: since, confirmedRound: round } = state;
    answerRead(raft, { to, operation, round, since, index }, 'lease');
    return;
  }
  if (state.config.reads === 'follower' && sendAway(raft, to)) return;
  const round = rules.readRound(state);
  state.reads.push({ to, operation, round, since: state.round, index });
  serveReads(raft);
}

/** Leader: answers the reads that may be, and sees to a round for those that need one. */
export function serveReads(raft: Raft): void {
  if (raft.state.reads.length === 0) return;
  if (serveWaiting(raft, (read) => answerRead(raft, read, 'index'))) startRound(raft);
}

/** Leader: a follower's question waits for a round like a read, but for the answer. */
export function onReadIndex(raft: Raft, from: NodeId, message: ReadIndexRequest): void {
  const { state, env, rules } = raft;
  const { request } = message;
  if (!rules.takesReadIndex(state, from, message)) {
    env.send(from, { kind: 'read-index-reply', term: state.term, request, index: -1, round: 0 });
    return;
  }
  const to = { client: from, id: request };
  const round = rules.readRound(state);
  const index = rules.readIndex(state);
  state.reads.push({ to, operation: null, round, since: state.round, index });
  serveReads(raft);
}

/** Leader: starts a round of confirmations, which is also a heartbeat. */
export function startRound(raft: Raft): void {
  assert(raft.state.role === 'leader', 'only a leader begins a round');
  markRound(raft);
  raft.state.heartbeatSentUs = raft.env.nowUs();
  broadcast(raft, true);
  confirmRounds(raft);
}

/** Gives the round that starts now its number and its time. */
export function markRound(raft: Raft): void {
  const { state, env, rules } = raft;
  state.round++;
  assert(state.roundStartUs.length === ROUNDS_KEPT, 'rounds are kept by number');
  progressOf(state, state.self).ackRound = state.round;
  const nowUs = env.nowUs();
  state.roundStartUs[state.round % ROUNDS_KEPT] = rules.leaseClock(nowUs, env.wallUs());
  state.roundBegunUs[state.round % ROUNDS_KEPT] = nowUs;
}

/** Leader: a follower has answered, which confirms the leadership up to the round it answers. */
export function countAnswer(raft: Raft, from: NodeId, round: number): void {
  const { state, env } = raft;
  if (!noteAck(progressOf(state, from), round, env.nowUs())) return;
  if (round > state.confirmedRound) confirmRounds(raft);
}

/** Leader: a follower has answered a round, or a round was started. */
export function confirmRounds(raft: Raft): void {
  const { state, rules } = raft;
  const acked = state.progress.map(({ ackRound }) => ackRound);
  const confirmed = rules.reached(state, 'read', acked);
  if (confirmed <= state.confirmedRound) return;
  state.confirmedRound = confirmed;
  if (state.round - confirmed < ROUNDS_KEPT) {
    const startUs = itemAt(state.roundStartUs, confirmed % ROUNDS_KEPT);
    const { electionTimeoutUs, leaseDriftPpm } = state.config;
    state.leaseUntilUs = rules.leaseUntil(startUs, electionTimeoutUs, leaseDriftPpm);
    traceLease(raft);
  }
  serveReads(raft);
}

/** Leader: sends a read on to a follower, if one is to have it. */
function sendAway(raft: Raft, to: ClientRef): boolean {
  const { state, env, rules } = raft;
  const node = rules.followerForRead(state, env.random(), env.nowUs());
  if (node === null) return false;
  redirectTo(raft, to, node);
  return true;
}
