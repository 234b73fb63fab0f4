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
import { classesOf } from './engine/classes.ts';
import { type Pending, pendingOperations, type Ranked, rankOperations } from './engine/schedule.ts';
import { Scratch } from './engine/scratch.ts';
import { Ints } from './int-tuples.ts';
import type { Operations } from './operations.ts';
import { HELD, NONE, Summaries } from './pushdown-summaries.ts';
import { StackWindows } from './pushdown-windows.ts';
import type { Budget, SearchResult } from './search.ts';
import { FINDS_EMPTY, LOSES, POP, PUSH, type StackKinds, stackKinds } from './stack-kinds.ts';

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

class Pushdown {
  readonly #ranked: Ranked;
  readonly #pending: Pending;
  readonly #kinds: StackKinds;
  readonly #windows: StackWindows;
  readonly #known = new Summaries();
  /** Edges that were not looked into yet. */
  readonly #waiting = new Ints();
  /** The edge that explains the most answers. */
  #furthest = 0;

  constructor(operations: Operations, initial: Value) {
    const scratch = new Scratch();
    const classes = classesOf(operations, false, scratch);
    const kinds = stackKinds(operations, classes, initial);
    this.#kinds = kinds;
    this.#ranked = rankOperations(operations, classes, scratch);
    this.#pending = pendingOperations(operations, classes, kinds.dropped, this.#ranked, scratch);
    this.#windows = new StackWindows(this.#ranked, this.#pending);
  }

  run({ steps, memoryBytes }: Required<Budget>): SearchResult {
    this.#start();
    const { count } = this.#ranked;
    if (count === 0) return this.#found(0);
    const { edges } = this.#known;
    while (this.#waiting.length > 0) {
      const edge = this.#waiting.pop();
      const explained = this.#explained(edge);
      if (explained === count) return this.#found(edge);
      if (explained > this.#explained(this.#furthest)) this.#furthest = edge;
      this.#expand(edge);
      if (edges.length > steps) return this.#exhausted(`${steps} configurations`);
      if ((edges.length & 255) === 0 && this.#bytes() > memoryBytes) {
        return this.#exhausted(`${memoryBytes} bytes`);
      }
    }
    const furthest = this.#furthest;
    const operation = this.#ranked.operation.get(this.#explained(furthest));
    const stuck = () => ({ order: this.#order(furthest), operation });
    return { kind: 'violation', configurations: edges.length, stuck };
  }

  /** The stack as it was: every value in it is an entry that nobody of the history has made. */
  #start(): void {
    const window = this.#windows.start();
    let edge = this.#edgeAt(this.#known.newEntry(NONE), window);
    for (const value of this.#kinds.held) {
      const entry = this.#known.newEntry(value);
      this.#known.addCall(entry, edge, HELD);
      edge = this.#edgeAt(entry, window);
    }
    // What is below does not come to light before the top is popped.
    this.#waiting.clear();
    this.#waiting.push(edge);
  }

  #expand(edge: number): void {
    const entry = this.#known.edges.get(edge, 0);
    const window = this.#known.edges.get(edge, 1);
    const from = this.#windows.movesFrom(window);
    const to = this.#windows.movesTo(window);
    const { kind, value } = this.#kinds;
    if (entry === ROOT && this.#absorb(edge, from, to)) return;
    // The last one is looked into first: that of the next return stands first among the moves.
    for (let move = to - 1; move >= from; move--) {
      const c = this.#windows.moveClass.at(move);
      switch (kind.get(c)) {
        case PUSH:
          this.#push(edge, value.get(c), move);
          break;
        case POP:
          if (this.#known.entryValue.at(entry) === value[c]) this.#pop(edge, entry, move);
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
    const { moveClass, moveWindow, moveTaken } = this.#windows;
    for (let move = from; move < to; move++) {
      if (this.#kinds.kind[moveClass.at(move)] !== FINDS_EMPTY) continue;
      this.#reach(ROOT, moveWindow.at(move), NONE, edge, moveTaken.at(move));
      return true;
    }
    return false;
  }

  #push(edge: number, value: number, move: number): void {
    const known = this.#known;
    const window = this.#windows.moveWindow.at(move);
    const entry = known.entryAt(value, window);
    const call = known.addCall(entry, edge, this.#windows.moveTaken.at(move));
    this.#edgeAt(entry, window);
    for (let exit = known.firstExit.at(entry); exit !== NONE; exit = known.nextExit.at(exit)) {
      this.#return(call, exit);
    }
  }

  #pop(edge: number, entry: number, move: number): void {
    const known = this.#known;
    const { moveTaken, moveWindow } = this.#windows;
    const exit = known.addExit(entry, edge, moveTaken.at(move), moveWindow.at(move));
    for (let call = known.firstCall.at(entry); call !== NONE; call = known.nextCall.at(call)) {
      this.#return(call, exit);
    }
  }

  #return(call: number, exit: number): void {
    const { edges, callEdge, exitEdge, exitTaken, exitWindow } = this.#known;
    const entry = edges.get(callEdge.at(call), 0);
    this.#reach(entry, exitWindow.at(exit), call, exitEdge.at(exit), exitTaken.at(exit));
  }

  #edgeAt(entry: number, window: number): number {
    return this.#reach(entry, window, NONE, NONE, NONE);
  }

  #reach(entry: number, window: number, call: number, edge: number, taken: number): number {
    const before = this.#known.edges.length;
    const reached = this.#known.reach(entry, window, call, edge, taken);
    if (reached === before) this.#waiting.push(reached);
    return reached;
  }

  /** How many answers an edge explains. */
  #explained(edge: number): number {
    return this.#windows.explained(this.#known.edges.get(edge, 1));
  }

  #found(edge: number): SearchResult {
    const configurations = this.#known.edges.length;
    return { kind: 'linearizable', configurations, order: () => this.#order(edge) };
  }

  #exhausted(what: string): SearchResult {
    const because =
      `no answer within ${what}; ` +
      `the first ${this.#explained(this.#furthest)} of ${this.#ranked.count} answers can be explained`;
    return { kind: 'exhausted', configurations: this.#known.edges.length, because };
  }

  #bytes(): number {
    return this.#windows.bytes + this.#known.bytes + this.#waiting.bytes;
  }

  #order(edge: number): number[] {
    return this.#known.takenUntil(edge).map((taken) => {
      const { operation } = taken >= 0 ? this.#ranked : this.#pending;
      return operation.get(taken >= 0 ? taken : ~taken);
    });
  }
}
