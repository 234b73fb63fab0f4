/** Answers "empty" of queues and stacks. */

import { ByteColumn } from '../../columns.ts';
import { NONE, type Value } from '../../history.ts';
import { describe, said } from '../explain.ts';
import type { Model } from '../model.ts';
import { NEVER, type Operations } from '../operations.ts';
import { eventOrder } from './event-order.ts';
import { type MonitorResult, violation } from './monitor.ts';
import type { Transfers } from './transfers.ts';

/**
 * A removal that found nothing is wrong if at no moment while it was open the collection can have
 * been empty. At a moment it can have been iff
 *
 * - no value that an answered removal took was certainly inside: put in (answered), and its removal
 *   not yet asked for;
 * - of the values that nobody is known to have taken, no more had been put in (answered) than
 *   unanswered removals had been asked for, each of which takes one at most.
 *
 * Both are necessary for any collection. For a FIFO queue they are sufficient too, together with
 * the order of values: see `queue.ts`.
 */
export function emptyFault(
  operations: Operations,
  transfers: Transfers,
  model: Model<readonly Value[]>,
): MonitorResult | undefined {
  if (transfers.empty.length === 0) return undefined;
  const { call, ret } = operations;
  const { enters, leaves, asks } = roles(operations, transfers);
  /** Values inside for certain that an answered removal will take, */
  let inside = 0;
  /** and those put in that nobody is known to take, less the unanswered removals asked for. */
  let unaccounted = 0;
  /** The last event at which it ceased to be possibly empty, and the insert that did it. */
  let lastEmpty = -1;
  let lastIn = NONE;
  for (const entry of eventOrder(operations)) {
    const i = entry >> 1;
    if ((entry & 1) === 0) {
      if (leaves[i] === TAKES_ITS_OWN) inside--;
      else if (leaves[i] === TAKES_ANY) unaccounted--;
      continue;
    }
    const wasEmpty = inside === 0 && unaccounted <= 0;
    if (asks[i] === 1 && !wasEmpty && lastEmpty < call.get(i)) {
      return violation([lastIn, i], neverEmpty(operations, model, i, lastIn, transfers), i);
    }
    if (enters[i] === 0) continue;
    if (enters[i] === TAKEN) inside++;
    else unaccounted++;
    if (wasEmpty && !(inside === 0 && unaccounted <= 0)) {
      lastEmpty = ret.get(i);
      lastIn = i;
    }
  }
  return undefined;
}

const TAKEN = 1;
const LEFT = 2;
const TAKES_ITS_OWN = 1;
const TAKES_ANY = 2;

/** What a call or return does to the number of values inside, by operation. */
function roles(
  { count, call, ret }: Operations,
  { inserts, removals, empty, unanswered }: Transfers,
): { readonly enters: ByteColumn; readonly leaves: ByteColumn; readonly asks: ByteColumn } {
  const enters = new ByteColumn(count);
  const leaves = new ByteColumn(count);
  const asks = new ByteColumn(count);
  for (const i of empty) asks[i] = 1;
  for (const i of unanswered) leaves[i] = TAKES_ANY;
  inserts.forEach((insert, at) => {
    const removal = removals.get(at);
    const put = ret.get(insert);
    if (put === NEVER) return;
    if (removal === NONE) {
      enters[insert] = LEFT;
    } else if (call.get(removal) > put) {
      enters[insert] = TAKEN;
      leaves[removal] = TAKES_ITS_OWN;
    }
  });
  return { enters, leaves, asks };
}

function neverEmpty(
  operations: Operations,
  model: Model<readonly Value[]>,
  removal: number,
  lastIn: number,
  { unanswered }: Transfers,
): string {
  const takers = unanswered.filter(
    (i) => operations.call.get(i) < operations.ret.get(removal),
  ).length;
  const whatever = takers === 0 ? '' : `, whatever the ${takers} unanswered before it have taken`;
  return (
    `${said(operations, model, removal)} (nothing there) although something was inside all ` +
    `the time since ${describe(operations, model, lastIn)}${whatever}`
  );
}
