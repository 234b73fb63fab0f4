/**
 * Counters with unit increments and reads: exact, O(n log n) (`MONITORS.md`). Increments are
 * done as late as possible, and of those that may be done the one that must return first; so the
 * count is never higher than it has to be. Other steps are NP-hard to judge (subset sum): there only
 * what lies outside the bounds of all that was asked for and answered is found here.
 *
 * Comparing each read with the number of increments completed and invoked, which is the usual
 * test, accepts histories that are not linearizable.
 */

import { ByteColumn } from '../../columns.ts';
import { NONE, type Value } from '../../history.ts';
import { describe, said } from '../explain.ts';
import { counter } from '../models/counter.ts';
import { NEVER, type Operations } from '../operations.ts';
import { outsideBounds } from './counter-bounds.ts';
import { eventOrder } from './event-order.ts';
import { Heap } from './heap.ts';
import { type MonitorResult, undecided, VALID, violation } from './monitor.ts';

const OTHER = 0;
const INCREMENT = 1;
const READ = 2;

export function counterMonitor(operations: Operations, initial: Value): MonitorResult {
  if (initial !== null && typeof initial !== 'number') return undecided('it starts from no number');
  const kinds = kindsOf(operations);
  if (kinds === undefined) {
    const outside = outsideBounds(operations, initial ?? 0);
    return outside ?? undecided('it is not only counted up by one and read');
  }
  const start = initial ?? 0;
  if (!Number.isSafeInteger(start)) return undecided('it does not start from a whole number');
  const { ret, history } = operations;
  const forced = new Heap();
  const done = new ByteColumn(operations.count);
  let optional = 0;
  let count = start;
  let lastForced = NONE;
  for (const entry of eventOrder(operations)) {
    const i = entry >> 1;
    const isCall = (entry & 1) === 0;
    if (kinds[i] === INCREMENT) {
      if (isCall) {
        if (ret[i] === NEVER) optional++;
        else forced.push(ret.get(i), i);
      } else if (done[i] === 0) {
        // Those with earlier deadlines have been done, so this one is on top.
        forced.pop();
        done[i] = 1;
        count++;
        lastForced = i;
      }
      continue;
    }
    if (ret[i] === NEVER) continue;
    const value = history.values.value(history.value.get(ret.get(i))) ?? 0;
    if (typeof value !== 'number' || !Number.isInteger(value)) {
      return violation([i], `${said(operations, counter, i)}, which is no whole number`, i);
    }
    if (isCall) {
      if (count > value) return tooLow(operations, i, count, lastForced);
      continue;
    }
    while (count < value && (forced.size > 0 || optional > 0)) {
      if (forced.size > 0) done[forced.pop()] = 1;
      else optional--;
      count++;
    }
    if (count < value) return tooHigh(operations, i, count);
  }
  return VALID;
}

function kindsOf({ count, call, history }: Operations): ByteColumn | undefined {
  const read = history.functions.find('read');
  const increments = ['inc', 'add'].map((f) => history.functions.find(f));
  const kinds = new ByteColumn(count);
  for (let i = 0; i < count; i++) {
    const f = history.f.get(call.get(i));
    const by = history.value[call.get(i)];
    if (f === read) kinds[i] = READ;
    else if (increments.includes(f) && (by === NONE || by === 1)) kinds[i] = INCREMENT;
    if (kinds[i] === OTHER) return undefined;
  }
  return kinds;
}

function tooLow(operations: Operations, read: number, count: number, last: number): MonitorResult {
  const because = `${said(operations, counter, read)} although the count had reached ${count} before`;
  if (last === NONE) return violation([read], because, read);
  return violation(
    [last, read],
    `${because}, by ${describe(operations, counter, last)} at the latest`,
    read,
  );
}

function tooHigh(operations: Operations, read: number, count: number): MonitorResult {
  const because =
    `${said(operations, counter, read)} although with every increment that had been ` +
    `asked for, and that earlier reads leave room for, the count was ${count} at most`;
  return violation([read], because, read);
}
