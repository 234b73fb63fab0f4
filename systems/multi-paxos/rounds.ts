/** Heartbeats: they keep followers waiting, confirm the leadership, and tell what is chosen. */

import { reachedBy } from '../quorums.ts';
import { fillWindow } from './clients.ts';
import { configurationsFrom, reconfigureWhenDue } from './configurations.ts';
import { follow, stepDown } from './election.ts';
import { learnPrefix } from './learning.ts';
import type { Heartbeat, HeartbeatAck } from './messages.ts';
import { retransmit } from './proposals.ts';
import { serveReads } from './reads.ts';
import { type Multi, ROUNDS_KEPT, sendAll, TIMER } from './state.ts';

export function onHeartbeatTimer(multi: Multi): void {
  const { state, env, rules } = multi;
  if (state.role !== 'leader') return;
  if (!rules.checkQuorum(state, env.nowUs(), (nodes) => rules.quorum(nodes))) {
    stepDown(multi, 'check-quorum');
    return;
  }
  retransmit(multi);
  reconfigureWhenDue(multi);
  fillWindow(multi);
  startRound(multi);
  env.setTimer(TIMER.heartbeat, state.config.heartbeatUs);
}

/** Leader: starts a round of confirmations. Its own acceptor is bound by the lease as well. */
export function startRound(multi: Multi): void {
  const { state, env, rules } = multi;
  state.round++;
  state.ackRound[state.self] = state.round;
  state.roundStartUs[state.round % ROUNDS_KEPT] = rules.leaseClock(env.nowUs(), env.wallUs());
  grantLease(multi, state.self);
  const { ballot, chosenUpTo, round } = state;
  sendAll(multi, { kind: 'heartbeat', ballot, chosenUpTo, round });
  confirmRounds(multi);
}

export function onHeartbeat(multi: Multi, from: number, message: Heartbeat): void {
  const { state, env } = multi;
  const { ballot, round } = message;
  if (ballot < state.promised) {
    env.send(from, { kind: 'nack', ballot, promised: state.promised });
    return;
  }
  follow(multi, from, ballot);
  grantLease(multi, from);
  env.send(from, { kind: 'heartbeat-ack', ballot, round });
  learnPrefix(multi, from, message);
}

export function onHeartbeatAck(multi: Multi, from: number, message: HeartbeatAck): void {
  const { state, env } = multi;
  if (state.role !== 'leader' || message.ballot !== state.ballot) return;
  state.ackUs[from] = env.nowUs();
  if (message.round <= (state.ackRound[from] as number)) return;
  state.ackRound[from] = message.round;
  confirmRounds(multi);
}

/** Acceptor: promises to answer no other candidate for the time of the lease. */
function grantLease(multi: Multi, to: number): void {
  const { state, env } = multi;
  if (state.config.reads !== 'lease') return;
  state.grantedTo = to;
  state.grantedUntilUs = env.nowUs() + state.config.leaseUs;
}

function confirmRounds(multi: Multi): void {
  const { state, env, rules } = multi;
  let confirmed = state.round;
  for (const { voters } of configurationsFrom(state, state.chosenUpTo + 1)) {
    const needed = rules.quorum(voters.length);
    confirmed = Math.min(confirmed, reachedBy(state.ackRound, voters, needed));
  }
  if (confirmed <= state.confirmedRound) return;
  state.confirmedRound = confirmed;
  if (state.round - confirmed < ROUNDS_KEPT) {
    const startUs = state.roundStartUs[confirmed % ROUNDS_KEPT] as number;
    const confirmedUs = rules.leaseClock(env.nowUs(), env.wallUs());
    state.leaseUntilUs = rules.leaseUntil({ startUs, confirmedUs }, state.config);
  }
  serveReads(multi);
}
