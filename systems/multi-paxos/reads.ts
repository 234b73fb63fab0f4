/** Linearizable reads without the log: confirmed by a round, or by a lease (PML, section 5.2). */

import { assert } from '../../checkers/assert.ts';
import { itemAt } from '../../checkers/item-at.ts';
import type { LogIndex } from '../../checkers/units.ts';
import type { Operation } from '../operations.ts';
import type { ClientRef } from '../protocol.ts';
import { reachedBy } from '../quorums.ts';
import { sendAll } from '../send-all.ts';
import { serveWaiting } from '../waiting-reads.ts';
import { answerRead } from './answers.ts';
import type { Multi } from './context.ts';
import { grantLease, traceLease } from './leases.ts';
import { ROUNDS_KEPT } from './state.ts';

/**
 * A read has to be confirmed by a round that starts after it arrived. Reads that arrive while a
 * round is under way share the next one.
 */
export function onRead(
  multi: Multi,
  to: ClientRef,
  operation: Operation,
  { index, by }: { readonly index: LogIndex; readonly by: 'lease' | 'round' },
): void {
  const { state, rules } = multi;
  if (by === 'lease') {
    const { round: since, confirmedRound: round } = state;
    answerRead(multi, { to, operation, round, since, index }, 'lease');
    return;
  }
  const round = rules.readRound(state);
  state.reads.push({ to, operation, round, since: state.round, index });
  serveReads(multi);
}

/** Leader: answers the reads that may be, and sees to a round for those that need one. */
export function serveReads(multi: Multi): void {
  if (multi.state.reads.length === 0) return;
  if (serveWaiting(multi, (read) => answerRead(multi, read, 'index'))) startRound(multi);
}

/** Leader: starts a round of confirmations. Its own acceptor is bound by the lease as well. */
export function startRound(multi: Multi): void {
  const { state, env, rules } = multi;
  assert(state.role === 'leader', 'only a leader begins a round');
  state.round++;
  state.ackRound[state.self] = state.round;
  const nowUs = env.nowUs();
  state.roundStartUs[state.round % ROUNDS_KEPT] = rules.leaseClock(nowUs, env.wallUs());
  state.roundBegunUs[state.round % ROUNDS_KEPT] = nowUs;
  grantLease(multi, state.self);
  env.trace({ kind: 'round', term: state.ballot, round: state.round });
  sendAll(multi, rules.heartbeat(state));
  confirmRounds(multi);
}

/** Leader: a round was started, or somebody has answered one. */
export function confirmRounds(multi: Multi): void {
  const { state, env, rules } = multi;
  let confirmed = state.round;
  for (const { voters } of rules.votersFrom(state, state.chosenUpTo + 1)) {
    const needed = rules.quorum(voters.length);
    confirmed = Math.min(confirmed, reachedBy(state.ackRound, voters, needed));
  }
  if (confirmed <= state.confirmedRound) return;
  state.confirmedRound = confirmed;
  if (state.round - confirmed < ROUNDS_KEPT) {
    const startUs = itemAt(state.roundStartUs, confirmed % ROUNDS_KEPT);
    const confirmedUs = rules.leaseClock(env.nowUs(), env.wallUs());
    state.leaseUntilUs = rules.leaseUntil({ startUs, confirmedUs }, state.config);
    if (state.config.reads === 'lease') traceLease(multi, confirmedUs);
  }
  serveReads(multi);
}
