/** Heartbeats: they keep followers waiting, confirm the leadership, and tell what is chosen. */

import { reachedBy } from '../quorums.ts';
import { fillWindow } from './clients.ts';
import { reconfigureWhenDue } from './configurations.ts';
import { follow, stepDown } from './election.ts';
import { learnPrefix } from './learning.ts';
import type { Heartbeat, HeartbeatAck } from './messages.ts';
import { retransmit } from './proposals.ts';
import { serveReads } from './reads.ts';
import { type Multi, NOBODY, ROUNDS_KEPT, sendAll, TIMER } from './state.ts';

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
  const nowUs = env.nowUs();
  state.roundStartUs[state.round % ROUNDS_KEPT] = rules.leaseClock(nowUs, env.wallUs());
  state.roundBegunUs[state.round % ROUNDS_KEPT] = nowUs;
  grantLease(multi, state.self);
  env.trace({ kind: 'round', term: state.ballot, round: state.round });
  sendAll(multi, rules.heartbeat(state));
  confirmRounds(multi);
}

export function onHeartbeat(multi: Multi, from: number, message: Heartbeat): void {
  const { state, env, rules } = multi;
  const { ballot, round } = message;
  const reply = rules.heartbeatAnswer(state, from, message);
  const follows = rules.follows(state, from, ballot);
  if (reply === 'nack') env.send(from, rules.refusal(state, from, ballot));
  if (follows) {
    follow(multi, from, ballot);
    grantLease(multi, from);
  }
  if (reply === 'ack') env.send(from, { kind: 'heartbeat-ack', ballot, round });
  if (follows) learnPrefix(multi, from, message);
}

export function onHeartbeatAck(multi: Multi, from: number, message: HeartbeatAck): void {
  const { state, env, rules } = multi;
  if (!rules.countAck(state, from, message)) return;
  state.ackUs[from] = env.nowUs();
  if (message.round <= (state.ackRound[from] as number)) return;
  state.ackRound[from] = message.round;
  confirmRounds(multi);
}

/** Acceptor: promises to answer no other candidate for the time of the lease. */
function grantLease(multi: Multi, to: number): void {
  const { state, env, rules } = multi;
  if (state.config.reads !== 'lease') return;
  state.grantedTo = to;
  state.grantedAtUs = env.nowUs();
  state.grantedUntilUs = rules.grantUntil(state.grantedAtUs, state.config);
}

function confirmRounds(multi: Multi): void {
  const { state, env, rules } = multi;
  let confirmed = state.round;
  for (const { voters } of rules.votersFrom(state, state.chosenUpTo + 1)) {
    const needed = rules.quorum(voters.length);
    confirmed = Math.min(confirmed, reachedBy(state.ackRound, voters, needed));
  }
  if (confirmed <= state.confirmedRound) return;
  state.confirmedRound = confirmed;
  if (state.round - confirmed < ROUNDS_KEPT) {
    const startUs = state.roundStartUs[confirmed % ROUNDS_KEPT] as number;
    const confirmedUs = rules.leaseClock(env.nowUs(), env.wallUs());
    state.leaseUntilUs = rules.leaseUntil({ startUs, confirmedUs }, state.config);
    if (state.config.reads === 'lease') traceLease(multi, confirmedUs);
  }
  serveReads(multi);
}

/** What is left of the lease that this acceptor granted to another than `to`; null if nothing is. */
export function grantLeft(
  { state, env }: Multi,
  to: number,
): { readonly to: number | null; readonly leftUs: number } | null {
  const { config, grantedTo, grantedAtUs, startedUs, incarnation } = state;
  if (config.reads !== 'lease' || grantedTo === to) return null;
  const isGranted = grantedTo !== NOBODY;
  const sinceUs = isGranted ? grantedAtUs : startedUs;
  const leftUs = sinceUs + config.leaseUs - env.nowUs();
  if (leftUs <= 0 || (!isGranted && incarnation === 1)) return null;
  return { to: isGranted ? grantedTo : null, leftUs };
}

/** How long ago the round began that a quorum answered last. */
export function confirmedAgeUs({ state, env }: Multi): number {
  return env.nowUs() - (state.roundBegunUs[state.confirmedRound % ROUNDS_KEPT] as number);
}

/** Who has answered a round, this node included, or a later one. */
export function acksOf({ state }: Multi, round: number): { node: number; round: number }[] {
  const acks: { node: number; round: number }[] = [];
  for (const node of state.members) {
    const acked = state.ackRound[node] as number;
    if (acked >= round) acks.push({ node, round: acked });
  }
  return acks;
}

function traceLease(multi: Multi, confirmedUs: number): void {
  const { ballot: term, confirmedRound: round, leaseUntilUs } = multi.state;
  multi.env.trace({
    kind: 'lease',
    term,
    round,
    acks: acksOf(multi, round),
    ageUs: confirmedAgeUs(multi),
    lastsUs: leaseUntilUs - confirmedUs,
  });
}
