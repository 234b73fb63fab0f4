/** Leases, and the rounds that they rest on (PML, section 5.2): what was granted, and is left. */

import { assert } from '../../checkers/assert.ts';
import { itemAt } from '../../checkers/item-at.ts';
import type { Micros, NodeId } from '../../checkers/units.ts';
import type { Multi } from './context.ts';
import { NOBODY, ROUNDS_KEPT } from './state.ts';

/** Acceptor: promises to answer no other candidate for the time of the lease. */
export function grantLease(multi: Multi, to: NodeId): void {
  const { state, env, rules } = multi;
  if (state.config.reads !== 'lease') return;
  state.grantedTo = to;
  state.grantedAtUs = env.nowUs();
  state.grantedUntilUs = rules.grantUntil(state.grantedAtUs, state.config);
}

/** What is left of the lease that this acceptor granted to another than `to`; null if nothing is. */
export function grantLeft(
  { state, env }: Multi,
  to: NodeId,
): { readonly to: NodeId | null; readonly leftUs: Micros } | null {
  const { config, grantedTo, grantedAtUs, startedUs, incarnation } = state;
  if (config.reads !== 'lease' || grantedTo === to) return null;
  const isGranted = grantedTo !== NOBODY;
  const sinceUs = isGranted ? grantedAtUs : startedUs;
  const leftUs = sinceUs + config.leaseUs - env.nowUs();
  if (leftUs <= 0 || (!isGranted && incarnation === 1)) return null;
  return { to: isGranted ? grantedTo : null, leftUs };
}

/** How long ago the round began that a quorum answered last. */
export function confirmedAgeUs({ state, env }: Multi): Micros {
  const ageUs = env.nowUs() - itemAt(state.roundBegunUs, state.confirmedRound % ROUNDS_KEPT);
  assert(ageUs >= 0, 'a round that was answered had begun');
  return ageUs;
}

/** Who has answered a round, this node included, or a later one. */
export function acksOf({ state }: Multi, round: number): { node: NodeId; round: number }[] {
  const acks: { node: NodeId; round: number }[] = [];
  assert(state.ackRound.length === state.members.length, 'every node has answered a round or none');
  for (const node of state.members) {
    const acked = itemAt(state.ackRound, node);
    if (acked >= round) acks.push({ node, round: acked });
  }
  return acks;
}

/** Leader: says how long its lease lasts from here on, and on whose word. */
export function traceLease(multi: Multi, confirmedUs: Micros): void {
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
