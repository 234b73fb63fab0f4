/** Operations of one object: invocations paired with their answers, as two columns over a history. */

import { IntColumn } from '../columns.ts';
import { type History, INFO, INVOKE, NEMESIS, NONE, OK } from '../history.ts';
import type { Operation } from './model.ts';

/** The return of an operation that was never answered: after everything. */
export const NEVER = 0x7fff_ffff;

/**
 * Operations in the order of their invocations. `call[i]` and `ret[i]` are indices into the
 * history, where everything else about operation `i` stands; positions in the history are the
 * time in which linearizability is judged.
 */
export interface Operations {
  readonly history: History;
  /** The id in `history.keys`, or `NONE`. */
  readonly key: number;
  readonly count: number;
  readonly call: IntColumn;
  /** `NEVER` for operations without an answer. */
  readonly ret: IntColumn;
}

/**
 * What a failed compare-and-set says. `absent`: as every failure, that it did not happen.
 * `observed`: that the register held another value, where the error text is `cas-mismatch`, or
 * absent in a history that has no such texts; otherwise it is a failure like any other.
 */
export type FailedCas = 'observed' | 'absent';

/**
 * What an `ok` read that carries nil says. `observed`: that the object holds nil. `silent`:
 * nothing, which is how Knossos reads Jepsen's histories.
 */
export type NilReads = 'observed' | 'silent';

/** How the history is to be read, where histories differ. */
export interface Reading {
  readonly failedCas: FailedCas;
  readonly nilReads: NilReads;
}

/** The error text with which our own clients record a definite mismatch. */
export const CAS_MISMATCH = 'cas-mismatch';

/** The history cannot be one: the reason, with the index of the event. */
export interface Malformed {
  readonly event: number;
  readonly because: string;
}

/** The operations of each key, in order of first use, or why this is no history. */
export function operationsByKey(
  history: History,
  reading: Reading,
): readonly Operations[] | Malformed {
  const all = pair(history, reading);
  return 'because' in all ? all : splitByKey(all);
}

/** Operation `i` as a model sees it. */
export function operationAt(operations: Operations, i: number): Operation {
  const { history } = operations;
  const call = operations.call.get(i);
  const ret = operations.ret.get(i);
  const outcome = ret === NEVER ? 'unknown' : history.type[ret] === OK ? 'ok' : 'refused';
  return {
    f: history.functions.names[history.f.get(call)] as string,
    input: history.values.value(history.value.get(call)),
    output: outcome === 'ok' ? history.values.value(history.value.get(ret)) : null,
    outcome,
    process: history.process.get(call),
  };
}

/** A subset of the operations, in the order given (which must be that of their invocations). */
export function select(operations: Operations, indices: ArrayLike<number>): Operations {
  const count = indices.length;
  const call = new IntColumn(count);
  const ret = new IntColumn(count);
  for (let i = 0; i < count; i++) {
    call[i] = operations.call.get(indices[i] as number);
    ret[i] = operations.ret.get(indices[i] as number);
  }
  return { ...operations, count, call, ret };
}

/** `ret` of an operation while its failure has not been taken out yet. */
const DROPPED = -1;

function pair(history: History, reading: Reading): Operations | Malformed {
  const { length, type, f, value, error } = history;
  const cas = reading.failedCas === 'observed' ? history.functions.find('cas') : NONE;
  const read = reading.nilReads === 'silent' ? history.functions.find('read') : NONE;
  // Without the text anywhere, it is a format that gives no reasons: NONE stands for the mismatch.
  const mismatch = history.errors.find(CAS_MISMATCH);
  const { who, processes, invocations } = numberProcesses(history);
  const call = new IntColumn(invocations);
  const ret = new IntColumn(invocations).fill(NEVER);
  const open = new IntColumn(processes).fill(NONE);
  let count = 0;
  let dropped = 0;
  for (let event = 0; event < length; event++) {
    const process = who.get(event);
    if (process === NEMESIS) continue;
    const running = open.get(process);
    const does = type[event];
    if (does === INVOKE) {
      if (running !== NONE) return twoOpen(history, event, call.get(running));
      call[count] = event;
      open[process] = count++;
      continue;
    }
    if (running === NONE) return noInvocation(history, event);
    if (f[event] !== f[call.get(running)]) {
      return otherFunction(history, event, call.get(running));
    }
    open[process] = NONE;
    if (does === INFO) continue;
    const says =
      does === OK
        ? f[event] !== read || value[event] !== NONE
        : f[event] === cas && error[event] === mismatch;
    ret[running] = says ? event : DROPPED;
    if (!says) dropped++;
  }
  const all: Operations = { history, key: NONE, count, call, ret };
  return dropped === 0 ? all : withoutDropped(all, count - dropped);
}

function withoutDropped(all: Operations, count: number): Operations {
  const kept = new IntColumn(count);
  let at = 0;
  for (let i = 0; i < all.count; i++) if (all.ret[i] !== DROPPED) kept[at++] = i;
  return select(all, kept);
}

/** Processes by event, as numbers that can index an array. They mostly are that already. */
function numberProcesses({ length, process, type }: History): {
  readonly who: IntColumn;
  readonly processes: number;
  readonly invocations: number;
} {
  let most = 0;
  let least = 0;
  let invocations = 0;
  for (let event = 0; event < length; event++) {
    const one = process.get(event);
    if (one > most) most = one;
    if (one < least) least = one;
    if (type[event] === INVOKE && one !== NEMESIS) invocations++;
  }
  if (least >= NEMESIS && most <= length + 1024) {
    return { who: process, processes: most + 1, invocations };
  }
  const numbers = new Map<number, number>();
  const who = new IntColumn(length);
  for (let event = 0; event < length; event++) {
    const one = process.get(event);
    let number = one === NEMESIS ? NEMESIS : numbers.get(one);
    if (number === undefined) {
      number = numbers.size;
      numbers.set(one, number);
    }
    who[event] = number;
  }
  return { who, processes: numbers.size, invocations };
}

function splitByKey(all: Operations): readonly Operations[] {
  const { history, count, call } = all;
  const keyOf = (i: number): number => history.key.get(call.get(i));
  const first = count === 0 ? NONE : keyOf(0);
  let same = 0;
  while (same < count && history.key[call.get(same)] === first) same++;
  if (same === count) return count === 0 ? [] : [{ ...all, key: first }];

  // Counting sort; slot 0 is for operations without a key.
  const start = new IntColumn(history.keys.names.length + 2);
  for (let i = 0; i < count; i++) start[keyOf(i) + 2] = start.get(keyOf(i) + 2) + 1;
  for (let k = 1; k < start.length; k++) {
    start[k] = start.get(k) + start.get(k - 1);
  }
  const at = start.slice();
  const callByKey = new IntColumn(count);
  const retByKey = new IntColumn(count);
  for (let i = 0; i < count; i++) {
    const slot = keyOf(i) + 1;
    const place = at.get(slot);
    callByKey[place] = call.get(i);
    retByKey[place] = all.ret.get(i);
    at[slot] = place + 1;
  }
  const groups: Operations[] = [];
  for (let slot = 0; slot + 1 < start.length; slot++) {
    const from = start.get(slot);
    const to = start.get(slot + 1);
    if (to === from) continue;
    groups.push({
      history,
      key: slot - 1,
      count: to - from,
      call: callByKey.subarray(from, to),
      ret: retByKey.subarray(from, to),
    });
  }
  return groups;
}

function twoOpen(history: History, event: number, earlier: number): Malformed {
  const who = history.process[event];
  return {
    event,
    because: `event ${event}: process ${who} invokes while its operation of event ${earlier} is open`,
  };
}

function noInvocation(history: History, event: number): Malformed {
  const who = history.process[event];
  return { event, because: `event ${event}: process ${who} completes what it never invoked` };
}

function otherFunction(history: History, event: number, call: number): Malformed {
  const asked = history.functions.names[history.f.get(call)];
  const answered = history.functions.names[history.f.get(event)];
  return {
    event,
    because: `event ${event}: answers ${answered}, but event ${call} of this process asked ${asked}`,
  };
}
