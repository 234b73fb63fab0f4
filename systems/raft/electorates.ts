/** Whose word counts, and how much of it: one electorate, or two while joint (dissertation, 4.3). */

import type { NodeId } from '../../checkers/units.ts';
import { reachedBy } from '../quorums.ts';

/** `needed` of these nodes have to agree. */
export interface Electorate {
  readonly nodes: readonly NodeId[];
  readonly needed: number;
}

/** What a quorum is asked for. */
export type Purpose = 'election' | 'commit' | 'read';

/** What of `values`, by node, the needed nodes of every electorate reach. */
export function quorumReaches(
  electorates: readonly Electorate[],
  values: readonly number[],
): number {
  let reached = Number.POSITIVE_INFINITY;
  for (const { nodes, needed } of electorates) {
    reached = Math.min(reached, reachedBy(values, nodes, needed));
  }
  return reached;
}

/** Whether the nodes that hold something are enough of every electorate. */
export function isQuorum(electorates: readonly Electorate[], holds: readonly boolean[]): boolean {
  for (const { nodes, needed } of electorates) {
    let count = 0;
    for (const node of nodes) if (holds[node]) count++;
    if (count < needed) return false;
  }
  return true;
}
