/**
 * Numbers of rounds: r = (m·n + c)·2 + sub for coordinator c. Fast Paxos (Lamport 2006, section
 * 3.2) needs for every fast round a direct successor of the same coordinator, with no round between
 * them: sub 0 is a round with a phase 1 of its own, fast for even m and classic for odd m, and
 * sub 1 is the recovery of the round before it.
 */

import type { NodeId } from '../../checkers/units.ts';

/** No round: below every round. */
export const NO_ROUND = -1;

export function coordinatorOf(round: number, nodes: number): number {
  return Math.floor(round / 2) % nodes;
}

export function isFast(round: number, nodes: number): boolean {
  return round % 2 === 0 && Math.floor(round / 2 / nodes) % 2 === 0;
}

/** The first round of a coordinator's own, of this kind, above `above`. */
export function ownRound(self: NodeId, nodes: number, above: number, fast: boolean): number {
  const step = 4 * nodes;
  const first = 2 * (fast ? self : nodes + self);
  return first + step * Math.max(0, Math.floor((above - first) / step) + 1);
}
