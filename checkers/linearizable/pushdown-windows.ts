/**
 * The control states of a stack's search: which answered operations are done, and how many of each
 * kind of unanswered ones, with what can be taken next in each, if the stack allows it.
 */

import { IntColumn } from '../columns.ts';
import type { Pending, Ranked } from './engine/schedule.ts';
import { Ints, IntTuples } from './int-tuples.ts';
import { Window } from './window.ts';

const NOT_YET = -1;

export class StackWindows {
  /** Of every move: the class of the operation taken, */
  readonly moveClass = new Ints();
  /** the operation, as a rank, or ~p for unanswered operation p, */
  readonly moveTaken = new Ints();
  /** and the window after it. */
  readonly moveWindow = new Ints();

  readonly #ranked: Ranked;
  readonly #pending: Pending;
  readonly #answered: Window;
  /** That of the answered operations, and the id of the counts of unanswered ones used. */
  readonly #windows: IntTuples;
  readonly #counts: IntTuples;
  /** By window, once it was looked into: its moves, from `#from` to `#to`. */
  readonly #from = new Ints();
  readonly #to = new Ints();
  readonly #window: IntColumn;

  constructor(ranked: Ranked, pending: Pending) {
    this.#ranked = ranked;
    this.#pending = pending;
    this.#answered = new Window(ranked);
    this.#window = new IntColumn(this.#answered.width + 1);
    this.#windows = new IntTuples(this.#window.length);
    this.#counts = new IntTuples(Math.max(1, pending.groups.length - 1));
  }

  /** The window in which nothing is done. */
  start(): number {
    this.#counts.add(new IntColumn(this.#counts.width));
    this.#window.fill(0);
    return this.#windows.add(this.#window);
  }

  /** How many answers are explained: the rank of the next one. */
  explained(window: number): number {
    return this.#windows.get(window, 0);
  }

  /** The first of the moves of a window; those up to `movesTo` are its own. */
  movesFrom(window: number): number {
    if (this.#from.length <= window || this.#from.at(window) === NOT_YET) this.#findMoves(window);
    return this.#from.at(window);
  }

  movesTo(window: number): number {
    return this.#to.at(window);
  }

  get bytes(): number {
    const { moveClass, moveTaken, moveWindow } = this;
    const lists = [moveClass, moveTaken, moveWindow, this.#windows, this.#counts];
    return [...lists, this.#from, this.#to].reduce((sum, { bytes }) => sum + bytes, 0);
  }

  #findMoves(window: number): void {
    while (this.#from.length < this.#windows.length) {
      this.#from.push(NOT_YET);
      this.#to.push(NOT_YET);
    }
    this.#from.set(window, this.moveClass.length);
    this.#windows.read(window, this.#window);
    const k = this.#window.get(0);
    const { cls, twin, available } = this.#ranked;
    const isFree = (rank: number): boolean => !this.#answered.isDone(this.#window, 0, rank);
    const hasEarlierTwin = (rank: number): boolean => {
      for (let other = twin.get(rank); other >= k; other = twin.get(other)) {
        if (available.get(other) <= k && isFree(other)) return true;
      }
      return false;
    };
    const ranks = this.#answered.open(k).filter((rank) => isFree(rank) && !hasEarlierTwin(rank));
    for (const rank of ranks) {
      this.#windows.read(window, this.#window);
      this.#answered.finish(this.#window, 0, rank);
      this.#addMove(cls.get(rank), rank, this.#windows.add(this.#window));
    }
    const counts = this.#windows.get(window, this.#answered.width);
    const { groups, cls: pendingClass, available: pendingAvailable } = this.#pending;
    for (let group = 0; group + 1 < groups.length; group++) {
      const p = groups.get(group) + this.#counts.get(counts, group);
      if (p === groups[group + 1]) continue;
      if (pendingAvailable.get(p) > k) continue;
      this.#addMove(pendingClass.get(p), ~p, this.#windowUsing(window, counts, group));
    }
    this.#to.set(window, this.moveClass.length);
  }

  #addMove(c: number, taken: number, window: number): void {
    this.moveClass.push(c);
    this.moveTaken.push(taken);
    this.moveWindow.push(window);
  }

  #windowUsing(window: number, counts: number, group: number): number {
    const used = new IntColumn(this.#counts.width);
    this.#counts.read(counts, used);
    used[group] = used.get(group) + 1;
    this.#windows.read(window, this.#window);
    this.#window[this.#answered.width] = this.#counts.add(used);
    return this.#windows.add(this.#window);
  }
}
