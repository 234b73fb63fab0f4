/** Operations of one object: invocations paired with their answers, as two columns over a history. */

import { IntColumn } from '../columns.ts';
import { type History, INFO, INVOKE, NEMESIS, NONE, OK } from '../history.ts';
import { itemAt } from '../item-at.ts';
import { type Scratch, withScratch } from './engine/scratch.ts';
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
  return withScratch((scratch) => pair(history, reading, scratch));
}

/** Operation `i` as a model sees it. */
export function operationAt(operations: Operations, i: number): Operation {
  const { history } = operations;
  const call = operations.call.get(i);
  const ret = operations.ret.get(i);
  const outcome = ret === NEVER ? 'unknown' : history.type[ret] === OK ? 'ok' : 'refused';
  return {
    f: itemAt(history.functions.names, history.f.get(call)),
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
  return { history: operations.history, key: operations.key, count, call, ret };
}

/** `ret` of an operation while its failure has not been taken out yet. */
const DROPPED = -1;

/** Two passes: the first counts the operations of each key, so that the second has a place for each. */
function pair(
  history: History,
  reading: Reading,
  scratch: Scratch,
): readonly Operations[] | Malformed {
  const { length, type, f, key, value, error } = history;
  const cas = reading.failedCas === 'observed' ? history.functions.find('cas') : NONE;
  const read = reading.nilReads === 'silent' ? history.functions.find('read') : NONE;
  // Without the text anywhere, it is a format that gives no reasons: NONE stands for the mismatch.
  const mismatch = history.errors.find(CAS_MISMATCH);
  const { who, processes, invocations, nextOfKey } = survey(history, scratch);
  // One piece of memory for all calls, and after them all returns: many small ones cost more than the rest.
  const columns = new IntColumn(2 * invocations).fill(NEVER, invocations);
  const open = scratch.ints(processes, NONE);
  let dropped = 0;
  for (let event = 0; event < length; event++) {
    const process = who.get(event);
    if (process === NEMESIS) continue;
    const running = open.get(process);
    const does = type[event];
    if (does === INVOKE) {
      if (running !== NONE) return twoOpen(history, event, columns.get(running));
      const slot = key.get(event) + 1;
      const place = nextOfKey.get(slot);
      nextOfKey[slot] = place + 1;
      columns[place] = event;
      open[process] = place;
      continue;
    }
    if (running === NONE) return noInvocation(history, event);
    if (f[event] !== f[columns.get(running)]) {
      return otherFunction(history, event, columns.get(running));
    }
    open[process] = NONE;
    if (does === INFO) continue;
    const says =
      does === OK
        ? f[event] !== read || value[event] !== NONE
        : f[event] === cas && error[event] === mismatch;
    columns[invocations + running] = says ? event : DROPPED;
    if (!says) dropped++;
  }
  // By now the next place of each key is the end of its operations.
  const ends = dropped === 0 ? nextOfKey : withoutDropped(columns, nextOfKey);
  return groupsOf(history, columns, ends);
}

/** Moves the others together, and says where those of each key end now. */
function withoutDropped(columns: IntColumn, ends: IntColumn): IntColumn {
  const returns = columns.length / 2;
  let kept = 0;
  let from = 0;
  for (let slot = 0; slot < ends.length; slot++) {
    const to = ends.get(slot);
    for (; from < to; from++) {
      if (columns[returns + from] === DROPPED) continue;
      columns[kept] = columns.get(from);
      columns[returns + kept++] = columns.get(returns + from);
    }
    ends[slot] = kept;
  }
  return ends;
}

function groupsOf(history: History, columns: IntColumn, ends: IntColumn): Operations[] {
  const groups: Operations[] = [];
  let from = 0;
  for (let slot = 0; slot < ends.length; slot++) {
    const to = ends.get(slot);
    if (to === from) continue;
    groups.push(new OfKey(history, slot - 1, columns, from, to));
    from = to;
  }
  return groups;
}

/** A view of one column takes longer than an operation: there are some for keys that are looked at. */
class OfKey implements Operations {
  readonly history: History;
  readonly key: number;
  readonly count: number;
  readonly #from: number;
  #call: IntColumn | undefined;
  #ret: IntColumn | undefined;
  readonly #columns: IntColumn;

  constructor(history: History, key: number, columns: IntColumn, from: number, to: number) {
    this.history = history;
    this.key = key;
    this.count = to - from;
    this.#from = from;
    this.#columns = columns;
  }

  get call(): IntColumn {
    this.#call ??= this.#columns.subarray(this.#from, this.#from + this.count);
    return this.#call;
  }

  get ret(): IntColumn {
    const from = this.#columns.length / 2 + this.#from;
    this.#ret ??= this.#columns.subarray(from, from + this.count);
    return this.#ret;
  }
}

interface Survey {
  /** Processes by event, as numbers that can index an array. */
  readonly who: IntColumn;
  readonly processes: number;
  readonly invocations: number;
  /** Where the operations of each key begin; slot 0 is for operations without a key. */
  readonly nextOfKey: IntColumn;
}

function survey(history: History, scratch: Scratch): Survey {
  const { length, process, type, key } = history;
  const nextOfKey = scratch.ints(history.keys.names.length + 1);
  let most = 0;
  let least = 0;
  for (let event = 0; event < length; event++) {
    const one = process.get(event);
    if (one > most) most = one;
    if (one < least) least = one;
    if (type[event] !== INVOKE || one === NEMESIS) continue;
    const slot = key.get(event) + 1;
    nextOfKey[slot] = nextOfKey.get(slot) + 1;
  }
  let invocations = 0;
  for (let slot = 0; slot < nextOfKey.length; slot++) {
    const ofKey = nextOfKey.get(slot);
    nextOfKey[slot] = invocations;
    invocations += ofKey;
  }
  // They mostly are such numbers already.
  const dense = least >= NEMESIS && most <= length + 1024;
  const { who, processes } = dense
    ? { who: process, processes: most + 1 }
    : numberProcesses(history);
  return { who, processes, invocations, nextOfKey };
}

function numberProcesses({ length, process }: History): Pick<Survey, 'who' | 'processes'> {
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
  return { who, processes: numbers.size };
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
