/**
 * Stacks of values that repeat. With so many operations open at once, what is linearized is one of
 * a few windows: the next answer to explain, which of the open operations are done, and how many of
 * the unanswered ones. So a stack's history is a pushdown system whose control states are windows,
 * and whether its last answer can be explained is reachability in it: polynomial in the number of
 * windows, whatever the stack holds (summary edges: Reps, Horwitz & Sagiv, POPL 1995; for stacks
 * see Lee & Mathur, arXiv 2509.05586).
 *
 * An entry is "value v was pushed, and then the window was y". An edge (entry, z) says that from
 * there z is reached with v on top again, everything above it popped. A push at z makes an entry;
 * a pop of v at z goes on, with the window after it, at every edge from which the entry was made.
 */

import type { Value } from '../history.ts';
import { type Classes, classesOf } from './engine/classes.ts';
import { type Pending, pendingOperations, type Ranked, rankOperations } from './engine/schedule.ts';
import { Scratch } from './engine/scratch.ts';
import { Ints, IntTuples } from './int-tuples.ts';
import { isInsert, stack } from './models/collections.ts';
import { NEVER, type Operations, operationAt } from './operations.ts';
import type { Budget, SearchResult } from './search.ts';
import { Window } from './window.ts';

/** What a class of operations does. */
const PUSH = 0;
const POP = 1;
const FINDS_EMPTY = 2;
/** A pop without an answer. */
const LOSES = 3;

const NONE = -1;
/** What stood on the stack at the start was pushed by no operation of the history. */
const HELD = 0x7fff_ffff;
/** The entry below which nothing is. */
const ROOT = 0;

/** Searches for an order of a stack's operations that explains every answer. */
export function stackSearch(
  operations: Operations,
  initial: Value,
  budget: Required<Budget>,
): SearchResult {
  return new Pushdown(operations, initial).run(budget);
}

/** What the classes of operations do, and to which value, by number. */
interface Kinds {
  readonly kind: Uint8Array;
  readonly value: Int32Array;
  readonly dropped: Uint8Array;
  /** Numbers of the values that the stack holds at the start. */
  readonly held: readonly number[];
}

class Pushdown {
  readonly #ranked: Ranked;
  readonly #answered: Window;
  readonly #pending: Pending;
  readonly #kinds: Kinds;

  /** Windows: that of the answered operations, and the id of the counts of unanswered ones used. */
  readonly #windows: IntTuples;
  readonly #counts: IntTuples;
  /** By window, once it was expanded: its moves, from `#movesFrom` to `#movesTo`. */
  readonly #movesFrom = new Ints();
  readonly #movesTo = new Ints();
  readonly #moveClass = new Ints();
  /** The operation taken: a rank, or ~p for unanswered operation p. */
  readonly #moveTaken = new Ints();
  readonly #moveWindow = new Ints();

  /** Entries: value and window; their calls and exits are chains. */
  readonly #entries = new IntTuples(2);
  readonly #entryValue = new Ints();
  readonly #firstCall = new Ints();
  readonly #lastCall = new Ints();
  readonly #firstExit = new Ints();
  readonly #callEdge = new Ints();
  readonly #callTaken = new Ints();
  readonly #nextCall = new Ints();
  readonly #exitEdge = new Ints();
  readonly #exitTaken = new Ints();
  readonly #exitWindow = new Ints();
  readonly #nextExit = new Ints();

  /** Edges: entry and window; and how each was reached first. */
  readonly #edges = new IntTuples(2);
  /** The call that was returned from; or `NONE`. */
  readonly #byCall = new Ints();
  /** The edge at which that call ended; without a call the edge before this, or `NONE`. */
  readonly #byEdge = new Ints();
  readonly #byTaken = new Ints();
  readonly #waiting = new Ints();
  /** The edge that explains the most answers. */
  #furthest = 0;
  readonly #window: Int32Array;

  constructor(operations: Operations, initial: Value) {
    const scratch = new Scratch();
    const classes = classesOf(operations, false, scratch);
    this.#kinds = kindsOf(operations, classes, initial);
    this.#ranked = rankOperations(operations, classes, scratch);
    this.#pending = pendingOperations(
      operations,
      classes,
      this.#kinds.dropped,
      this.#ranked,
      scratch,
    );
    this.#answered = new Window(this.#ranked);
    this.#window = new Int32Array(this.#answered.width + 1);
    this.#windows = new IntTuples(this.#window.length);
    this.#counts = new IntTuples(Math.max(1, this.#pending.groups.length - 1));
  }

  run({ steps, memoryBytes }: Required<Budget>): SearchResult {
    this.#start();
    const { count } = this.#ranked;
    if (count === 0) return this.#found(0);
    while (this.#waiting.length > 0) {
      const edge = this.#waiting.pop();
      const window = this.#edges.get(edge, 1);
      const k = this.#windows.get(window, 0);
      if (k === count) return this.#found(edge);
      if (k > this.#windows.get(this.#edges.get(this.#furthest, 1), 0)) this.#furthest = edge;
      this.#expand(edge, window);
      if (this.#edges.length > steps) return this.#exhausted(`${steps} configurations`);
      if ((this.#edges.length & 255) === 0 && this.#bytes() > memoryBytes) {
        return this.#exhausted(`${memoryBytes} bytes`);
      }
    }
    const furthest = this.#furthest;
    const k = this.#windows.get(this.#edges.get(furthest, 1), 0);
    const operation = this.#ranked.operation[k] as number;
    const stuck = () => ({ order: this.#order(furthest), operation });
    return { kind: 'violation', configurations: this.#edges.length, stuck };
  }

  /** The stack as it was: every value in it is an entry that nobody of the history has made. */
  #start(): void {
    this.#counts.add(new Int32Array(this.#counts.width));
    this.#window.fill(0);
    const window = this.#windows.add(this.#window);
    let edge = this.#edgeAt(this.#newEntry(NONE), window);
    for (const value of this.#kinds.held) {
      const entry = this.#newEntry(value);
      this.#addCall(entry, edge, HELD);
      edge = this.#edgeAt(entry, window);
    }
    // What is below does not come to light before the top is popped.
    this.#waiting.clear();
    this.#waiting.push(edge);
  }

  #expand(edge: number, window: number): void {
    const entry = this.#edges.get(edge, 0);
    if (this.#movesFrom.length <= window || this.#movesFrom.at(window) === NONE) {
      this.#findMoves(window);
    }
    const from = this.#movesFrom.at(window);
    const to = this.#movesTo.at(window);
    const { kind, value } = this.#kinds;
    if (entry === ROOT && this.#absorb(edge, from, to)) return;
    // The last one is looked into first: that of the next return stands first among the moves.
    for (let move = to - 1; move >= from; move--) {
      const c = this.#moveClass.at(move);
      switch (kind[c] as number) {
        case PUSH:
          this.#push(edge, value[c] as number, move);
          break;
        case POP:
          if (this.#entryValue.at(entry) === value[c]) this.#pop(edge, entry, move);
          break;
        case LOSES:
          if (entry !== ROOT) this.#pop(edge, entry, move);
          break;
        default:
      }
    }
  }

  /** An answer that there was nothing fits an empty stack and changes nothing: it is taken at once. */
  #absorb(edge: number, from: number, to: number): boolean {
    for (let move = from; move < to; move++) {
      if (this.#kinds.kind[this.#moveClass.at(move)] !== FINDS_EMPTY) continue;
      this.#reach(ROOT, this.#moveWindow.at(move), NONE, edge, this.#moveTaken.at(move));
      return true;
    }
    return false;
  }

  #push(edge: number, value: number, move: number): void {
    const window = this.#moveWindow.at(move);
    const entry = this.#entryAt(value, window);
    const call = this.#addCall(entry, edge, this.#moveTaken.at(move));
    this.#edgeAt(entry, window);
    for (let exit = this.#firstExit.at(entry); exit !== NONE; exit = this.#nextExit.at(exit)) {
      this.#return(call, exit);
    }
  }

  #pop(edge: number, entry: number, move: number): void {
    const exit = this.#exitEdge.push(edge);
    this.#exitTaken.push(this.#moveTaken.at(move));
    this.#exitWindow.push(this.#moveWindow.at(move));
    this.#nextExit.push(this.#firstExit.at(entry));
    this.#firstExit.set(entry, exit);
    for (let call = this.#firstCall.at(entry); call !== NONE; call = this.#nextCall.at(call)) {
      this.#return(call, exit);
    }
  }

  #return(call: number, exit: number): void {
    const entry = this.#edges.get(this.#callEdge.at(call), 0);
    const [edge, taken] = [this.#exitEdge.at(exit), this.#exitTaken.at(exit)];
    this.#reach(entry, this.#exitWindow.at(exit), call, edge, taken);
  }

  #edgeAt(entry: number, window: number): number {
    return this.#reach(entry, window, NONE, NONE, NONE);
  }

  #reach(entry: number, window: number, call: number, edge: number, taken: number): number {
    const before = this.#edges.length;
    const reached = this.#edges.addPair(entry, window);
    if (reached < before) return reached;
    this.#byCall.push(call);
    this.#byEdge.push(edge);
    this.#byTaken.push(taken);
    this.#waiting.push(reached);
    return reached;
  }

  #entryAt(value: number, window: number): number {
    const before = this.#entries.length;
    const at = this.#entries.addPair(value, window);
    // Entries of what was held at the start have numbers of their own, before these.
    const entry = at + 1 + this.#kinds.held.length;
    if (at === before) this.#newEntry(value);
    return entry;
  }

  #newEntry(value: number): number {
    this.#firstCall.push(NONE);
    this.#lastCall.push(NONE);
    this.#firstExit.push(NONE);
    return this.#entryValue.push(value);
  }

  /** The first call stays first: it is older than the entry, so that following it comes to an end. */
  #addCall(entry: number, edge: number, taken: number): number {
    const call = this.#callEdge.push(edge);
    this.#callTaken.push(taken);
    this.#nextCall.push(NONE);
    const last = this.#lastCall.at(entry);
    if (last === NONE) this.#firstCall.set(entry, call);
    else this.#nextCall.set(last, call);
    this.#lastCall.set(entry, call);
    return call;
  }

  /** All that can be taken next in a window, if the stack allows it. */
  #findMoves(window: number): void {
    while (this.#movesFrom.length < this.#windows.length) {
      this.#movesFrom.push(NONE);
      this.#movesTo.push(NONE);
    }
    this.#movesFrom.set(window, this.#moveClass.length);
    this.#windows.read(window, this.#window);
    const k = this.#window[0] as number;
    const { cls, twin, available } = this.#ranked;
    const isFree = (rank: number): boolean => !this.#answered.isDone(this.#window, 0, rank);
    const hasEarlierTwin = (rank: number): boolean => {
      for (let other = twin[rank] as number; other >= k; other = twin[other] as number) {
        if ((available[other] as number) <= k && isFree(other)) return true;
      }
      return false;
    };
    const ranks = this.#answered.open(k).filter((rank) => isFree(rank) && !hasEarlierTwin(rank));
    for (const rank of ranks) {
      this.#windows.read(window, this.#window);
      this.#answered.finish(this.#window, 0, rank);
      this.#addMove(cls[rank] as number, rank, this.#windows.add(this.#window));
    }
    const counts = this.#windows.get(window, this.#answered.width);
    for (let group = 0; group + 1 < this.#pending.groups.length; group++) {
      const p = (this.#pending.groups[group] as number) + this.#counts.get(counts, group);
      if (p === this.#pending.groups[group + 1]) continue;
      if ((this.#pending.available[p] as number) > k) continue;
      this.#addMove(this.#pending.cls[p] as number, ~p, this.#windowUsing(window, counts, group));
    }
    this.#movesTo.set(window, this.#moveClass.length);
  }

  #addMove(c: number, taken: number, window: number): void {
    this.#moveClass.push(c);
    this.#moveTaken.push(taken);
    this.#moveWindow.push(window);
  }

  #windowUsing(window: number, counts: number, group: number): number {
    const used = new Int32Array(this.#counts.width);
    this.#counts.read(counts, used);
    used[group] = (used[group] as number) + 1;
    this.#windows.read(window, this.#window);
    this.#window[this.#answered.width] = this.#counts.add(used);
    return this.#windows.add(this.#window);
  }

  #found(edge: number): SearchResult {
    const configurations = this.#edges.length;
    return { kind: 'linearizable', configurations, order: () => this.#order(edge) };
  }

  #exhausted(what: string): SearchResult {
    const explained = this.#windows.get(this.#edges.get(this.#furthest, 1), 0);
    const because =
      `no answer within ${what}; ` +
      `the first ${explained} of ${this.#ranked.count} answers can be explained`;
    return { kind: 'exhausted', configurations: this.#edges.length, because };
  }

  #bytes(): number {
    const lists = [
      [this.#windows, this.#edges, this.#entries, this.#counts],
      [this.#moveClass, this.#moveTaken, this.#moveWindow, this.#movesFrom, this.#movesTo],
      [this.#callEdge, this.#callTaken, this.#nextCall, this.#entryValue, this.#firstCall],
      [this.#exitEdge, this.#exitTaken, this.#exitWindow, this.#nextExit, this.#lastCall],
      [this.#byCall, this.#byEdge, this.#byTaken, this.#waiting, this.#firstExit],
    ];
    return lists.flat().reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** The operations that lead to an edge, from the start. */
  #order(edge: number): number[] {
    const order: number[] = [];
    // From the last to the first: what is on top of `todo` comes last of what is left.
    const todo: number[] = [];
    for (let at = edge; ; ) {
      this.#unwind(at, todo, order);
      const call = this.#firstCall.at(this.#edges.get(at, 0));
      if (call === NONE) break;
      this.#take(this.#callTaken.at(call), order);
      at = this.#callEdge.at(call);
    }
    return order.reverse();
  }

  /** The operations between an edge's entry and the edge, the last one first. */
  #unwind(edge: number, todo: number[], order: number[]): void {
    const isTaken = (item: number): boolean => item < 0;
    todo.push(edge);
    for (let item = todo.pop(); item !== undefined; item = todo.pop()) {
      if (isTaken(item)) {
        this.#take(this.#callTaken.at(~item), order);
        continue;
      }
      const before = this.#byEdge.at(item);
      if (before === NONE) continue;
      this.#take(this.#byTaken.at(item), order);
      const call = this.#byCall.at(item);
      if (call !== NONE) todo.push(this.#callEdge.at(call), ~call);
      todo.push(before);
    }
  }

  #take(taken: number, order: number[]): void {
    if (taken === HELD) return;
    const { operation } = taken >= 0 ? this.#ranked : this.#pending;
    order.push(operation[taken >= 0 ? taken : ~taken] as number);
  }
}

function kindsOf(operations: Operations, classes: Classes, initial: Value): Kinds {
  const kind = new Uint8Array(classes.count);
  const value = new Int32Array(classes.count);
  const dropped = new Uint8Array(classes.count);
  const numbers = new Map<string, number>();
  const number = (element: Value): number => {
    const text = JSON.stringify(element);
    const known = numbers.get(text) ?? numbers.size;
    numbers.set(text, known);
    return known;
  };
  const held = (stack.initial(initial) as readonly Value[]).map(number);
  const taken = new Set<number>();
  for (let c = 0; c < classes.count; c++) {
    const operation = operationAt(operations, classes.example[c] as number);
    const { f, input, output, outcome } = operation;
    if (isInsert(f)) {
      // The model itself says which values it cannot take.
      stack.step([], operation);
      kind[c] = PUSH;
      value[c] = number(input);
    } else if (outcome === 'unknown') kind[c] = LOSES;
    else if (output === null) kind[c] = FINDS_EMPTY;
    else {
      kind[c] = POP;
      value[c] = number(output);
      taken.add(value[c] as number);
    }
  }
  // An unanswered push of what no answered pop took only stands in the way: an unanswered pop that
  // takes it can be left out with it.
  for (let c = 0; c < classes.count; c++) {
    const isUnanswered = operations.ret[classes.example[c] as number] === NEVER;
    if (isUnanswered && kind[c] === PUSH && !taken.has(value[c] as number)) dropped[c] = 1;
  }
  return { kind, value, dropped, held };
}
