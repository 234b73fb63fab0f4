/** The calls and returns of operations in the order in which they happened. */

import { IntColumn } from '../../columns.ts';
import { NEVER, type Operations } from '../operations.ts';

/**
 * Entry 2i is the call of operation i, 2i + 1 its return; unanswered operations have no return.
 * O(events) where operations lie close together in the history, else O(n log n).
 */
export function eventOrder({ count, call, ret }: Operations): IntColumn {
  let returns = 0;
  let last = count === 0 ? 0 : call.get(count - 1);
  for (let i = 0; i < count; i++) {
    if (ret[i] === NEVER) continue;
    returns++;
    if (ret.get(i) > last) last = ret.get(i);
  }
  const order = new IntColumn(count + returns);
  const first = count === 0 ? 0 : call.get(0);
  if (last - first > 16 * count + 1024) return sorted(order, call, ret);
  const entryAt = new IntColumn(last - first + 1).fill(-1);
  for (let i = 0; i < count; i++) {
    entryAt[call.get(i) - first] = 2 * i;
    if (ret[i] !== NEVER) entryAt[ret.get(i) - first] = 2 * i + 1;
  }
  let at = 0;
  for (let event = 0; event < entryAt.length; event++) {
    if (entryAt[event] !== -1) order[at++] = entryAt.get(event);
  }
  return order;
}

function sorted(order: IntColumn, call: IntColumn, ret: IntColumn): IntColumn {
  let at = 0;
  for (let i = 0; i < call.length; i++) {
    order[at++] = 2 * i;
    if (ret[i] !== NEVER) order[at++] = 2 * i + 1;
  }
  const when = (entry: number): number =>
    ((entry & 1) === 0 ? call[entry >> 1] : ret[entry >> 1]) as number;
  return order.sort((a, b) => when(a) - when(b));
}
