/**
 * Stacks of values that are all different: exact, O(n log n) (`MONITORS.md`; Lee & Mathur, OOPSLA
 * 2025), except that with unanswered pops some histories are left to the engine.
 *
 * A value is certainly on the stack between the return of its push and the call of its pop, its
 * critical interval. Where no interval covers a moment, everything open then can take effect
 * there; where only one value's does, that value's own operations can. A value whose push
 * and pop both found a moment is taken away with its interval, which frees further moments. What
 * cannot be taken away in the end contradicts itself.
 */

import { ByteColumn, IntColumn } from '../../columns.ts';
import { NONE, type Value } from '../../history.ts';
import { itemAt } from '../../item-at.ts';
import { describe, said } from '../explain.ts';
import { stack } from '../models/collections.ts';
import { NEVER, type Operations } from '../operations.ts';
import { emptyFault } from './emptiness.ts';
import { eventOrder } from './event-order.ts';
import { type MonitorResult, undecided, VALID, violation } from './monitor.ts';
import { LeastPoints, PointSums, Stabbing } from './point-trees.ts';
import { transfersOf } from './queue.ts';
import { deals, leftovers, preferring, tooLate } from './stack-unanswered.ts';
import type { Transfers } from './transfers.ts';

/**
 * Values with a critical interval. Times are ranks in the order of events; point r lies just
 * after event r. Entry 2v is the push of value v, 2v + 1 its pop.
 */
interface Intervals {
  readonly from: IntColumn;
  readonly to: IntColumn;
  readonly points: number;
  /** The place in the transfers of each value. */
  readonly place: IntColumn;
}

export function stackMonitor(operations: Operations, initial: Value): MonitorResult {
  const transfers = transfersOf(operations, initial);
  if ('kind' in transfers) return transfers;
  return transfers.unanswered.length === 0
    ? decide(operations, transfers)
    : withUnanswered(operations, transfers);
}

/** Each guess who took what is tried; what is wrong for all of them is wrong. */
function withUnanswered(operations: Operations, transfers: Transfers): MonitorResult {
  const empty = emptyFault(operations, transfers, stack);
  if (empty !== undefined) return empty;
  const left = leftovers(operations, transfers);
  const late = tooLate(operations, transfers, left);
  if (late !== undefined) return tooFewPops(operations, transfers, late.place);
  let order = left;
  for (let round = 0; round < ROUNDS; round++) {
    const stuck = new Set<number>();
    for (const dealt of deals(operations, transfers, order)) {
      const places = stuckPlaces(operations, dealt);
      if (places.length === 0 && emptyFault(operations, dealt, stack) === undefined) return VALID;
      for (const place of places) stuck.add(place);
    }
    // One guess is nearly always enough for what is right: this comes after it.
    const certain = round === 0 ? withPopsForAll(operations, transfers) : undefined;
    if (certain !== undefined) return certain;
    order = preferring(order, stuck);
  }
  return undecided('unanswered pops');
}

/** How often the values that were in the way are preferred in dealing out pops. */
const ROUNDS = 4;

/** Places among the inserts of the values that contradict each other or others. */
function stuckPlaces(operations: Operations, transfers: Transfers): number[] {
  const intervals = intervalsOf(operations, transfers);
  return takeAway(intervals).map((v) => intervals.place.get(v));
}

/**
 * Judges as if there were enough pops for all values left over, each asked for when the first
 * unanswered one was. What is wrong even so is wrong.
 */
function withPopsForAll(operations: Operations, transfers: Transfers): MonitorResult | undefined {
  const first = itemAt(transfers.unanswered, 0);
  const removals = transfers.removals.map((pop) => (pop === NONE ? first : pop));
  const intervals = intervalsOf(operations, { ...transfers, removals });
  const left = takeAway(intervals);
  return left.length === 0 ? undefined : explain(operations, transfers, intervals, left);
}

function tooFewPops(operations: Operations, transfers: Transfers, place: number): MonitorResult {
  const insert = transfers.inserts.get(place);
  const because =
    `${describe(operations, stack, insert, 'answered')} on top of what was popped afterwards, and ` +
    `too few unanswered pops had been asked for by then to have taken it and others like it`;
  return violation([insert, ...transfers.unanswered], because);
}

function decide(operations: Operations, transfers: Transfers): MonitorResult {
  const emptiness = emptyFault(operations, transfers, stack);
  if (emptiness !== undefined) return emptiness;
  const intervals = intervalsOf(operations, transfers);
  const left = takeAway(intervals);
  return left.length === 0 ? VALID : explain(operations, transfers, intervals, left);
}

function intervalsOf(operations: Operations, { inserts, removals }: Transfers): Intervals {
  const { count, ret } = operations;
  const order = eventOrder(operations);
  const callRank = new IntColumn(count);
  const retRank = new IntColumn(count).fill(NEVER);
  order.forEach((entry, rank) => {
    if ((entry & 1) === 0) callRank[entry >> 1] = rank;
    else retRank[entry >> 1] = rank;
  });
  const end = order.length;
  const from = new IntColumn(inserts.length * 2);
  const to = new IntColumn(inserts.length * 2);
  const place = new IntColumn(inserts.length);
  let values = 0;
  for (let at = 0; at < inserts.length; at++) {
    const push = inserts.get(at);
    const pop = removals.get(at);
    if (pop === NONE && ret[push] === NEVER) continue;
    // What was never popped is popped by us, after everything.
    const popRet = pop === NONE ? end + 1 : retRank.get(pop);
    const popCall = pop === NONE ? end : Math.max(callRank.get(pop), callRank.get(push));
    const pushRet = Math.min(retRank.get(push), popRet);
    if (pushRet > popCall) continue;
    from[2 * values] = callRank.get(push);
    to[2 * values] = pushRet;
    from[2 * values + 1] = popCall;
    to[2 * values + 1] = popRet;
    place[values++] = at;
  }
  return {
    from: from.subarray(0, 2 * values),
    to: to.subarray(0, 2 * values),
    points: end + 1,
    place: place.subarray(0, values),
  };
}

/** The values that cannot be taken away. */
function takeAway({ from, to, points, place }: Intervals): number[] {
  const values = place.length;
  const covering = new PointSums(points);
  const cover = new IntColumn(points + 1);
  for (let v = 0; v < values; v++) {
    const start = to.get(2 * v);
    const stop = from.get(2 * v + 1);
    cover[start] = cover.get(start) + 1;
    cover[stop] = cover.get(stop) - 1;
    covering.add(start, stop, v);
  }
  for (let point = 1; point < points; point++) {
    cover[point] = cover.get(point) + cover.get(point - 1);
  }
  const free = new LeastPoints(cover.subarray(0, points));
  const single = new LeastPoints(cover.subarray(0, points));
  const open = new Stabbing(from, to);
  const done = new ByteColumn(2 * values);
  const finish = (operation: number): void => {
    done[operation] = 1;
    open.remove(operation);
    if (done[operation ^ 1] === 0) return;
    const v = operation >> 1;
    const start = to.get(2 * v);
    const stop = from.get(2 * v + 1);
    free.lower(start, stop);
    single.lower(start, stop);
    covering.add(start, stop, -v);
  };
  for (;;) {
    const nobody = free.take(0);
    if (nobody !== NONE) {
      for (let i = open.at(nobody); i !== NONE; i = open.at(nobody)) finish(i);
      continue;
    }
    const point = single.take(1);
    if (point === NONE) break;
    // A point that has become free meanwhile was dealt with above.
    if (free.wasTaken(point)) continue;
    const v = covering.at(point);
    for (const operation of [2 * v, 2 * v + 1]) {
      const inside = from.get(operation) <= point && point < to.get(operation);
      if (inside && done[operation] === 0) finish(operation);
    }
  }
  const left: number[] = [];
  for (let v = 0; v < values; v++) if (!(done[2 * v] === 1 && done[2 * v + 1] === 1)) left.push(v);
  return left;
}

/** Pairs are looked for among so many values; two are nearly always enough. */
const PAIRS_MAX = 1000;

function explain(
  operations: Operations,
  { inserts, removals }: Transfers,
  { from, to, place }: Intervals,
  left: readonly number[],
): MonitorResult {
  const push = (v: number): number => inserts.get(place.get(v));
  const pop = (v: number): number => removals.get(place.get(v));
  const some = left.slice(0, PAIRS_MAX);
  for (const under of some) {
    const above = some.find(
      (v) =>
        to.get(2 * under) < from.get(2 * v) &&
        to.get(2 * v) < from.get(2 * under + 1) &&
        to.get(2 * under + 1) < from.get(2 * v + 1),
    );
    if (above === undefined) continue;
    const because =
      `${said(operations, stack, pop(under))} although ` +
      `${describe(operations, stack, push(above), 'answered')} on top of it and was still there`;
    const involved = [push(under), push(above), pop(under), pop(above)].filter((i) => i !== NONE);
    return violation(involved, because, pop(under));
  }
  const involved = left
    .slice(0, 6)
    .flatMap((v) => [push(v), pop(v)])
    .filter((i) => i !== NONE);
  return violation(
    involved,
    `no order of pushes and pops explains these ${left.length} values: each was on the stack while others that it would have to lie above and below came and went`,
  );
}
