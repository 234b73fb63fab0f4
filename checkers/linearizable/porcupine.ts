/**
 * The reference search: Wing & Gong (JPDC 1993) with Lowe's memo of configurations (CCPE 2017), in
 * the representation of Porcupine: a doubly linked list of calls and returns, a bit set of
 * linearized operations. Quadratic in time and memory: what the engine is compared with, from one
 * object's operations, and from the events of all objects as Porcupine's users give them.
 */

import { IntColumn } from '../columns.ts';
import type { Value } from '../history.ts';
import { itemAt } from '../item-at.ts';
import { type Model, type Operation, stateKey } from './model.ts';
import { NEVER, type Operations, operationAt } from './operations.ts';
import type { Budget, SearchResult, Stuck } from './search.ts';
import { DEFAULT_MEMORY_BYTES, DEFAULT_STEPS } from './search.ts';

/** A bit set and a state that were reached together. */
interface Visited {
  readonly linearized: IntColumn;
  readonly state: unknown;
}

/** A call or a return as Porcupine is given them, in order: what was never answered returns last. */
export interface PorcupineEvent {
  /** Of its object, as `Operations.key`. */
  readonly key: number;
  /** What a call and its return share. */
  readonly id: number;
  readonly returns: boolean;
  readonly operation: Operation;
}

/** The events of one object, as its search goes through them. */
interface Entries {
  readonly ops: readonly Operation[];
  /** Calls (1 + 2i) and returns (2 + 2i) of operations `i`, in order. */
  readonly order: readonly number[];
  /** When operation `i` returned, or `NEVER`. */
  readonly ret: IntColumn;
}

/** Of each operation, the longest order found that includes it: what Porcupine shows of a violation. */
type Longest = (readonly number[] | undefined)[];

/**
 * Porcupine's `CheckEvents`, its preparation included: the events by object, each object's
 * operations numbered anew, and a search of one object after the other, until one is wrong.
 * `verbose`: its `CheckEventsVerbose`, which searches every object and keeps the longest orders.
 */
export function porcupineCheckEvents<State>(
  events: readonly PorcupineEvent[],
  model: Model<State>,
  initial: Value,
  { verbose = false, ...budget }: Budget & { readonly verbose?: boolean } = {},
): SearchResult['kind'] {
  const kinds: SearchResult['kind'][] = [];
  for (const part of partitionEvents(events).map(numbered)) {
    const { kind } = search(part, model, initial, budget, verbose ? [] : undefined);
    kinds.push(kind);
    if (kind === 'violation' && !verbose) break;
  }
  return (
    kinds.find((kind) => kind === 'violation') ??
    (kinds.includes('exhausted') ? 'exhausted' : 'linearizable')
  );
}

/** `PartitionEvent` of Porcupine's key-value model. */
function partitionEvents(events: readonly PorcupineEvent[]): readonly PorcupineEvent[][] {
  const parts = new Map<number, PorcupineEvent[]>();
  for (const event of events) {
    const part = parts.get(event.key);
    if (part === undefined) parts.set(event.key, [event]);
    else part.push(event);
  }
  const keys = [...parts.keys()].sort((one, other) => one - other);
  return keys.map((key) => parts.get(key) as PorcupineEvent[]);
}

/** `renumber` and `convertEntries`. */
function numbered(part: readonly PorcupineEvent[]): Entries {
  const numbers = new Map<number, number>();
  const ops: Operation[] = [];
  const order: number[] = [];
  const ret = new IntColumn(part.length >> 1).fill(NEVER);
  for (const [at, { id, returns, operation }] of part.entries()) {
    let number = numbers.get(id);
    if (number === undefined) {
      number = numbers.size;
      numbers.set(id, number);
      ops.push(operation);
    }
    order.push(2 * number + (returns ? 2 : 1));
    if (returns && operation.outcome !== 'unknown') ret[number] = at;
  }
  return { ops, order, ret };
}

/** Porcupine's `CheckOperations` of one object: sorted by time, then the same search. */
export function porcupineSearch<State>(
  operations: Operations,
  model: Model<State>,
  initial: Value,
  budget: Budget = {},
): SearchResult {
  const { count, call, ret } = operations;
  const ops = Array.from({ length: count }, (_, i) => operationAt(operations, i));
  const order = Array.from({ length: 2 * count }, (_, at) => at + 1);
  const when = (entry: number): number => {
    const operation = (entry - 1) >> 1;
    return (entry & 1) === 1 ? call.get(operation) : ret.get(operation);
  };
  order.sort((a, b) => when(a) - when(b));
  return search({ ops, order, ret }, model, initial, budget);
}

/**
 * Unlike Porcupine, an operation without an answer need not be linearized at all: a history is
 * accepted as soon as every answered operation is in order.
 */
function search<State>(
  { ops, order, ret }: Entries,
  model: Model<State>,
  initial: Value,
  budget: Budget,
  longest?: Longest,
): SearchResult {
  const stepsMax = budget.steps ?? DEFAULT_STEPS;
  const memoryBytesMax = budget.memoryBytes ?? DEFAULT_MEMORY_BYTES;
  const count = ops.length;
  const list = new EventList(order);
  const memo = new Memo(count);
  const linearized = new IntColumn((count + 31) >> 5);
  const stack: { operation: number; before: State }[] = [];
  let state = model.initial(initial);
  let steps = 0;
  let furthest = -1;
  let stuck: Stuck = { order: [], operation: 0 };
  let answered = 0;
  for (let i = 0; i < count; i++) if (ret[i] !== NEVER) answered++;

  let entry = list.first();
  while (answered > 0) {
    if (list.isCall(entry)) {
      const operation = list.operation(entry);
      if (++steps > stepsMax) return exhausted(steps, `${stepsMax} steps`);
      const next = model.step(state, itemAt(ops, operation));
      if (next === undefined) {
        entry = list.after(entry);
        continue;
      }
      setBit(linearized, operation);
      if (!memo.add(linearized, stateKey(model, next))) {
        clearBit(linearized, operation);
        entry = list.after(entry);
        continue;
      }
      if (memo.bytes > memoryBytesMax) return exhausted(steps, `${memoryBytesMax} bytes`);
      stack.push({ operation, before: state });
      state = next;
      if (ret[operation] !== NEVER) answered--;
      list.lift(operation);
      entry = list.first();
      continue;
    }
    // A return in the way, of an operation that is not linearized yet: go back.
    const waiting = list.operation(entry);
    const event = ret.get(waiting);
    if (event > furthest) {
      furthest = event;
      stuck = { order: stack.map((taken) => taken.operation), operation: waiting };
    }
    if (longest !== undefined) keepLonger(longest, stack);
    const taken = stack.pop();
    const best = stuck;
    if (taken === undefined)
      return { kind: 'violation', configurations: memo.size, stuck: () => best };
    state = taken.before;
    clearBit(linearized, taken.operation);
    if (ret[taken.operation] !== NEVER) answered++;
    list.unlift(taken.operation);
    entry = list.after(list.callOf(taken.operation));
  }
  return {
    kind: 'linearizable',
    configurations: memo.size,
    order: () => stack.map((taken) => taken.operation),
  };
}

function keepLonger(longest: Longest, stack: readonly { readonly operation: number }[]): void {
  let order: readonly number[] | undefined;
  for (const { operation } of stack) {
    if (stack.length <= (longest[operation]?.length ?? 0)) continue;
    order ??= stack.map((taken) => taken.operation);
    longest[operation] = order;
  }
}

function exhausted(configurations: number, what: string): SearchResult {
  return { kind: 'exhausted', configurations, because: `no answer within ${what}` };
}

/** Calls and returns in the order of the history; entry 0 is the head, then 1 + 2i and 2 + 2i. */
class EventList {
  readonly #next: IntColumn;
  readonly #previous: IntColumn;

  constructor(entries: readonly number[]) {
    this.#next = new IntColumn(entries.length + 1).fill(-1);
    this.#previous = new IntColumn(entries.length + 1).fill(-1);
    let last = 0;
    for (const entry of entries) {
      this.#next[last] = entry;
      this.#previous[entry] = last;
      last = entry;
    }
  }

  first(): number {
    return this.#next.get(0);
  }
  after(entry: number): number {
    return this.#next.get(entry);
  }
  isCall(entry: number): boolean {
    return (entry & 1) === 1;
  }
  operation(entry: number): number {
    return (entry - 1) >> 1;
  }
  callOf(operation: number): number {
    return 2 * operation + 1;
  }

  lift(operation: number): void {
    this.#unlink(2 * operation + 1);
    this.#unlink(2 * operation + 2);
  }

  unlift(operation: number): void {
    this.#link(2 * operation + 2);
    this.#link(2 * operation + 1);
  }

  #unlink(entry: number): void {
    const before = this.#previous.get(entry);
    const after = this.#next.get(entry);
    this.#next[before] = after;
    if (after !== -1) this.#previous[after] = before;
  }

  #link(entry: number): void {
    const before = this.#previous.get(entry);
    const after = this.#next.get(entry);
    this.#next[before] = entry;
    if (after !== -1) this.#previous[after] = entry;
  }
}

/** Visited configurations by hash; equal hashes are compared in full. */
class Memo {
  size = 0;
  bytes = 0;
  readonly #buckets = new Map<number, Visited[]>();
  readonly #bytesEach: number;

  constructor(operations: number) {
    this.#bytesEach = (operations >> 3) + 100;
  }

  /** False when the configuration was there already. */
  add(linearized: IntColumn, state: unknown): boolean {
    const hash = hashBits(linearized);
    const bucket = this.#buckets.get(hash);
    if (bucket?.some((seen) => seen.state === state && sameBits(seen.linearized, linearized))) {
      return false;
    }
    const visited = { linearized: linearized.slice(), state };
    if (bucket === undefined) this.#buckets.set(hash, [visited]);
    else bucket.push(visited);
    this.size++;
    this.bytes += this.#bytesEach;
    return true;
  }
}

function hashBits(bits: IntColumn): number {
  let hash = 0;
  for (let word = 0; word < bits.length; word++) {
    hash = Math.imul(hash ^ bits.get(word), 0x9e37_79b1);
    hash ^= hash >>> 15;
  }
  return hash;
}

function sameBits(a: IntColumn, b: IntColumn): boolean {
  for (let word = 0; word < a.length; word++) if (a[word] !== b[word]) return false;
  return true;
}

function setBit(bits: IntColumn, at: number): void {
  bits[at >> 5] = bits.get(at >> 5) | (1 << (at & 31));
}

function clearBit(bits: IntColumn, at: number): void {
  bits[at >> 5] = bits.get(at >> 5) & ~(1 << (at & 31));
}
