/**
 * Registers whose values repeat: whether some answer is too old, or too new, whatever the rest may
 * be. Somebody must have brought the value about before the answer, and no answered change may lie
 * between the two. Only violations are found here, in O(n log n); they are most of those that there
 * are in life, and a search through all orders of long operations may not come to an end.
 */

import { FAIL, NONE, type Value } from '../../history.ts';
import { itemAt } from '../../item-at.ts';
import { describe, said } from '../explain.ts';
import { bounds, casRegister } from '../models/register.ts';
import { NEVER, type Operations } from '../operations.ts';
import { type MonitorResult, undecided, violation } from './monitor.ts';

/** Who brought a value about, in the order of their calls; and of those up to each, the last return. */
interface Writers {
  readonly call: number[];
  /** The latest return of this one and those before it. */
  readonly ret: number[];
  /** Whose return that is. */
  readonly who: number[];
}

export function overwrittenValue(operations: Operations, initial: Value): MonitorResult {
  const { history, count, call, ret } = operations;
  const { values, value, type } = history;
  const read = history.functions.find('read');
  const cas = history.functions.find('cas');
  const writers = new Map<number, Writers>();
  /** Answered changes by their returns, each with the latest call up to it. */
  const changes: { ret: number; call: number; who: number }[] = [];
  /** By operation: the code of the value that it found, or `NONE` where it says nothing of it. */
  const found = new Map<number, number>();
  addWriter(writers, values.code(initial), { call: -1, ret: -1, who: NONE });
  for (let i = 0; i < count; i++) {
    const [asked, answered] = [call.get(i), ret.get(i)];
    const f = history.f.get(asked);
    if (f === read) {
      if (answered !== NEVER) found.set(i, value.get(answered));
      continue;
    }
    let to = value.get(asked);
    if (f === cas) {
      if (answered !== NEVER && type[answered] === FAIL) continue;
      const [from, next] = bounds(values.value(to));
      to = values.code(next);
      const keeps = values.code(from) === to;
      if (answered !== NEVER && !keeps) found.set(i, values.code(from));
    }
    addWriter(writers, to, { call: asked, ret: answered, who: i });
    if (answered !== NEVER) changes.push({ ret: answered, call: asked, who: i });
  }
  changes.sort((one, other) => one.ret - other.ret);
  for (let at = 1; at < changes.length; at++) {
    const [before, change] = [changes[at - 1], changes[at]] as [Change, Change];
    if (before.call > change.call) changes[at] = { ...before, ret: change.ret };
  }
  for (const [i, code] of found) {
    const change = changes[below(changes, call.get(i)) - 1];
    const source = latestSource(writers.get(code), ret.get(i));
    if (source === undefined) return tooNew(operations, i);
    if (change !== undefined && source.ret < change.call) {
      return tooOld(operations, i, source.who, change.who);
    }
  }
  return undecided('a value is written twice');
}

type Change = { ret: number; call: number; who: number };

function addWriter(writers: Map<number, Writers>, code: number, by: Change): void {
  const known = writers.get(code);
  if (known === undefined) {
    writers.set(code, { call: [by.call], ret: [by.ret], who: [by.who] });
    return;
  }
  const last = known.ret.length - 1;
  const isLater = by.ret > itemAt(known.ret, last);
  known.call.push(by.call);
  known.ret.push(isLater ? by.ret : itemAt(known.ret, last));
  known.who.push(isLater ? by.who : itemAt(known.who, last));
}

/** Of those that were called before an answer, the one that may have happened last. */
function latestSource(
  writers: Writers | undefined,
  answer: number,
): { readonly ret: number; readonly who: number } | undefined {
  if (writers === undefined) return undefined;
  let [low, high] = [0, writers.call.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (itemAt(writers.call, middle) < answer) low = middle + 1;
    else high = middle;
  }
  if (low === 0) return undefined;
  return { ret: itemAt(writers.ret, low - 1), who: itemAt(writers.who, low - 1) };
}

/** How many of these had been answered before an event. */
function below(changes: readonly Change[], event: number): number {
  let [low, high] = [0, changes.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (itemAt(changes, middle).ret < event) low = middle + 1;
    else high = middle;
  }
  return low;
}

function tooNew(operations: Operations, read: number): MonitorResult {
  const because = `${said(operations, casRegister, read)}, which nothing could have brought about by then`;
  return violation([read], because, read);
}

function tooOld(
  operations: Operations,
  read: number,
  source: number,
  change: number,
): MonitorResult {
  const told = said(operations, casRegister, read);
  const over = describe(operations, casRegister, change, 'answered');
  if (source === NONE) {
    const because = `${told}, as it was at the start, although ${over} in between`;
    return violation([change, read], because, read);
  }
  const last = describe(operations, casRegister, source);
  const because = `${told} although ${over} in between, and the last that could have left it was ${last}`;
  return violation([source, change, read], because, read);
}
