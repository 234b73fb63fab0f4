/**
 * Wing & Gong's search (JPDC 1993) for a few operations: most small histories are decided after one
 * or two steps an operation, sooner than the engine has numbered them. From the first dead end on
 * it remembers where it was (Lowe, CCPE 2017); when that gets long, the engine takes over.
 */

import type { IntColumn } from '../../columns.ts';
import type { Value } from '../../history.ts';
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
  if (isInTurn(operations) && operations.count <= limits.steps) {
    return followTurns(operations, model, initial);
  }
  return withScratch((scratch) =>
    new Search(operations, model, initial, steps, scratch).run(limits),
  );
}

/** Whether each operation was answered before the next one was asked for: there is one order. */
function isInTurn({ count, call, ret }: Operations): boolean {
  for (let i = 0; i < count; i++) {
    const next = i + 1 < count ? call.get(i + 1) : NEVER;
    if (ret.get(i) >= next) return false;
  }
  return true;
}

/** Needs no lists and no memory of where it was. */
function followTurns<State>(
  operations: Operations,
  model: Model<State>,
  initial: Value,
): SearchResult {
  const { count } = operations;
  const upTo = (length: number): number[] => Array.from({ length }, (_, i) => i);
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

interface Limits {
  /** Of the model. */
  readonly steps: number;
  readonly deadEnds: number;
}

const END = -1;

class Search<State> {
  readonly #operations: Operations;
  readonly #model: Model<State>;
  readonly #asked: Operation[] = [];
  readonly #stepBy: Step<State>[] | undefined;
  #steps = 0;
  #deadEnds = 0;

  /**
   * Lists of what is not linearized yet, in the order of the calls: answered operations that are
   * claimed to be read-only, other answered ones, and unanswered ones. Their heads stand at
   * `count` and the two places after it.
   */
  readonly #next: IntColumn;
  readonly #previous: IntColumn;
  readonly #listOf: IntColumn;
  readonly #readers: number;
  readonly #writers: number;
  readonly #unanswered: number;

  /** Answered operations by their returns, and the place of each in it. */
  readonly #byReturn: IntColumn;
  readonly #rank: IntColumn;
  readonly #taken: TakenSet;
  /** From the first dead end on. */
  #visited: Visited<State> | undefined;
  readonly #scratch: Scratch;
  #answered = 0;
  /** The first rank that is not linearized. */
  #first = 0;

  #state: State;
  readonly #order: number[] = [];
  readonly #before: State[] = [];
  #furthest: Stuck = { order: [], operation: 0 };
  #furthestRank = -1;

  constructor(
    operations: Operations,
    model: Model<State>,
    initial: Value,
    steps: ((operation: Operation) => Step<State>) | undefined,
    scratch: Scratch,
  ) {
    const { count, ret } = operations;
    this.#operations = operations;
    this.#model = model;
    this.#state = model.initial(initial);
    this.#readers = count;
    this.#writers = count + 1;
    this.#unanswered = count + 2;
    this.#next = scratch.ints(count + 3, END);
    this.#previous = scratch.ints(count + 3, END);
    this.#listOf = scratch.ints(count + 3);
    this.#byReturn = scratch.ints(count);
    this.#rank = scratch.ints(count);
    this.#taken = new TakenSet(count, scratch);
    this.#scratch = scratch;
    const last = [count, count + 1, count + 2];
    for (const head of last) this.#listOf[head] = head;
    for (let i = 0; i < count; i++) {
      const operation = operationAt(operations, i);
      this.#asked.push(operation);
      const reads = model.readonly?.(operation) === true;
      const answered = ret[i] !== NEVER;
      if (answered) this.#insertByReturn(i);
      // Nobody saw it, and it changes nothing.
      else if (reads) continue;
      const list = !answered ? this.#unanswered : reads ? this.#readers : this.#writers;
      const end = last[list - count] as number;
      last[list - count] = i;
      this.#listOf[i] = list;
      this.#next[end] = i;
      this.#previous[i] = end;
    }
    this.#stepBy = steps && this.#asked.map((operation) => steps(operation));
    for (let rank = 0; rank < this.#answered; rank++) {
      this.#rank[this.#byReturn.get(rank)] = rank;
    }
  }

  run({ steps, deadEnds }: Limits): SearchResult | undefined {
    let from = this.#absorb();
    while (this.#first < this.#answered) {
      const spent = this.#steps > steps || this.#deadEnds > deadEnds || this.#visited?.isFull;
      if (spent) return undefined;
      if (this.#takeAfter(from)) {
        from = this.#absorb();
        continue;
      }
      this.#deadEnds++;
      this.#visited ??= new Visited(this.#model, this.#taken.words.length, this.#scratch);
      this.#remember();
      from = this.#back();
      if (from === END) {
        const stuck = this.#furthest;
        return { kind: 'violation', configurations: this.#steps, stuck: () => stuck };
      }
    }
    const order = this.#order;
    return { kind: 'linearizable', configurations: this.#steps, order: () => order };
  }

  /** Takes the read-only operations that fit, for good; returns where to look for a candidate. */
  #absorb(): number {
    const { call } = this.#operations;
    for (let at = this.#next.get(this.#readers); at !== END; at = this.#next.get(at)) {
      if (call.get(at) > this.#deadline()) break;
      const after = this.#step(at);
      if (after !== undefined) this.#linearize(at, after);
    }
    return this.#writers;
  }

  /** Takes the first candidate behind this entry of a list that is possible; false if none is. */
  #takeAfter(entry: number): boolean {
    const { call } = this.#operations;
    const deadline = this.#deadline();
    let list = this.#listOf.get(entry);
    let at = this.#next.get(entry);
    for (;;) {
      if (at === END || call.get(at) > deadline) {
        if (list === this.#unanswered) return false;
        list = this.#unanswered;
        at = this.#next.get(list);
        continue;
      }
      const after = this.#step(at);
      const useless = list === this.#unanswered && after === this.#state;
      if (after !== undefined && !useless) {
        this.#linearize(at, after);
        if (this.#isNew()) return true;
        this.#back();
      }
      at = this.#next.get(at);
    }
  }

  #isNew(): boolean {
    return this.#visited?.add(this.#taken, this.#state) !== false;
  }

  #step(i: number): State | undefined {
    this.#steps++;
    if (this.#stepBy !== undefined) return (this.#stepBy[i] as Step<State>)(this.#state);
    return this.#model.step(this.#state, this.#asked[i] as Operation);
  }

  /** The event before which the next operation must have been called; after everything, `NEVER`. */
  #deadline(): number {
    if (this.#first === this.#answered) return NEVER;
    return this.#operations.ret.get(this.#byReturn.get(this.#first));
  }

  #linearize(i: number, after: State): void {
    this.#order.push(i);
    this.#before.push(this.#state);
    this.#state = after;
    this.#taken.flip(i);
    const before = this.#previous.get(i);
    const next = this.#next.get(i);
    this.#next[before] = next;
    if (next !== END) this.#previous[next] = before;
    while (this.#first < this.#answered && this.#taken.has(this.#byReturn.get(this.#first))) {
      this.#first++;
    }
  }

  /** Takes the last choice back and returns its operation; `END` when there was none. */
  #back(): number {
    for (;;) {
      const i = this.#order.pop();
      if (i === undefined) return END;
      this.#state = this.#before.pop() as State;
      this.#taken.flip(i);
      const next = this.#next.get(i);
      this.#next[this.#previous.get(i)] = i;
      if (next !== END) this.#previous[next] = i;
      const list = this.#listOf[i];
      if (list !== this.#unanswered) this.#first = Math.min(this.#first, this.#rank.get(i));
      if (list !== this.#readers) return i;
    }
  }

  #remember(): void {
    if (this.#first <= this.#furthestRank) return;
    this.#furthestRank = this.#first;
    const operation = this.#byReturn.get(this.#first);
    this.#furthest = { order: this.#order.slice(), operation };
  }

  #insertByReturn(i: number): void {
    const { ret } = this.#operations;
    let at = this.#answered++;
    for (; at > 0; at--) {
      const other = this.#byReturn.get(at - 1);
      if (ret.get(other) < ret.get(i)) break;
      this.#byReturn[at] = other;
    }
    this.#byReturn[at] = i;
  }
}

/** The operations that are linearized, as bits, with a hash of them. */
class TakenSet {
  readonly words: IntColumn;
  hash = 0;

  constructor(operations: number, scratch: Scratch) {
    this.words = scratch.ints((operations + 31) >> 5);
  }

  has(i: number): boolean {
    return ((this.words.get(i >> 5) >>> (i & 31)) & 1) === 1;
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
    this.#words.set(words, this.#states.length * this.#wordsEach);
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
