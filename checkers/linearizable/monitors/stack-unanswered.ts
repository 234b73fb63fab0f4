/**
 * Which unanswered pops took which of the values that nobody else took. An unanswered pop may have
 * happened at any time after its call, so that a value taken by one is never more in the way than
 * the same value left on the stack: the question is only who gets how early a pop.
 *
 * A value that was certainly pushed onto another one, and certainly before the pop of that one was
 * asked for, must have been taken before that pop was answered; and whatever was pushed before a
 * pop that found nothing was asked for, before that one was answered. These deadlines are
 * necessary: if there are too few pops for them (Hall), nothing explains the history. They are not
 * sufficient, so the ways of dealing out pops that `deals` proposes still have to be judged.
 */

import { IntColumn } from '../../columns.ts';
import { NONE } from '../../history.ts';
import type { LogIndex } from '../../units.ts';
import { NEVER, type Operations } from '../operations.ts';
import type { Transfers } from './transfers.ts';

/** A value that nobody is known to have taken: its place among the inserts. */
interface Leftover {
  readonly place: number;
  /** Event before which it must have been taken; `NEVER` for none. */
  readonly deadline: number;
}

/** Answered, and never taken by an answered removal; by deadline, and then by when they were in. */
export function leftovers(operations: Operations, transfers: Transfers): Leftover[] {
  const { call, ret } = operations;
  const { inserts, removals } = transfers;
  const deadlines = new Deadlines(operations, transfers);
  const left: Leftover[] = [];
  inserts.forEach((insert, place) => {
    if (removals[place] !== NONE || ret[insert] === NEVER) return;
    const deadline = deadlines.of(call.get(insert), ret.get(insert));
    left.push({ place, deadline });
  });
  const put = ({ place }: Leftover): number => ret.get(inserts.get(place));
  return left.sort((a, b) => a.deadline - b.deadline || put(a) - put(b));
}

/** The first leftover for which there is no pop in time, however the pops are dealt out. */
export function tooLate(
  { call }: Operations,
  { unanswered }: Transfers,
  left: readonly Leftover[],
): Leftover | undefined {
  return left.find(({ deadline }, nth) => {
    const pop = unanswered[nth];
    return deadline !== NEVER && (pop === undefined || call.get(pop) > deadline);
  });
}

/** Ways of dealing out the unanswered pops, the likeliest first, as transfers of their own. */
export function* deals(
  operations: Operations,
  transfers: Transfers,
  left: readonly Leftover[],
): Generator<Transfers> {
  yield deal(transfers, left, (free) => free.shift());
  const { call, ret } = operations;
  // A pop that was asked for before the push was answered leaves no time in which the value is
  // certainly there: the latest of those, else the earliest.
  yield deal(transfers, left, (free, insert) => {
    const after = free.findIndex((pop) => call.get(pop) > ret.get(insert));
    const before = (after === -1 ? free.length : after) - 1;
    return before === -1 ? free.shift() : free.splice(before, 1)[0];
  });
  // Nobody in particular: then the answers "empty" only count how many pops there were.
  yield transfers;
}

/** The same leftovers, of those without a deadline some first. */
export function preferring(left: readonly Leftover[], some: ReadonlySet<number>): Leftover[] {
  const rank = ({ place, deadline }: Leftover): number =>
    deadline !== NEVER ? 0 : some.has(place) ? 1 : 2;
  return left.toSorted((a, b) => rank(a) - rank(b));
}

function deal(
  transfers: Transfers,
  left: readonly Leftover[],
  take: (free: number[], insert: number) => number | undefined,
): Transfers {
  const removals = transfers.removals.slice();
  const free = [...transfers.unanswered];
  for (const { place } of left) {
    const pop = take(free, transfers.inserts.get(place));
    if (pop === undefined) break;
    removals[place] = pop;
  }
  return { ...transfers, removals, unanswered: free };
}

/**
 * Least return of the pops of values that were pushed (answered) before a time, among those called
 * after another time. Must be asked in the order of the first. O(log n) each.
 */
class Deadlines {
  readonly #operations: Operations;
  /** Pops, and the event from which on they count, in that order. */
  readonly #pops: readonly { readonly from: LogIndex; readonly pop: number }[];
  /** Pops by call, ascending: a tree of least returns from a place on. */
  readonly #byCall: IntColumn;
  readonly #least: IntColumn;
  #added = 0;

  constructor(operations: Operations, { inserts, removals, empty }: Transfers) {
    const { call, ret } = operations;
    this.#operations = operations;
    const pops = empty.map((pop) => ({ from: -1, pop }));
    inserts.forEach((insert, at) => {
      const pop = removals.get(at);
      const from = ret.get(insert);
      if (pop !== NONE && from !== NEVER) pops.push({ from, pop });
    });
    this.#pops = pops.sort((a, b) => a.from - b.from);
    this.#byCall = IntColumn.collect(pops, ({ pop }) => call.get(pop)).sort();
    this.#least = new IntColumn(pops.length + 1).fill(NEVER);
  }

  of(pushed: number, put: number): number {
    const { call, ret } = this.#operations;
    for (; this.#added < this.#pops.length; this.#added++) {
      const { from, pop } = this.#pops[this.#added] as { from: LogIndex; pop: number };
      if (from > pushed) break;
      // Fenwick, from the far end: place p stands for all pops called from there on.
      const place = this.#byCall.length - this.#before(call.get(pop));
      for (let node = place; node < this.#least.length; node += node & -node) {
        this.#least[node] = Math.min(this.#least.get(node), ret.get(pop));
      }
    }
    let least = NEVER;
    const place = this.#byCall.length - this.#before(put);
    for (let node = place; node > 0; node -= node & -node) {
      least = Math.min(least, this.#least.get(node));
    }
    return least;
  }

  /** How many pops were called before this event. */
  #before(event: number): number {
    let low = 0;
    let high = this.#byCall.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#byCall.get(middle) < event) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
