/**
 * The reference search: Wing & Gong (JPDC 1993) with Lowe's memo of configurations (CCPE 2017), in
 * the representation of Porcupine: a doubly linked list of calls and returns, a bit set of
 * linearized operations. Quadratic in time and memory: what the engine is compared with.
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

/**
 * Unlike Porcupine, an operation without an answer need not be linearized at all: a history is
 * accepted as soon as every answered operation is in order.
 */
export function porcupineSearch<State>(
  operations: Operations,
  model: Model<State>,
  initial: Value,
  budget: Budget = {},
): SearchResult {
  const stepsMax = budget.steps ?? DEFAULT_STEPS;
  const memoryBytesMax = budget.memoryBytes ?? DEFAULT_MEMORY_BYTES;
  const { count } = operations;
  const ops: Operation[] = [];
  for (let i = 0; i < count; i++) ops.push(operationAt(operations, i));
  const list = new EventList(operations);
  const memo = new Memo(count);
  const linearized = new IntColumn((count + 31) >> 5);
  const stack: { operation: number; before: State }[] = [];
  let state = model.initial(initial);
  let steps = 0;
  let furthest = -1;
  let stuck: Stuck = { order: [], operation: 0 };
  let answered = 0;
  for (let i = 0; i < count; i++) if (operations.ret[i] !== NEVER) answered++;

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
      if (operations.ret[operation] !== NEVER) answered--;
      list.lift(operation);
      entry = list.first();
      continue;
    }
    // A return in the way, of an operation that is not linearized yet: go back.
    const waiting = list.operation(entry);
    const event = operations.ret.get(waiting);
    if (event > furthest) {
      furthest = event;
      stuck = { order: stack.map((taken) => taken.operation), operation: waiting };
    }
    const taken = stack.pop();
    const best = stuck;
    if (taken === undefined)
      return { kind: 'violation', configurations: memo.size, stuck: () => best };
    state = taken.before;
    clearBit(linearized, taken.operation);
    if (operations.ret[taken.operation] !== NEVER) answered++;
    list.unlift(taken.operation);
    entry = list.after(list.callOf(taken.operation));
  }
  return {
    kind: 'linearizable',
    configurations: memo.size,
    order: () => stack.map((taken) => taken.operation),
  };
}

function exhausted(configurations: number, what: string): SearchResult {
  return { kind: 'exhausted', configurations, because: `no answer within ${what}` };
}

/** Calls and returns in the order of the history; entry 0 is the head, then 1 + 2i and 2 + 2i. */
class EventList {
  readonly #next: IntColumn;
  readonly #previous: IntColumn;

  constructor(operations: Operations) {
    const { count, call, ret } = operations;
    this.#next = new IntColumn(2 * count + 1).fill(-1);
    this.#previous = new IntColumn(2 * count + 1).fill(-1);
    const entries = Array.from({ length: 2 * count }, (_, at) => at + 1);
    const when = (entry: number): number => {
      const operation = (entry - 1) >> 1;
      return (entry & 1) === 1 ? call.get(operation) : ret.get(operation);
    };
    entries.sort((a, b) => when(a) - when(b));
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
