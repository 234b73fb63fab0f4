/**
 * Unordered queues (multisets): exact, O(n log n), where values are all different, or nothing was
 * found empty.
 *
 * Values do not get in each other's way, except through answers "empty". So where there are none, each
 * value is by itself: as many of it must have been asked to be put in before the nth answer that
 * took it as answers took it, n (Hall: all puts of a value asked for before a time are alike).
 * Unanswered removals can then be left out, and unanswered inserts cost nothing.
 *
 * Where values are all different, an answer "empty" needs a moment at which nothing was certainly
 * inside, and those moments do not depend on each other: a value whose insert and removal overlap
 * passes through between any two moments, another one is inside from the answer of its insert to
 * the call of its removal only. Who takes the values left over is as in `queue.ts`, where
 * nothing else sets deadlines.
 */

import { NONE, type Value } from '../../history.ts';
import { itemAt } from '../../item-at.ts';
import { isList } from '../../value.ts';
import { said } from '../explain.ts';
import { fifoQueue, isInsert } from '../models/collections.ts';
import { NEVER, type Operations } from '../operations.ts';
import { emptyFault } from './emptiness.ts';
import { type MonitorResult, undecided, VALID, violation } from './monitor.ts';
import { transfersOf } from './queue.ts';

export function unorderedQueueMonitor(operations: Operations, initial: Value): MonitorResult {
  const transfers = transfersOf(operations, initial);
  if (!('kind' in transfers)) return emptyFault(operations, transfers, fifoQueue) ?? VALID;
  if (transfers.kind === 'violation') return transfers;
  if (initial !== null && !isList(initial)) return transfers;
  return valueByValue(operations, initial ?? []);
}

/** Judges histories in which nothing was found empty. */
function valueByValue(operations: Operations, initial: readonly Value[]): MonitorResult {
  const { history, count, call, ret } = operations;
  const inserting = history.functions.names.map(isInsert);
  /** By code of the value: when its inserts were asked for, ascending, and its removals. */
  const inserts = new Map<number, number[]>();
  const removals = new Map<number, number[]>();
  const enter = (lists: Map<number, number[]>, code: number, entry: number): void => {
    const list = lists.get(code);
    if (list === undefined) lists.set(code, [entry]);
    else list.push(entry);
  };
  for (const value of initial) enter(inserts, history.values.code(value), -1);
  for (let i = 0; i < count; i++) {
    const asked = call.get(i);
    const answered = ret.get(i);
    if (inserting[history.f.get(asked)] === true) {
      const code = history.value.get(asked);
      if (code === NONE) return undecided('nothing is put in');
      enter(inserts, code, asked);
    } else if (answered !== NEVER) {
      const code = history.value.get(answered);
      if (code === NONE) return undecided('it was found empty, and values repeat');
      enter(removals, code, i);
    }
  }
  for (const [code, taking] of removals) {
    const asked = inserts.get(code) ?? [];
    taking.sort((a, b) => ret.get(a) - ret.get(b));
    const tooMany = taking.findIndex((i, nth) => (asked[nth] ?? NEVER) > ret.get(i));
    if (tooMany === -1) continue;
    const involved = taking.slice(0, tooMany + 1);
    const enough = tooMany === 0 ? 'none' : `only ${tooMany}`;
    const told = said(operations, fifoQueue, itemAt(taking, tooMany));
    const because =
      `${told}, as answer ${tooMany + 1} with that value, although ${enough} of it had been ` +
      'asked to be put in by then';
    return violation(involved.reverse(), because, taking[tooMany]);
  }
  return VALID;
}
