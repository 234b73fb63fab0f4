/**
 * What a pushdown search knows, in tables: entries with the calls that made them and the exits from
 * them, edges with how each was reached first, and so an order of the operations that leads there.
 */

import { Ints, IntTuples } from './int-tuples.ts';

export const NONE = -1;

/** What stood on the stack at the start was pushed by no operation of the history. */
export const HELD = 0x7fff_ffff;

export class Summaries {
  /** By entry: the value that was pushed, its first call, and its first exit: both are chains. */
  readonly entryValue = new Ints();
  readonly firstCall = new Ints();
  readonly firstExit = new Ints();
  readonly #lastCall = new Ints();
  readonly #entries = new IntTuples(2);
  /** Entries before those of `#entries`. */
  #others = 0;

  /** By call: the edge at which it was made, by what, and the next call of the same entry. */
  readonly callEdge = new Ints();
  readonly nextCall = new Ints();
  readonly #callTaken = new Ints();

  /** By exit: the edge at which it happened, by what, the window then, and the next one. */
  readonly exitEdge = new Ints();
  readonly exitTaken = new Ints();
  readonly exitWindow = new Ints();
  readonly nextExit = new Ints();

  /** Edges: entry and window. */
  readonly edges = new IntTuples(2);
  /** By edge: the call that was returned from; or `NONE`. */
  readonly #byCall = new Ints();
  /** The edge at which that call ended; without a call the edge before this, or `NONE`. */
  readonly #byEdge = new Ints();
  readonly #byTaken = new Ints();

  /** An entry that is not found by value and window; all of these come before any that is. */
  newEntry(value: number): number {
    this.#others++;
    return this.#append(value);
  }

  entryAt(value: number, window: number): number {
    const before = this.#entries.length;
    const at = this.#entries.addPair(value, window);
    if (at === before) this.#append(value);
    return this.#others + at;
  }

  #append(value: number): number {
    this.firstCall.push(NONE);
    this.#lastCall.push(NONE);
    this.firstExit.push(NONE);
    return this.entryValue.push(value);
  }

  /** The first call stays first: it is older than the entry, so that following it comes to an end. */
  addCall(entry: number, edge: number, taken: number): number {
    const call = this.callEdge.push(edge);
    this.#callTaken.push(taken);
    this.nextCall.push(NONE);
    const last = this.#lastCall.at(entry);
    if (last === NONE) this.firstCall.set(entry, call);
    else this.nextCall.set(last, call);
    this.#lastCall.set(entry, call);
    return call;
  }

  addExit(entry: number, edge: number, taken: number, window: number): number {
    const exit = this.exitEdge.push(edge);
    this.exitTaken.push(taken);
    this.exitWindow.push(window);
    this.nextExit.push(this.firstExit.at(entry));
    this.firstExit.set(entry, exit);
    return exit;
  }

  /** The edge; it is new if its number is what `edges.length` was. */
  reach(entry: number, window: number, call: number, edge: number, taken: number): number {
    const before = this.edges.length;
    const reached = this.edges.addPair(entry, window);
    if (reached < before) return reached;
    this.#byCall.push(call);
    this.#byEdge.push(edge);
    this.#byTaken.push(taken);
    return reached;
  }

  get bytes(): number {
    const lists = [
      [this.entryValue, this.firstCall, this.firstExit, this.#lastCall, this.#entries],
      [this.callEdge, this.#callTaken, this.nextCall, this.edges],
      [this.exitEdge, this.exitTaken, this.exitWindow, this.nextExit],
      [this.#byCall, this.#byEdge, this.#byTaken],
    ];
    return lists.flat().reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** What was taken from the start to an edge, in order. */
  takenUntil(edge: number): number[] {
    const order: number[] = [];
    for (let at = edge; ; ) {
      this.#unwind(at, order);
      const call = this.firstCall.at(this.edges.get(at, 0));
      if (call === NONE) break;
      this.#addTaken(this.#callTaken.at(call), order);
      at = this.callEdge.at(call);
    }
    return order.reverse();
  }

  /** What was taken between an edge's entry and the edge, the last one first. */
  #unwind(edge: number, order: number[]): void {
    const isCall = (item: number): boolean => item < 0;
    // From the last to the first: what is on top comes last of what is left.
    const todo: number[] = [edge];
    for (let item = todo.pop(); item !== undefined; item = todo.pop()) {
      if (isCall(item)) {
        this.#addTaken(this.#callTaken.at(~item), order);
        continue;
      }
      const before = this.#byEdge.at(item);
      if (before === NONE) continue;
      this.#addTaken(this.#byTaken.at(item), order);
      const call = this.#byCall.at(item);
      if (call !== NONE) todo.push(this.callEdge.at(call), ~call);
      todo.push(before);
    }
  }

  #addTaken(taken: number, order: number[]): void {
    if (taken !== HELD) order.push(taken);
  }
}
