/** Leader leases (dissertation, section 6.4.1): how much of one is left, and on whose word. */

import { assert } from '../../checkers/assert.ts';
import { itemAt } from '../../checkers/item-at.ts';
import type { Micros } from '../../checkers/units.ts';
import type { Raft } from './context.ts';
import { progressOf } from './progress.ts';
import { ROUNDS_KEPT } from './state.ts';

/** Leader: says how long its lease lasts by its own clock, and on whose word; 0 for none. */
export function traceLease(raft: Raft): void {
  const { state, env } = raft;
  if (state.config.reads !== 'lease') return;
  const { term, confirmedRound } = state;
  const certificate = state.members.filter(
    (node) => progressOf(state, node).ackRound >= confirmedRound,
  );
  const remainingUs = leaseLeftUs(raft);
  const ageUs = confirmedAgeUs(raft);
  env.trace({ kind: 'lease-held', term, remainingUs, ageUs, certificate, heldNs: null });
}

/** How long ago the round began that a quorum answered last. */
export function confirmedAgeUs({ state, env }: Raft): Micros {
  const ageUs = env.nowUs() - itemAt(state.roundBegunUs, state.confirmedRound % ROUNDS_KEPT);
  assert(ageUs >= 0, 'a round that was answered had begun');
  return ageUs;
}

export function leaseLeftUs({ state, env, rules }: Raft): Micros {
  if (!rules.mayUseLease(state)) return 0;
  return Math.max(0, state.leaseUntilUs - rules.leaseClock(env.nowUs(), env.wallUs()));
}
