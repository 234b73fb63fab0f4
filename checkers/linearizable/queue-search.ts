/**
 * First-in-first-out queues of values that repeat. The i-th value put in is the i-th taken out: so an
 * order of the insertions and an order of the removals are walked side by side, the i-th of each
 * together, and what has been done of either is a window. With so many operations open at once there
 * are only so many pairs of windows for each i: polynomial in the length of the history (Lee & Mathur,
 * arXiv 2509.05586, show that such an algorithm exists).
 *
 * What must fit between the two orders is real time. Every operation happens as early as it can: not
 * before it was called, nor before what comes before it in its own order, and a removal not before
 * its insertion. These moments are those of calls; each must lie before the operation's return, and
 * before the return of whatever can only come later. An answer that the queue was empty falls between
 * the i-th removal and the insertion after it.
 */

import { IntColumn } from '../columns.ts';
import type { Value } from '../history.ts';
import { itemAt } from '../item-at.ts';
import { Ints, IntTuples } from './int-tuples.ts';
import { NEVER, type Operations } from './operations.ts';
import { ANY, type Answered, type Parts, partsOf } from './queue-parts.ts';
import type { Budget, SearchResult, Stuck } from './search.ts';

const NONE = -1;
/** Nobody of the history put it in: it was inside at the start. */
const HELD = -2;

/** Single numbers of a state, behind its windows. */
const COUNTS = 0;
const HELD_OUT = 1;
const LATEST_PUT = 2;
const LATEST_TAKE = 3;
const SINGLES = 4;

/** Searches for an order of a FIFO queue's operations that explains every answer. */
export function queueSearch(
  operations: Operations,
  initial: Value,
  budget: Required<Budget>,
): SearchResult {
  const result = new Walk(operations, partsOf(operations, initial)).run(budget);
  if (result.kind !== 'violation') return result;
  return { ...result, stuck: () => firstContradiction(operations, initial, budget) };
}

/** The first answer that no order explains, and an order of what explains those before it. */
function firstContradiction(
  operations: Operations,
  initial: Value,
  budget: Required<Budget>,
): Stuck {
  const { ret, count } = operations;
  const byReturn = Array.from({ length: count }, (_, i) => i)
    .filter((i) => ret[i] !== NEVER)
    .sort((a, b) => ret.get(a) - ret.get(b));
  const walkUntil = (answers: number): Walked => {
    const until = answers === 0 ? NONE : ret.get(itemAt(byReturn, answers - 1));
    return new Walk(operations, partsOf(operations, initial, until)).run(budget);
  };
  // So many answers are explained; so many are not.
  let [explained, contradicted] = [0, byReturn.length];
  while (contradicted - explained > 1) {
    const middle = (explained + contradicted) >> 1;
    if (walkUntil(middle).kind === 'violation') contradicted = middle;
    else explained = middle;
  }
  const last = walkUntil(explained);
  const order = last.kind === 'linearizable' ? last.order() : [];
  return { order, operation: itemAt(byReturn, explained) };
}

/** What a walk answers; where it got stuck is for others to find. */
type Walked =
  | Exclude<SearchResult, { kind: 'violation' }>
  | { readonly kind: 'violation'; readonly configurations: number };

/** One walk over both orders; what it has reached, by number. */
class Walk {
  readonly #operations: Operations;
  readonly #parts: Parts;
  /** Where things stand in a state: three windows, then single numbers. */
  readonly #takesAt: number;
  readonly #emptiesAt: number;
  readonly #usedAt: number;
  readonly #states: IntTuples;
  readonly #counts: IntTuples;
  readonly #parent = new Ints();
  /** Operations that led there: an insertion and a removal, or `NONE` and who found nothing. */
  readonly #put = new Ints();
  readonly #take = new Ints();
  readonly #waiting = new Ints();
  readonly #state: IntColumn;
  readonly #next: IntColumn;
  readonly #used: IntColumn;

  constructor(operations: Operations, parts: Parts) {
    this.#operations = operations;
    this.#parts = parts;
    this.#takesAt = parts.puts.window.width;
    this.#emptiesAt = this.#takesAt + parts.takes.window.width;
    this.#usedAt = this.#emptiesAt + parts.empties.window.width;
    this.#states = new IntTuples(this.#usedAt + SINGLES);
    this.#state = new IntColumn(this.#states.width);
    this.#next = new IntColumn(this.#states.width);
    const groups = parts.optionalPuts.length + parts.optionalTakes.length;
    this.#counts = new IntTuples(Math.max(1, groups));
    this.#used = new IntColumn(this.#counts.width);
  }

  run({ steps, memoryBytes }: Required<Budget>): Walked {
    const { takes, empties } = this.#parts;
    this.#counts.add(this.#used);
    this.#next[this.#usedAt + LATEST_PUT] = NONE;
    this.#next[this.#usedAt + LATEST_TAKE] = NONE;
    this.#visit(NONE, NONE, NONE);
    while (this.#waiting.length > 0) {
      const at = this.#waiting.pop();
      this.#states.read(at, this.#state);
      const served = this.#state.get(this.#takesAt);
      if (served === takes.count && this.#state[this.#emptiesAt] === empties.count) {
        const configurations = this.#states.length;
        return { kind: 'linearizable', configurations, order: () => this.#order(at) };
      }
      this.#expand(at);
      const configurations = this.#states.length;
      if (configurations > steps) return exhausted(configurations, `${steps} configurations`);
      if ((at & 255) === 0 && this.#bytes() > memoryBytes) {
        return exhausted(configurations, `${memoryBytes} bytes`);
      }
    }
    return { kind: 'violation', configurations: this.#states.length };
  }

  /** Every step from a state; of those of one kind the last is looked into first. */
  #expand(at: number): void {
    const { puts, takes, empties, optionalPuts, optionalTakes, held } = this.#parts;
    this.#counts.read(this.#state.get(this.#usedAt + COUNTS), this.#used);
    const out = this.#state.get(this.#usedAt + HELD_OUT);
    if (out === held.length) {
      for (const rank of open(empties, this.#state, this.#emptiesAt)) this.#findEmpty(at, rank);
    }
    const takers = firstOfEach(takes, open(takes, this.#state, this.#takesAt));
    const matched = (value: number, then: (take: Take) => void): void => {
      optionalTakes.forEach((group, g) => {
        if (group.value !== ANY && group.value !== value) return;
        const operation = group.operations[this.#used.get(optionalPuts.length + g)];
        if (operation !== undefined) then({ operation, rank: NONE, group: g });
      });
      for (const rank of takers) {
        if (takes.value[rank] !== value) continue;
        then({ operation: takes.operation.get(rank), rank, group: NONE });
      }
    };
    if (out < held.length) {
      const put: Put = { operation: HELD, rank: NONE, group: NONE };
      matched(itemAt(held, out), (take) => this.#match(at, put, take));
      return;
    }
    const givers = firstOfEach(puts, open(puts, this.#state, 0));
    optionalPuts.forEach((group, g) => {
      const operation = group.operations[this.#used.get(g)];
      if (operation === undefined || this.#canWait(operation, group.value, givers)) return;
      matched(group.value, (take) => {
        // An insertion that need not be, taken by nobody in particular, leaves nothing behind.
        const isAnybody = take.rank === NONE && optionalTakes[take.group]?.value === ANY;
        if (!isAnybody) this.#match(at, { operation, rank: NONE, group: g }, take);
      });
    });
    for (const rank of givers.toReversed()) {
      const put: Put = { operation: puts.operation.get(rank), rank, group: NONE };
      matched(puts.value.get(rank), (take) => this.#match(at, put, take));
    }
  }

  /** Whether an answered insertion of the same value, called before, can stand in its place. */
  #canWait(operation: number, value: number, givers: readonly number[]): boolean {
    const { puts } = this.#parts;
    const asked = this.#operations.call.get(operation);
    return givers.some((rank) => puts.value[rank] === value && puts.call.get(rank) < asked);
  }

  #findEmpty(at: number, rank: number): void {
    const { puts, takes, empties } = this.#parts;
    const next = this.#next;
    next.set(this.#state);
    empties.window.finish(next, this.#emptiesAt, rank);
    const latest = this.#usedAt + LATEST_TAKE;
    const moment = Math.max(empties.call.get(rank), next.get(latest));
    if (moment > empties.ret.get(rank)) return;
    if (this.#isLate(puts, 0, moment) || this.#isLate(takes, this.#takesAt, moment)) return;
    if (this.#isLate(empties, this.#emptiesAt, moment)) return;
    next[latest] = moment;
    next[this.#usedAt + LATEST_PUT] = Math.max(next.get(this.#usedAt + LATEST_PUT), moment);
    this.#visit(at, NONE, empties.operation.get(rank));
  }

  #match(at: number, put: Put, take: Take): void {
    const { puts, takes, empties, optionalPuts } = this.#parts;
    const { call } = this.#operations;
    const next = this.#next;
    next.set(this.#state);
    if (put.rank !== NONE) puts.window.finish(next, 0, put.rank);
    if (put.operation === HELD)
      next[this.#usedAt + HELD_OUT] = next.get(this.#usedAt + HELD_OUT) + 1;
    const asked = put.operation === HELD ? NONE : call.get(put.operation);
    const putAt = Math.max(next.get(this.#usedAt + LATEST_PUT), asked);
    if (put.rank !== NONE && putAt > puts.ret.get(put.rank)) return;
    if (this.#isLate(puts, 0, putAt)) return;
    if (take.rank !== NONE) takes.window.finish(next, this.#takesAt, take.rank);
    const latest = next.get(this.#usedAt + LATEST_TAKE);
    const takeAt = Math.max(latest, call.get(take.operation), putAt);
    if (take.rank !== NONE && takeAt > takes.ret.get(take.rank)) return;
    if (this.#isLate(takes, this.#takesAt, takeAt)) return;
    if (this.#isLate(empties, this.#emptiesAt, takeAt)) return;
    next[this.#usedAt + LATEST_PUT] = putAt;
    next[this.#usedAt + LATEST_TAKE] = takeAt;
    if (put.group !== NONE) this.#use(put.group);
    if (take.group !== NONE) this.#use(optionalPuts.length + take.group);
    this.#visit(at, put.operation, take.operation);
  }

  /** Whether an operation that is still to come had been answered by then. */
  #isLate({ ret, count }: Answered, from: number, moment: number): boolean {
    const next = this.#next.get(from);
    return next < count && ret.get(next) < moment;
  }

  #use(group: number): void {
    const counts = this.#usedAt + COUNTS;
    const used = new IntColumn(this.#counts.width);
    this.#counts.read(this.#next.get(counts), used);
    used[group] = used.get(group) + 1;
    this.#next[counts] = this.#counts.add(used);
  }

  #visit(parent: number, put: number, take: number): void {
    const before = this.#states.length;
    const state = this.#states.add(this.#next);
    if (state < before) return;
    this.#parent.push(parent);
    this.#put.push(put);
    this.#take.push(take);
    this.#waiting.push(state);
  }

  #bytes(): number {
    const lists = [this.#parent, this.#put, this.#take, this.#waiting, this.#states, this.#counts];
    return lists.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Both orders in one, each operation as early as it can be. */
  #order(last: number): number[] {
    const steps: number[] = [];
    for (let at = last; this.#parent.at(at) !== NONE; at = this.#parent.at(at)) steps.push(at);
    const put: Moment[] = [];
    const taken: Moment[] = [];
    let place = 0;
    for (const at of steps.reverse()) {
      const [from, by] = [this.#put.at(at), this.#take.at(at)];
      const found = from !== NONE;
      if (found) place++;
      const latestPut = this.#states.get(at, this.#usedAt + LATEST_PUT);
      if (found && from !== HELD) put.push({ operation: from, moment: latestPut, place });
      const latestTake = this.#states.get(at, this.#usedAt + LATEST_TAKE);
      taken.push({ operation: by, moment: latestTake, place });
    }
    put.push(...this.#remaining(last, place));
    const order: number[] = [];
    for (const { operation, moment, place: served } of taken) {
      for (let first = put[0]; first !== undefined; first = put[0]) {
        const isNext = first.moment < moment || (first.moment === moment && first.place <= served);
        if (!isNext) break;
        order.push(first.operation);
        put.shift();
      }
      order.push(operation);
    }
    return [...order, ...put.map(({ operation }) => operation)];
  }

  /** Insertions that nobody took, in the order of their calls. */
  #remaining(last: number, place: number): Moment[] {
    const { puts } = this.#parts;
    this.#states.read(last, this.#state);
    const done = (rank: number): boolean =>
      rank < this.#state.get(0) ||
      (puts.window.open(this.#state.get(0)).includes(rank) &&
        puts.window.isDone(this.#state, 0, rank));
    const ranks = Array.from({ length: puts.count }, (_, rank) => rank)
      .filter((rank) => !done(rank))
      .sort((a, b) => puts.call.get(a) - puts.call.get(b));
    let moment = this.#state.get(this.#usedAt + LATEST_PUT);
    return ranks.map((rank, at) => {
      moment = Math.max(moment, puts.call.get(rank));
      return { operation: puts.operation.get(rank), moment, place: place + at + 1 };
    });
  }
}

/** An operation in one of the orders, when it happens, and how many were put in, or taken, by then. */
interface Moment {
  readonly operation: number;
  readonly moment: number;
  readonly place: number;
}

/** One side of a step; `rank` where it was answered, `group` where it need not have happened. */
interface Put {
  readonly operation: number;
  readonly rank: number;
  readonly group: number;
}
type Take = Put;

/** Ranks that may come next. */
function open({ window }: Answered, state: IntColumn, from: number): readonly number[] {
  return window.open(state.get(from)).filter((rank) => !window.isDone(state, from, rank));
}

/** Without those for which another of the same value, called and answered before, can stand in. */
function firstOfEach({ value, call }: Answered, ranks: readonly number[]): readonly number[] {
  return ranks.filter(
    (rank) =>
      !ranks.some(
        (other) => other < rank && value[other] === value[rank] && call.get(other) < call.get(rank),
      ),
  );
}

function exhausted(configurations: number, what: string): Walked {
  return { kind: 'exhausted', configurations, because: `no answer within ${what}` };
}
