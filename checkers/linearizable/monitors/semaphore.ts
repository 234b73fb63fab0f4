/**
 * Semaphores whose processes release only what they acquired: exact, linear (`MONITORS.md`). From
 * the answer to an acquire until a release is asked for, a permit is certainly held; no more may
 * be held at once than there are. If that holds, each acquire can take effect at its answer and
 * each release at its call. An unanswered acquire need not have happened, an unanswered release may
 * have, at once.
 */

import type { Value } from '../../history.ts';
import { describe, said } from '../explain.ts';
import { permitsOf, requireOne, semaphore } from '../models/semaphore.ts';
import type { Operations } from '../operations.ts';
import { eventOrder } from './event-order.ts';
import { type MonitorResult, undecided, VALID, violation } from './monitor.ts';

/** The answered acquires of one process; the first `released` of them were given back. */
interface Permits {
  readonly acquires: number[];
  released: number;
}

export function semaphoreMonitor(operations: Operations, initial: Value): MonitorResult {
  const { history, call, ret } = operations;
  const permits = permitsOf(initial);
  const acquire = history.functions.find('acquire');
  const byProcess = new Map<number, Permits>();
  let count = 0;
  let fault: readonly number[] | undefined;
  for (const entry of eventOrder(operations)) {
    const i = entry >> 1;
    const isCall = (entry & 1) === 0;
    if (isCall) requireOne(history.values.value(history.value.get(call.get(i))));
    const who = history.process.get(call.get(i));
    const mine = permitsBy(byProcess, who);
    if (history.f[call.get(i)] === acquire) {
      if (isCall) continue;
      if (history.values.value(history.value.get(ret.get(i))) === false) {
        return undecided('an acquire was denied');
      }
      mine.acquires.push(i);
      if (++count > permits) fault ??= heldOf(byProcess);
    } else if (isCall) {
      if (mine.released === mine.acquires.length) {
        return undecided('a process releases what it did not acquire');
      }
      mine.released++;
      count--;
    }
  }
  return fault === undefined ? VALID : tooMany(operations, permits, fault);
}

function permitsBy(byProcess: Map<number, Permits>, who: number): Permits {
  const known = byProcess.get(who);
  if (known !== undefined) return known;
  const none: Permits = { acquires: [], released: 0 };
  byProcess.set(who, none);
  return none;
}

function heldOf(byProcess: ReadonlyMap<number, Permits>): readonly number[] {
  return [...byProcess.values()].flatMap(({ acquires, released }) => acquires.slice(released));
}

function tooMany(
  operations: Operations,
  permits: number,
  holders: readonly number[],
): MonitorResult {
  const byAnswer = holders.toSorted((a, b) => operations.ret.get(a) - operations.ret.get(b));
  const last = byAnswer.at(-1) as number;
  const others = byAnswer.slice(0, -1).map((i) => describe(operations, semaphore, i));
  const what = permits === 1 ? 'the only permit was' : `all ${permits} permits were`;
  const because = `${said(operations, semaphore, last)} although ${what} held, by ${others.join(', ')}`;
  return violation(byAnswer, because, last);
}
