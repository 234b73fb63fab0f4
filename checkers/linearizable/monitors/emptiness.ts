/** Answers "empty" of queues and stacks. */

import { NONE, type Value } from '../../history.ts';
import { describe, said } from '../explain.ts';
import type { Model } from '../model.ts';
import { NEVER, type Operations } from '../operations.ts';
import { eventOrder } from './event-order.ts';
import { type MonitorResult, violation } from './monitor.ts';
import type { Transfers } from './queue.ts';

/**
 * A removal that found nothing is wrong if at every moment while it was open some value was
 * certainly inside: put in (answered) and not yet asked for.
 */
export function emptyFault(
  operations: Operations,
  { inserts, removals, empty }: Transfers,
  model: Model<readonly Value[]>,
): MonitorResult | undefined {
  if (empty.length === 0) return undefined;
  const { call, ret } = operations;
  /** What a call or return does to the number of values inside, by operation. */
  const enters = new Uint8Array(operations.count);
  const leaves = new Uint8Array(operations.count);
  const asks = new Uint8Array(operations.count);
  for (const i of empty) asks[i] = 1;
  inserts.forEach((insert, at) => {
    const removal = removals[at] as number;
    const put = ret[insert] as number;
    if (put === NEVER || (removal !== NONE && (call[removal] as number) < put)) return;
    enters[insert] = 1;
    if (removal !== NONE) leaves[removal] = 1;
  });
  let inside = 0;
  /** The last event before which nothing was inside. */
  let lastEmpty = -1;
  let lastIn = NONE;
  for (const entry of eventOrder(operations)) {
    const i = entry >> 1;
    if ((entry & 1) === 0) {
      if (leaves[i] === 1) inside--;
      continue;
    }
    if (enters[i] === 1) {
      if (inside === 0) {
        lastEmpty = ret[i] as number;
        lastIn = i;
      }
      inside++;
    }
    if (asks[i] === 1 && inside > 0 && lastEmpty < (call[i] as number)) {
      const because =
        `${said(operations, model, i)} (nothing there) although something was inside all ` +
        `the time since ${describe(operations, model, lastIn)}`;
      return violation([lastIn, i], because);
    }
  }
  return undefined;
}
