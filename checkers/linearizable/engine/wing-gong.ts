/**
 * Wing & Gong's search (JPDC 1993) for a few operations: most small histories are decided after one
 * or two steps an operation, sooner than the engine has numbered them. From the first dead end on
 * it remembers where it was (Lowe, CCPE 2017); when that gets long, the engine takes over.
 */

import type { ByteColumn, IntColumn } from '../../columns.ts';
import type { Value } from '../../history.ts';
import { itemAt } from '../../item-at.ts';
import { type Model, type Operation, type Step, stateKey } from '../model.ts';
import { NEVER, type Operations, operationAt } from '../operations.ts';
import type { SearchResult, Stuck } from '../search.ts';
import { type Scratch, withScratch } from './scratch.ts';

/** Undefined when `limits` were reached first. `steps`: a faster way to take the model's step. */
export function wingGongSearch<State>(
  operations: Operations,
  model: Model<State>,
  initial: Value,
  limits: Limits,
  steps?: (operation: Operation) => Step<State>,
): SearchResult | undefined {
  const { count } = operations;
  const inTurn = count <= limits.steps ? followTurns(operations, model, initial) : undefined;
  if (inTurn !== undefined) return inTurn;
  return withScratch((scratch) => search(operations, model, initial, limits, steps, scratch));
}

/**
 * Where each operation was answered before the next one was asked for, there is one order, which
 * needs no lists and no memory of where it was. Undefined where two overlap.
 */
function followTurns<State>(
  operations: Operations,
  model: Model<State>,
  initial: Value,
): SearchResult | undefined {
  const { count, call, ret } = operations;
  for (let i = 0; i < count; i++) {
    if (ret.get(i) >= (i + 1 < count ? call.get(i + 1) : NEVER)) return undefined;
  }
  let state = model.initial(initial);
  for (let i = 0; i < count; i++) {
    const next = model.step(state, operationAt(operations, i));
    if (next === undefined) {
      const stuck = (): Stuck => ({ order: upTo(i), operation: i });
      return { kind: 'violation', configurations: i + 1, stuck };
    }
    state = next;
  }
  return { kind: 'linearizable', configurations: count, order: () => upTo(count) };
}

function upTo(length: number): number[] {
  return Array.from({ length }, (_, i) => i);
}

interface Limits {
  /** Of the model. */
  readonly steps: number;
  readonly deadEnds: number;
}

/** What an operation is to the search. */
const UNANSWERED = 0;
/** Answered, and claimed to be read-only. */
const READER = 1;
const WRITER = 2;

interface Asked {
  readonly asked: readonly Operation[];
  /** By operation, one of the above. */
  readonly kinds: ByteColumn;
  /** Those that may have changed something, in the order of their calls. */
  readonly unanswered: readonly number[];
  /** The answered ones, in the order of their returns. */
  readonly byReturn: IntColumn;
  readonly answered: number;
  readonly hasReaders: boolean;
}

function askedOf<State>(operations: Operations, model: Model<State>, scratch: Scratch): Asked {
  const { count, ret } = operations;
  const asked: Operation[] = [];
  const kinds = scratch.bytes(count);
  const unanswered: number[] = [];
  const byReturn = scratch.ints(count);
  let answered = 0;
  let hasReaders = false;
  for (let i = 0; i < count; i++) {
    const operation = operationAt(operations, i);
    asked.push(operation);
    const reads = model.readonly?.(operation) === true;
    const returns = ret.get(i);
    if (returns === NEVER) {
      // What nobody saw and changes nothing does not matter.
      if (!reads) unanswered.push(i);
      continue;
    }
    kinds[i] = reads ? READER : WRITER;
    if (reads) hasReaders = true;
    let at = answered++;
    for (; at > 0; at--) {
      const other = byReturn.get(at - 1);
      if (ret.get(other) < returns) break;
      byReturn[at] = other;
    }
    byReturn[at] = i;
  }
  return { asked, kinds, unanswered, byReturn, answered, hasReaders };
}

/**
 * One function with local variables on purpose: a small history is over before anything is compiled,
 * and until then a field or a call costs as much as a step of most models.
 *
 * The cursor goes through what may come next: first what only reads, which is taken for good when it
 * fits; then what may write, each in the order of the calls; then what was never answered. So a move
 * that was made is the number of an operation, plus `stride` for each of the three that it is past.
 */
function search<State>(
  operations: Operations,
  model: Model<State>,
  initial: Value,
  limits: Limits,
  steps: ((operation: Operation) => Step<State>) | undefined,
  scratch: Scratch,
): SearchResult | undefined {
  const { count, call, ret } = operations;
  const parts = askedOf(operations, model, scratch);
  const { asked, kinds, unanswered, byReturn, answered } = parts;
  const stepBy = steps && asked.map((operation) => steps(operation));
  const writers = count + 1;
  const others = 2 * writers;
  const end = others + unanswered.length;
  const start = parts.hasReaders ? 0 : writers;
  const done = scratch.bytes(count);
  const taken = new TakenSet(count, scratch);
  const order: number[] = [];
  // By place in the order: the move, and what was there before it.
  const moves: number[] = [];
  const states: State[] = [];
  const firsts: number[] = [];

  let state = model.initial(initial);
  /** The place of the first return that is still to be explained, and its event. */
  let first = 0;
  let deadline = answered === 0 ? NEVER : ret.get(byReturn.get(0));
  /** Every answered operation before this one is done. */
  let low = 0;
  let configurations = 0;
  let deadEnds = 0;
  let visited: Visited<State> | undefined;
  let furthest = -1;
  let stuck: Stuck = { order, operation: 0 };

  for (let cursor = start; ; ) {
    // Within the loop: V8 keeps code that was compiled in mid-loop, and would never learn what is behind.
    if (first === answered) return { kind: 'linearizable', configurations, order: () => order };
    if (cursor === end) {
      if (++deadEnds > limits.deadEnds || visited?.isFull === true) return undefined;
      visited ??= new Visited(model, taken.words.length, scratch);
      if (first > furthest) {
        furthest = first;
        stuck = { order: order.slice(), operation: byReturn.get(first) };
      }
      do {
        const i = order.pop();
        if (i === undefined) return { kind: 'violation', configurations, stuck: () => stuck };
        cursor = moves.pop() as number;
        state = states.pop() as State;
        first = firsts.pop() as number;
        done[i] = 0;
        taken.flip(i);
        if (i < low) low = i;
      } while (cursor < writers);
      deadline = ret.get(byReturn.get(first));
      cursor++;
      continue;
    }
    const i =
      cursor < writers
        ? cursor
        : cursor < others
          ? cursor - writers
          : itemAt(unanswered, cursor - others);
    if (i === count || call.get(i) > deadline) {
      cursor = cursor < writers ? writers + low : cursor < others ? others : end;
      continue;
    }
    const move = cursor++;
    const kind = move < writers ? READER : move < others ? WRITER : UNANSWERED;
    if (done[i] === 1 || kinds[i] !== kind) continue;
    if (++configurations > limits.steps) return undefined;
    const after = stepBy ? stepBy[i]?.(state) : model.step(state, asked[i] as Operation);
    if (after === undefined || (kind === UNANSWERED && after === state)) continue;
    taken.flip(i);
    if (kind !== READER && visited?.add(taken, after) === false) {
      taken.flip(i);
      continue;
    }
    order.push(i);
    moves.push(move);
    states.push(state);
    firsts.push(first);
    state = after;
    done[i] = 1;
    while (first < answered && done[byReturn.get(first)] === 1) first++;
    deadline = first === answered ? NEVER : ret.get(byReturn.get(first));
    while (low < count && (done[low] === 1 || kinds[low] === UNANSWERED)) low++;
    if (kind !== READER) cursor = start + low;
  }
}

/** The operations that are linearized, as bits, with a hash of them. */
class TakenSet {
  readonly words: IntColumn;
  hash = 0;

  constructor(operations: number, scratch: Scratch) {
    this.words = scratch.ints((operations + 31) >> 5);
  }

  flip(i: number): void {
    this.words[i >> 5] = this.words.get(i >> 5) ^ (1 << (i & 31));
    const mixed = Math.imul(i + 1, 0x9e37_79b1);
    this.hash ^= Math.imul(mixed ^ (mixed >>> 15), 0x85eb_ca6b);
  }
}

/** Places in the table, of which half are used. */
const PLACES = 4096;

const NO_KEY = Symbol('no key was needed yet');

/**
 * Sets and states that were reached together, up to a number that is worth it. A state's key can
 * cost as much as many steps, and is made only where the same set was there before.
 */
class Visited<State> {
  readonly #model: Model<State>;
  readonly #wordsEach: number;
  readonly #words: IntColumn;
  readonly #states: State[] = [];
  readonly #keys: unknown[] = [];
  /** Numbers of entries from 1 on, by open addressing. */
  readonly #table: IntColumn;

  constructor(model: Model<State>, wordsEach: number, scratch: Scratch) {
    this.#model = model;
    this.#wordsEach = wordsEach;
    this.#words = scratch.unclearedInts((PLACES / 2) * wordsEach);
    this.#table = scratch.ints(PLACES);
  }

  get isFull(): boolean {
    return this.#states.length === PLACES / 2;
  }

  /** False when this was there already. Finds nothing new when full. */
  add({ words, hash }: TakenSet, state: State): boolean {
    let key: unknown = NO_KEY;
    let place = (hash ^ (hash >>> 16)) & (PLACES - 1);
    for (;;) {
      const entry = this.#table.get(place) - 1;
      if (entry === -1) break;
      if (this.#isSet(entry, words)) {
        if (this.#states[entry] === state) return false;
        if (key === NO_KEY) key = stateKey(this.#model, state);
        if (this.#keyOf(entry) === key) return false;
      }
      place = (place + 1) & (PLACES - 1);
    }
    if (this.isFull) return true;
    const from = this.#states.length * this.#wordsEach;
    for (let at = 0; at < this.#wordsEach; at++) this.#words[from + at] = words.get(at);
    this.#keys.push(key);
    this.#table[place] = this.#states.push(state);
    return true;
  }

  #keyOf(entry: number): unknown {
    const known = this.#keys[entry];
    if (known !== NO_KEY) return known;
    const key = stateKey(this.#model, this.#states[entry] as State);
    this.#keys[entry] = key;
    return key;
  }

  #isSet(entry: number, words: IntColumn): boolean {
    const from = entry * this.#wordsEach;
    for (let at = 0; at < this.#wordsEach; at++) {
      if (this.#words[from + at] !== words[at]) return false;
    }
    return true;
  }
}
