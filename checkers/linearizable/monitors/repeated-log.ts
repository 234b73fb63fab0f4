/**
 * Append-only lists of elements that repeat: exact, O(n log n). The longest read says what stands at
 * each place, but not whose append put it there. Places are filled as late as possible, when an
 * answer needs them: a read that saw so many, or an append that must stand somewhere by now. Each
 * gets, of the appends of its element that have been asked for, the one that must be answered first.
 * So the list is never longer than it has to be, and no append is used up that could have waited:
 * the argument of counters (`MONITORS.md`), element by element. Appends that no place is left for
 * stand behind all that was read.
 */

import { ByteColumn, IntColumn } from '../../columns.ts';
import { NONE } from '../../history.ts';
import { describe, said } from '../explain.ts';
import { log } from '../models/append.ts';
import { NEVER, type Operations } from '../operations.ts';
import { eventOrder } from './event-order.ts';
import { Heap } from './heap.ts';
import { firstDifference, type Read } from './log-reads.ts';
import { type MonitorResult, VALID, violation } from './monitor.ts';

/** Codes of elements; `start` is what the list held. All reads are beginnings of the longest. */
export function repeatedLog(
  operations: Operations,
  start: IntColumn,
  reads: readonly Read[],
  longest: Read | undefined,
): MonitorResult {
  if (longest !== undefined) {
    const seen = longest.elements;
    if (seen.length < start.length || firstDifference(start, seen) !== -1) {
      const told = said(operations, log, longest.operation);
      return violation(
        [longest.operation],
        `${told}, which does not begin with what the list held at the start`,
        longest.operation,
      );
    }
  }
  return new Filling(operations, start, reads, longest).run();
}

/** Who can fill a place with an element, and where it stands. */
interface Supply {
  /** Answered appends that were asked for and have no place yet. */
  readonly forced: Heap;
  /** Unanswered ones: they need not stand anywhere. */
  optional: number;
  /** Places of the element, in order; those before `next` are filled. */
  readonly places: number[];
  next: number;
}

class Filling {
  readonly #operations: Operations;
  readonly #order: IntColumn;
  readonly #longest: Read | undefined;
  readonly #append: number;
  /** How many elements a read saw, by operation; -1 for others. */
  readonly #lengths: IntColumn;
  readonly #supplies = new Map<number, Supply>();
  readonly #placed: ByteColumn;
  /** Places that are filled; one more than there are once something stands behind them. */
  #length: number;
  #lastPlaced = NONE;

  constructor(
    operations: Operations,
    start: IntColumn,
    reads: readonly Read[],
    longest: Read | undefined,
  ) {
    this.#operations = operations;
    this.#order = longest?.elements ?? start;
    this.#longest = longest;
    this.#append = operations.history.functions.find('append');
    this.#length = start.length;
    this.#placed = new ByteColumn(operations.count);
    this.#lengths = new IntColumn(operations.count).fill(-1);
    for (const { operation, elements } of reads) this.#lengths[operation] = elements.length;
    for (let at = start.length; at < this.#order.length; at++) {
      this.#supply(this.#order.get(at)).places.push(at);
    }
  }

  run(): MonitorResult {
    const { history, call, ret } = this.#operations;
    for (const entry of eventOrder(this.#operations)) {
      const i = entry >> 1;
      const isCall = (entry & 1) === 0;
      const asked = call.get(i);
      const isAppend = history.f[asked] === this.#append;
      if (!isAppend && ret[i] === NEVER) continue;
      const wrong = isAppend
        ? this.#onAppend(i, this.#supply(history.value.get(asked)), isCall)
        : this.#onRead(i, this.#lengths.get(i), isCall);
      if (wrong !== undefined) return wrong;
    }
    return VALID;
  }

  #onAppend(i: number, supply: Supply, isCall: boolean): MonitorResult | undefined {
    const { ret } = this.#operations;
    if (isCall) {
      if (ret[i] === NEVER) supply.optional++;
      else supply.forced.push(ret.get(i), i);
      return undefined;
    }
    if (this.#placed[i] === 1) return undefined;
    const place = supply.places[supply.next];
    // It is on top: those with earlier answers have been placed.
    if (place !== undefined) return this.#fill(place + 1, i);
    const wrong = this.#fill(this.#order.length, i);
    if (wrong !== undefined) return wrong;
    this.#place(supply.forced.pop());
    this.#length = this.#order.length + 1;
    return undefined;
  }

  #onRead(i: number, length: number, isCall: boolean): MonitorResult | undefined {
    if (!isCall) return this.#fill(length, i);
    return this.#length > length ? this.#tooShort(i) : undefined;
  }

  /** Fills places until there are so many, because of this operation. */
  #fill(length: number, because: number): MonitorResult | undefined {
    while (this.#length < length) {
      const supply = this.#supply(this.#order.get(this.#length));
      if (supply.forced.size > 0) this.#place(supply.forced.pop());
      else if (supply.optional > 0) supply.optional--;
      else return this.#unfilled(because);
      supply.next++;
      this.#length++;
    }
    return undefined;
  }

  #place(append: number): void {
    this.#placed[append] = 1;
    this.#lastPlaced = append;
  }

  #supply(element: number): Supply {
    const known = this.#supplies.get(element);
    if (known !== undefined) return known;
    const supply: Supply = { forced: new Heap(), optional: 0, places: [], next: 0 };
    this.#supplies.set(element, supply);
    return supply;
  }

  #tooShort(read: number): MonitorResult {
    const because = `${said(this.#operations, log, read)} although more had been appended before`;
    if (this.#lastPlaced === NONE) return violation([read], because, read);
    const last = describe(this.#operations, log, this.#lastPlaced);
    return violation([this.#lastPlaced, read], `${because}, by ${last} at the latest`, read);
  }

  /** Nobody is left for the next place, and `operation` stands at it, behind it, or saw it. */
  #unfilled(operation: number): MonitorResult {
    const { history } = this.#operations;
    const element = JSON.stringify(history.values.value(this.#order.get(this.#length)));
    const because =
      `${said(this.#operations, log, operation)}, which needs ${element} at place ` +
      `${this.#length + 1} of the list by then, and no append of it that had been asked for is ` +
      'left for that place';
    const longest = this.#longest?.operation ?? operation;
    const involved = longest === operation ? [operation] : [operation, longest];
    return violation(involved, because, operation);
  }
}
