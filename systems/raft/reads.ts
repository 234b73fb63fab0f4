/** Linearizable reads without the log: ReadIndex and leases (dissertation, 6.4 and 6.4.1). */

import type { Operation } from '../operations.ts';
import type { ClientRef } from '../protocol.ts';
import { answerRead, redirectTo } from './clients.ts';
import { startRound } from './replication.ts';
import { type Raft, ROUNDS_KEPT } from './state.ts';

/**
 * A read has to be confirmed by a round that starts after it arrived. Reads that arrive while a
 * round is under way share the next one.
 */
export function onRead(raft: Raft, to: ClientRef, operation: Operation): void {
  const { state, rules } = raft;
  const index = rules.readIndex(state);
  if (state.config.reads === 'lease' && rules.readByLease(state, index, leaseLeftUs(raft))) {
    answerRead(raft, { to, operation, round: state.confirmedRound, index }, 'lease');
    return;
  }
  if (state.config.reads === 'follower' && sendAway(raft, to)) return;
  state.reads.push({ to, operation, round: rules.readRound(state), index });
  serveReads(raft);
}

/** Leader: answers the reads that may be, and sees to a round for those that need one. */
export function serveReads(raft: Raft): void {
  const { state, rules } = raft;
  const { reads } = state;
  if (reads.length === 0) return;
  let served = 0;
  for (const read of reads) {
    if (read.index < 0) read.index = rules.readIndex(state);
    if (!rules.readReady(state, read)) break;
    answerRead(raft, read, 'index');
    served++;
  }
  if (served === reads.length) reads.length = 0;
  else if (served > 0) reads.splice(0, served);
  const latest = reads.at(-1);
  if (latest === undefined || latest.round <= state.round) return;
  if (rules.startsRound(state)) startRound(raft);
}

/** Leader: a follower has answered a round, or a round was started. */
export function confirmRounds(raft: Raft): void {
  const { state, rules } = raft;
  const confirmed = rules.reached(state, 'read', state.ackRound);
  if (confirmed <= state.confirmedRound) return;
  state.confirmedRound = confirmed;
  if (state.round - confirmed < ROUNDS_KEPT) {
    const startUs = state.roundStartUs[confirmed % ROUNDS_KEPT] as number;
    const { electionTimeoutUs, leaseDriftPpm } = state.config;
    state.leaseUntilUs = rules.leaseUntil(startUs, electionTimeoutUs, leaseDriftPpm);
    traceLease(raft);
  }
  serveReads(raft);
}

/** Leader: says how long its lease lasts by its own clock, and on whose word; 0 for none. */
export function traceLease(raft: Raft): void {
  const { state, env } = raft;
  if (state.config.reads !== 'lease') return;
  const { term, confirmedRound } = state;
  const certificate = state.members.filter(
    (node) => (state.ackRound[node] as number) >= confirmedRound,
  );
  const remainingUs = leaseLeftUs(raft);
  env.trace({ kind: 'lease-held', term, remainingUs, certificate, heldNs: null });
}

function leaseLeftUs({ state, env, rules }: Raft): number {
  if (!rules.mayUseLease(state)) return 0;
  return Math.max(0, state.leaseUntilUs - rules.leaseClock(env.nowUs(), env.wallUs()));
}

/** Leader: sends a read on to a follower, if one is to have it. */
function sendAway(raft: Raft, to: ClientRef): boolean {
  const { state, env, rules } = raft;
  const node = rules.followerForRead(state, env.random(), env.nowUs());
  if (node === null) return false;
  redirectTo(raft, to, node);
  return true;
}
