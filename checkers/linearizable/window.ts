/**
 * Which of some answered operations are done, in constant space: the first that is not, in the order
 * of the returns, and a bit for each that is open at its return. Everything that returns earlier is
 * done, and what was called later cannot be. Stored in arrays of integers, so that it can be part of
 * what a search has visited.
 */

import type { IntColumn } from '../columns.ts';
import type { Ranked } from './engine/schedule.ts';

export class Window {
  readonly ranked: Ranked;
  /** Integers that it takes: the next rank, then words of bits by slot. */
  readonly width: number;
  readonly #open: readonly (readonly number[])[];

  constructor(ranked: Ranked) {
    this.ranked = ranked;
    this.width = 1 + ((ranked.slots + 31) >> 5);
    this.#open = openByRank(ranked);
  }

  /** Ranks that are open at the return of rank `next`, that one first. None at the end. */
  open(next: number): readonly number[] {
    return this.#open[next] ?? [];
  }

  /** Of a rank that is open at the next return. */
  isDone(state: IntColumn, from: number, rank: number): boolean {
    const slot = this.ranked.slot.get(rank);
    return ((state.get(from + 1 + (slot >> 5)) >>> (slot & 31)) & 1) === 1;
  }

  /** Marks an open rank as done, and passes every return that this explains. */
  finish(state: IntColumn, from: number, rank: number): void {
    const { count, slot } = this.ranked;
    const at = slot.get(rank);
    state[from + 1 + (at >> 5)] = state.get(from + 1 + (at >> 5)) | (1 << (at & 31));
    let next = state.get(from);
    while (next < count && this.isDone(state, from, next)) {
      // Its slot will be somebody else's.
      const freed = slot.get(next);
      const word = from + 1 + (freed >> 5);
      state[word] = state.get(word) & ~(1 << (freed & 31));
      next++;
    }
    state[from] = next;
  }
}

function openByRank({ count, called, calledBefore }: Ranked): readonly (readonly number[])[] {
  const all: (readonly number[])[] = [];
  let open: number[] = [];
  let entered = 0;
  for (let next = 0; next < count; next++) {
    open = open.filter((rank) => rank > next);
    for (; entered < calledBefore.get(next); entered++) {
      if (called[entered] !== next) open.push(called.get(entered));
    }
    all.push([next, ...open]);
  }
  return all;
}
