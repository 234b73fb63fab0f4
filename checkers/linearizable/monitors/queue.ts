/**
 * First-in-first-out queues of values that are all different: exact, O(n log n) (`MONITORS.md`;
 * the bad patterns of Henzinger, Sezgin & Vafeiadis, CONCUR 2013, and Bouajjani et al., ICALP 2015).
 *
 * Unanswered dequeues, each of which takes one of the values that nobody else took, or nothing:
 *
 * - A value that was overtaken must have been taken by one of them, asked for before the overtaker
 *   was answered. Let D(a) be that time, for all values left over.
 * - An answer "empty" needs a moment t at which all values left over that were in (answered) before
 *   t have been taken by some that were asked for before t.
 *
 * So value a needs a taker asked for before d(a), the least of D(a) and the chosen moments after
 * it was in. As all takers asked for before a time are alike, takers suffice iff for every time x
 * no more values have d <= x than takers were asked for before x (Hall). Both kinds of deadline
 * concern values in the order in which they were in: D grows with it, since what overtakes a value
 * also overtakes those that were in before. So of two sets of values with a deadline up to x one
 * contains the other, and each can be counted by itself: the overtaken ones in `order`, the
 * moments, which then do not depend on each other, in `emptiness.ts`. The set of values taken
 * is closed under real-time order, so that taking them overtakes nobody.
 */

import { nobody, PUT_IN } from '../../attempts.ts';
import { IntColumn } from '../../columns.ts';
import { NONE, type Value } from '../../history.ts';
import { isList } from '../../value.ts';
import { describe, said } from '../explain.ts';
import { fifoQueue, isInsert } from '../models/collections.ts';
import { NEVER, type Operations } from '../operations.ts';
import { emptyFault } from './emptiness.ts';
import { type MonitorResult, numberInputs, undecided, VALID, violation } from './monitor.ts';
import type { Transfers } from './transfers.ts';

export function queueMonitor(operations: Operations, initial: Value): MonitorResult {
  const transfers = transfersOf(operations, initial);
  if ('kind' in transfers) return transfers;
  return order(operations, transfers) ?? emptyFault(operations, transfers, fifoQueue) ?? VALID;
}

/**
 * Pairs inserts with removals; the patterns that are wrong for every collection are found here: a
 * value that nobody inserted, or that was removed twice, or before it was inserted.
 */
export function transfersOf(operations: Operations, initial: Value): Transfers | MonitorResult {
  if (initial !== null && (!isList(initial) || initial.length > 0)) {
    return undecided('it does not start empty');
  }
  const { history, count, call, ret } = operations;
  const inserting = history.functions.names.map(isInsert);
  const values = numberInputs(operations);
  /** By number of the value: one more than its place among the inserts. */
  const placeOf = new IntColumn(values.count);
  const inserts = new IntColumn(count);
  let places = 0;
  for (let i = 0; i < count; i++) {
    const asked = call.get(i);
    if (inserting[history.f.get(asked)] !== true) continue;
    const value = history.value.get(asked);
    if (value === NONE) return undecided('nothing is put in');
    const number = values.of(value);
    if (placeOf[number] !== 0) return undecided('a value is inserted twice');
    inserts[places++] = i;
    placeOf[number] = places;
  }
  const removals = new IntColumn(places).fill(NONE);
  const empty: number[] = [];
  const unanswered: number[] = [];
  for (let i = 0; i < count; i++) {
    if (inserting[history.f.get(call.get(i))] === true) continue;
    const answered = ret.get(i);
    if (answered === NEVER) {
      unanswered.push(i);
      continue;
    }
    const value = history.value.get(answered);
    if (value === NONE) {
      empty.push(i);
      continue;
    }
    const place = (placeOf[values.of(value)] ?? 0) - 1;
    if (place === -1) {
      const seen = { key: operations.key, value: history.values.value(value), event: answered };
      const because = `${said(operations, fifoQueue, i)}, which ${nobody(history, seen, PUT_IN)}`;
      return violation([i], because, i);
    }
    const insert = inserts.get(place);
    const earlier = removals.get(place);
    if (earlier !== NONE) {
      const because = `${said(operations, fifoQueue, i)} although ${describe(operations, fifoQueue, earlier)} took it too`;
      return violation([insert, earlier, i], because, i);
    }
    if (call.get(insert) > answered) {
      const because = `${said(operations, fifoQueue, i)} before ${describe(operations, fifoQueue, insert)} was asked for`;
      return violation([i, insert], because, i);
    }
    removals[place] = i;
  }
  return { inserts: inserts.subarray(0, places), removals, empty, unanswered };
}

/** Nothing may leave after a value that certainly went in after it. */
function order(operations: Operations, transfers: Transfers): MonitorResult | undefined {
  const { call, ret } = operations;
  const { inserts, removals } = transfers;
  const earliest = earliestRemovals(operations, transfers);
  /** Values that only an unanswered dequeue can have taken, by when it must have. */
  const missing: { readonly insert: number; readonly overtaker: number }[] = [];
  for (let at = 0; at < inserts.length; at++) {
    const insert = inserts.get(at);
    const removal = removals.get(at);
    if (ret[insert] === NEVER) continue;
    const later = firstCalledAfter(operations, inserts, ret.get(insert));
    const overtaker = later === inserts.length ? NONE : earliest.get(later);
    if (overtaker === NONE) continue;
    if (removal === NONE) missing.push({ insert, overtaker });
    else if (ret.get(overtaker) < call.get(removal)) {
      return overtaken(operations, transfers, insert, removal, overtaker);
    }
  }
  missing.sort((a, b) => ret.get(a.overtaker) - ret.get(b.overtaker));
  for (const [nth, { insert, overtaker }] of missing.entries()) {
    const taker = transfers.unanswered[nth];
    if (taker === undefined || call.get(taker) > ret.get(overtaker)) {
      return overtaken(operations, transfers, insert, NONE, overtaker);
    }
  }
  return undefined;
}

/** By place: of all removals of values from there on, the one that returned first. */
function earliestRemovals({ ret }: Operations, { inserts, removals }: Transfers): IntColumn {
  const earliest = new IntColumn(inserts.length);
  let first = NONE;
  for (let at = inserts.length - 1; at >= 0; at--) {
    const removal = removals.get(at);
    if (removal !== NONE && (first === NONE || ret.get(removal) < ret.get(first))) {
      first = removal;
    }
    earliest[at] = first;
  }
  return earliest;
}

function firstCalledAfter({ call }: Operations, inserts: IntColumn, event: number): number {
  let low = 0;
  let high = inserts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (call.get(inserts.get(middle)) > event) high = middle;
    else low = middle + 1;
  }
  return low;
}

function overtaken(
  operations: Operations,
  { inserts, removals }: Transfers,
  insert: number,
  removal: number,
  overtaker: number,
): MonitorResult {
  const later = inserts.get(removals.indexOf(overtaker));
  const fate =
    removal === NONE
      ? 'was never taken out'
      : `was taken out by ${describe(operations, fifoQueue, removal)}`;
  const because =
    `${said(operations, fifoQueue, overtaker)}, put in by ${describe(operations, fifoQueue, later)}, although ` +
    `${describe(operations, fifoQueue, insert, 'answered')} before that and ${fate}`;
  const involved = [insert, later, overtaker, removal].filter((i) => i !== NONE);
  return violation(involved, because, overtaker);
}
