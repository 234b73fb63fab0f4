/**
 * First-in-first-out queues of values that are all different: exact, O(n log n), except that
 * unanswered dequeues together with answers "empty" may go to the engine (`CHECKERS.md` 4c; the
 * bad patterns of Henzinger, Sezgin & Vafeiadis, CONCUR 2013, and Bouajjani et al., ICALP 2015).
 */

import { NONE, type Value } from '../../history.ts';
import { describe, said } from '../explain.ts';
import { fifoQueue, isInsert } from '../models/collections.ts';
import { NEVER, type Operations } from '../operations.ts';
import { emptyFault } from './emptiness.ts';
import { type MonitorResult, numberInputs, undecided, VALID, violation } from './monitor.ts';

/** Values in the order in which they were enqueued, and what else was dequeued. */
export interface Transfers {
  /** The insert of each value, and its removal or `NONE`. */
  readonly inserts: Int32Array;
  readonly removals: Int32Array;
  /** Removals that found nothing. */
  readonly empty: readonly number[];
  /** Removals without an answer. */
  readonly unanswered: readonly number[];
}

export function queueMonitor(operations: Operations, initial: Value): MonitorResult {
  const transfers = transfersOf(operations, initial);
  if ('kind' in transfers) return transfers;
  const wrongOrder = order(operations, transfers);
  if (wrongOrder !== undefined) return wrongOrder;
  if (transfers.unanswered.length === 0 || transfers.empty.length === 0) {
    return emptyFault(operations, transfers, fifoQueue) ?? VALID;
  }
  // Unanswered dequeues may have happened or not: if all is well without any of them, it is well.
  const answered = { ...transfers, unanswered: [] };
  const well =
    order(operations, answered) === undefined &&
    emptyFault(operations, answered, fifoQueue) === undefined;
  return well ? VALID : undecided('unanswered dequeues, and dequeues that found nothing');
}

/**
 * Pairs inserts with removals; the patterns that are wrong for every collection are found here: a
 * value that nobody inserted, or that was removed twice, or before it was inserted.
 */
export function transfersOf(operations: Operations, initial: Value): Transfers | MonitorResult {
  if (initial !== null && (typeof initial !== 'object' || initial.length > 0)) {
    return undecided('it does not start empty');
  }
  const { history, count, call, ret } = operations;
  const inserting = history.functions.names.map(isInsert);
  const values = numberInputs(operations);
  /** By number of the value: one more than its place among the inserts. */
  const placeOf = new Int32Array(values.count);
  const inserts = new Int32Array(count);
  let places = 0;
  for (let i = 0; i < count; i++) {
    const asked = call[i] as number;
    if (inserting[history.f[asked] as number] !== true) continue;
    const value = history.value[asked] as number;
    if (value === NONE) return undecided('nothing is put in');
    const number = values.of(value);
    if (placeOf[number] !== 0) return undecided('a value is inserted twice');
    inserts[places++] = i;
    placeOf[number] = places;
  }
  const removals = new Int32Array(places).fill(NONE);
  const empty: number[] = [];
  const unanswered: number[] = [];
  for (let i = 0; i < count; i++) {
    if (inserting[history.f[call[i] as number] as number] === true) continue;
    const answered = ret[i] as number;
    if (answered === NEVER) {
      unanswered.push(i);
      continue;
    }
    const value = history.value[answered] as number;
    if (value === NONE) {
      empty.push(i);
      continue;
    }
    const place = (placeOf[values.of(value)] ?? 0) - 1;
    if (place === -1) {
      return violation([i], `${said(operations, fifoQueue, i)}, which nobody had put in`);
    }
    const insert = inserts[place] as number;
    const earlier = removals[place] as number;
    if (earlier !== NONE) {
      const because = `${said(operations, fifoQueue, i)} although ${describe(operations, fifoQueue, earlier)} took it too`;
      return violation([insert, earlier, i], because);
    }
    if ((call[insert] as number) > answered) {
      const because = `${said(operations, fifoQueue, i)} before ${describe(operations, fifoQueue, insert)} was asked for`;
      return violation([i, insert], because);
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
    const insert = inserts[at] as number;
    const removal = removals[at] as number;
    if (ret[insert] === NEVER) continue;
    const later = firstCalledAfter(operations, inserts, ret[insert] as number);
    const overtaker = later === inserts.length ? NONE : (earliest[later] as number);
    if (overtaker === NONE) continue;
    if (removal === NONE) missing.push({ insert, overtaker });
    else if ((ret[overtaker] as number) < (call[removal] as number)) {
      return overtaken(operations, transfers, insert, removal, overtaker);
    }
  }
  missing.sort((a, b) => (ret[a.overtaker] as number) - (ret[b.overtaker] as number));
  for (const [nth, { insert, overtaker }] of missing.entries()) {
    const taker = transfers.unanswered[nth];
    if (taker === undefined || (call[taker] as number) > (ret[overtaker] as number)) {
      return overtaken(operations, transfers, insert, NONE, overtaker);
    }
  }
  return undefined;
}

/** By place: of all removals of values from there on, the one that returned first. */
function earliestRemovals({ ret }: Operations, { inserts, removals }: Transfers): Int32Array {
  const earliest = new Int32Array(inserts.length);
  let first = NONE;
  for (let at = inserts.length - 1; at >= 0; at--) {
    const removal = removals[at] as number;
    if (removal !== NONE && (first === NONE || (ret[removal] as number) < (ret[first] as number))) {
      first = removal;
    }
    earliest[at] = first;
  }
  return earliest;
}

function firstCalledAfter({ call }: Operations, inserts: Int32Array, event: number): number {
  let low = 0;
  let high = inserts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((call[inserts[middle] as number] as number) > event) high = middle;
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
  const later = inserts[removals.indexOf(overtaker)] as number;
  const fate =
    removal === NONE
      ? 'was never taken out'
      : `was taken out by ${describe(operations, fifoQueue, removal)}`;
  const because =
    `${said(operations, fifoQueue, overtaker)}, put in by ${describe(operations, fifoQueue, later)}, although ` +
    `${describe(operations, fifoQueue, insert, 'answered')} before that and ${fate}`;
  const involved = [insert, later, overtaker, removal].filter((i) => i !== NONE);
  return violation(involved, because);
}
