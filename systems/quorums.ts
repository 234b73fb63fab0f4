/** Counting votes and answers of nodes against a quorum. */

import { itemAt } from '../checkers/item-at.ts';
import type { NodeId } from '../checkers/units.ts';

/** What `count` of these nodes reach: the count-th largest of their values, which are by node. */
export function reachedBy(
  values: readonly number[],
  nodes: readonly NodeId[],
  count: number,
): number {
  let best = Number.NEGATIVE_INFINITY;
  for (const node of nodes) {
    const candidate = itemAt(values, node);
    if (candidate <= best) continue;
    let reaching = 0;
    for (const other of nodes) if (itemAt(values, other) >= candidate) reaching++;
    if (reaching >= count) best = candidate;
  }
  return best;
}
