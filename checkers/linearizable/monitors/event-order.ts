/** The calls and returns of operations in the order in which they happened. */

import { NEVER, type Operations } from '../operations.ts';

/**
 * Entry 2i is the call of operation i, 2i + 1 its return; unanswered operations have no return.
 * O(events) where operations lie close together in the history, else O(n log n).
 */
export function eventOrder({ count, call, ret }: Operations): Int32Array {
  let returns = 0;
  let last = count === 0 ? 0 : (call[count - 1] as number);
  for (let i = 0; i < count; i++) {
    if (ret[i] === NEVER) continue;
    returns++;
    if ((ret[i] as number) > last) last = ret[i] as number;
  }
  const order = new Int32Array(count + returns);
  const first = count === 0 ? 0 : (call[0] as number);
  if (last - first > 16 * count + 1024) return sorted(order, call, ret);
  const entryAt = new Int32Array(last - first + 1).fill(-1);
  for (let i = 0; i < count; i++) {
    entryAt[(call[i] as number) - first] = 2 * i;
    if (ret[i] !== NEVER) entryAt[(ret[i] as number) - first] = 2 * i + 1;
  }
  let at = 0;
  for (let event = 0; event < entryAt.length; event++) {
    if (entryAt[event] !== -1) order[at++] = entryAt[event] as number;
  }
  return order;
}

function sorted(order: Int32Array, call: Int32Array, ret: Int32Array): Int32Array {
  let at = 0;
  for (let i = 0; i < call.length; i++) {
    order[at++] = 2 * i;
    if (ret[i] !== NEVER) order[at++] = 2 * i + 1;
  }
  const when = (entry: number): number =>
    ((entry & 1) === 0 ? call[entry >> 1] : ret[entry >> 1]) as number;
  return order.sort((a, b) => when(a) - when(b));
}
