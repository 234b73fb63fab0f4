/**
 * Queues of values that repeat, for the engine: the same object, which refuses at once what can
 * only fail later. In a first-in-first-out queue the Nth value put in is the Nth taken out. Of the
 * first N that are taken out, some number k falls to unanswered dequeues and the rest, M = N - k, to
 * answered ones. Real time says within which places each answered dequeue lies among the answered
 * ones: after all that were answered before it was asked for, and before all that were asked for
 * after it was answered. So what is inside must fall, value by value, to
 *
 * - an answered dequeue of that value that can lie at place M, or
 * - an unanswered one: of those asked for before the answer to the one at place M + 1 there must be
 *   more than k, or
 * - nobody, once all answered dequeues have been served;
 *
 * which leaves some values of k after the last one ("ways"). And for one of these, of the first N
 * values as many must be v as dequeues of v have a greatest place up to M; and those beyond the
 * dequeues of v with a least place up to M, over all v together, are at most those not served by
 * answered ones.
 *
 * An order that the queue allows keeps these bounds, and what this model allows the queue allows:
 * the verdict is the same. An unanswered enqueue of what no answered dequeue took is left out: it
 * could only stand in the way of what was put in later, or be taken by an unanswered dequeue that
 * can be left out with it.
 */

import { NONE, type Value } from '../history.ts';
import { engineSearch } from './engine/engine.ts';
import type { Model, Operation } from './model.ts';
import { fifoQueue, isInsert } from './models/collections.ts';
import { NEVER, type Operations } from './operations.ts';
import type { Budget, SearchResult, Stuck } from './search.ts';

/** What was put in so far, by value, and what of it is still inside, as numbers of values. */
interface Positioned {
  readonly counts: readonly number[];
  readonly inside: readonly number[];
  /** Values that unanswered dequeues took. */
  readonly lost: number;
  /** What `lost` may be when all that is inside has been taken; follows from the rest. */
  readonly ways: readonly number[];
}

/** The bounds, by place among the answered dequeues (from 1) and number of the value. */
interface Bounds {
  readonly numbers: ReadonlyMap<string, number>;
  /** At [place][value]: dequeues of the value that must, and that may, lie in places up to this. */
  readonly must: readonly (readonly number[])[];
  readonly may: readonly (readonly number[])[];
  /** At [place][value]: dequeues of the value that can lie there. */
  readonly at: readonly (readonly number[])[];
  /** By number of answered dequeues that come first: unanswered ones that may come by then. */
  readonly open: readonly number[];
}

/** Above this the tables cost more than the search that they save. */
const CELLS_MAX = 1 << 20;

/** A bound on the search for a witness, relative to that for the verdict. */
const EXPLAIN_CONFIGURATIONS = 100_000;

/** The engine's search for a FIFO queue. The witness, if it is found, is that of the plain queue. */
export function queueSearch(
  operations: Operations,
  initial: Value,
  budget: Required<Budget>,
): SearchResult {
  const narrowed = positionedQueue(operations, initial);
  if (narrowed === undefined) return engineSearch(operations, fifoQueue, initial, budget);
  const result = engineSearch(operations, narrowed, initial, budget);
  if (result.kind !== 'violation') return result;
  const stuck = (): Stuck => {
    // What refuses early gets stuck before the point where people see the contradiction.
    const steps = Math.min(budget.steps, 4 * result.configurations + EXPLAIN_CONFIGURATIONS);
    const plain = engineSearch(operations, fifoQueue, initial, { ...budget, steps });
    return plain.kind === 'violation' ? plain.stuck() : result.stuck();
  };
  return { ...result, stuck };
}

/** The narrowed queue for these operations; undefined where its tables would be too large. */
function positionedQueue(operations: Operations, initial: Value): Model<Positioned> | undefined {
  const bounds = boundsOf(operations, fifoQueue.initial(initial));
  if (bounds === undefined) return undefined;
  const number = (value: Value): number => bounds.numbers.get(JSON.stringify(value)) ?? NONE;
  const taken = bounds.may.at(-1) ?? [];
  const isIdle = ({ f, input, outcome }: Operation): boolean =>
    outcome === 'unknown' && isInsert(f) && (taken[number(input)] ?? 0) === 0;
  return {
    name: fifoQueue.name,
    functions: fifoQueue.functions,
    initial(value) {
      const inside = fifoQueue.initial(value).map(number);
      const counts = countsOf(inside, bounds.numbers.size);
      return { counts, inside, lost: 0, ways: waysOf(inside, 0, 0, bounds) };
    },
    step(state, operation) {
      const { f, input, output, outcome } = operation;
      // The queue itself says which values it cannot take.
      if (isInsert(f)) fifoQueue.step([], operation);
      if (outcome === 'refused' || isIdle(operation)) return undefined;
      if (isInsert(f)) return withPut(state, number(input), bounds);
      const [first = NONE] = state.inside;
      if (outcome === 'ok' && first !== (output === null ? NONE : number(output))) return undefined;
      if (first === NONE) return state;
      return withoutFirst(state, outcome === 'unknown' ? 1 : 0, bounds);
    },
    key: ({ counts, inside, lost }) => `${lost},${counts.join(' ')},${inside.join(' ')}`,
    readonly: (operation) => isIdle(operation) || fifoQueue.readonly?.(operation) === true,
  };
}

function withoutFirst(state: Positioned, by: 0 | 1, bounds: Bounds): Positioned | undefined {
  const inside = state.inside.slice(1);
  const lost = state.lost + by;
  const taken = sum(state.counts) - inside.length;
  const ways = waysOf(inside, taken, lost, bounds);
  return ways.length === 0 ? undefined : { ...state, inside, lost, ways };
}

function withPut(state: Positioned, value: number, bounds: Bounds): Positioned | undefined {
  const before = sum(state.counts);
  const counts = state.counts.with(value, (state.counts[value] as number) + 1);
  const ways = follow(state.ways, value, before, bounds);
  const last = bounds.must.length - 1;
  const isServed = ways.some((lost) => {
    const place = Math.min(before + 1 - lost, last);
    const [must, may] = [bounds.must[place] as number[], bounds.may[place] as number[]];
    return fits(counts, before + 1 - place, must, may);
  });
  return isServed ? { ...state, counts, inside: [...state.inside, value], ways } : undefined;
}

function waysOf(
  inside: readonly number[],
  taken: number,
  lost: number,
  bounds: Bounds,
): readonly number[] {
  let ways: readonly number[] = [lost];
  inside.forEach((value, at) => {
    ways = follow(ways, value, taken + at, bounds);
  });
  return ways;
}

/** How many may have been lost after one more value, the one that follows `before` others. */
function follow(
  ways: readonly number[],
  value: number,
  before: number,
  { at, open }: Bounds,
): readonly number[] {
  const next: number[] = [];
  for (const lost of ways) {
    const served = Math.min(before - lost, open.length - 1);
    const isLast = served === open.length - 1;
    const answered = isLast || ((at[served + 1] as number[])[value] as number) > 0;
    if (answered && next.at(-1) !== lost) next.push(lost);
    if (lost < (open[served] as number)) next.push(lost + 1);
  }
  return next;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((all, count) => all + count, 0);
}

/** Whether there are as many of each value as must be, and of all together few enough too many. */
function fits(
  counts: readonly number[],
  spare: number,
  must: readonly number[],
  may: readonly number[],
): boolean {
  let left = spare;
  for (let v = 0; v < counts.length; v++) {
    const count = counts[v] as number;
    if (count < (must[v] as number)) return false;
    left -= Math.max(0, count - (may[v] as number));
  }
  return left >= 0;
}

function boundsOf(operations: Operations, initial: readonly Value[]): Bounds | undefined {
  const { history, count, call, ret } = operations;
  const inserting = history.functions.names.map(isInsert);
  const numbers = new Map<string, number>();
  const numberOf = (value: Value): number => {
    const text = JSON.stringify(value);
    const known = numbers.get(text) ?? numbers.size;
    numbers.set(text, known);
    return known;
  };
  for (const value of initial) numberOf(value);
  const took: { readonly call: number; readonly ret: number; readonly value: number }[] = [];
  const unanswered: number[] = [];
  for (let i = 0; i < count; i++) {
    const [asked, answered] = [call[i] as number, ret[i] as number];
    if (inserting[history.f[asked] as number] === true) {
      numberOf(history.values.value(history.value[asked] as number));
    } else if (answered === NEVER) unanswered.push(asked);
    else if (history.value[answered] !== NONE) {
      const value = numberOf(history.values.value(history.value[answered] as number));
      took.push({ call: asked, ret: answered, value });
    }
  }
  const places = took.length;
  if ((places + 1) * numbers.size > CELLS_MAX) return undefined;
  const table = (): number[][] =>
    Array.from({ length: places + 1 }, () => Array.from({ length: numbers.size }, () => 0));
  const [must, may, at] = [table(), table(), table()];
  const open = Array.from({ length: places + 1 }, () => 0);
  const calls = Int32Array.from(took, (each) => each.call);
  const rets = Int32Array.from(took, (each) => each.ret).sort();
  for (const { value, ...each } of took) {
    const [least, greatest] = [1 + below(rets, each.call), below(calls, each.ret)];
    increase(may[least] as number[], value);
    increase(must[greatest] as number[], value);
    for (let place = least; place <= greatest; place++) increase(at[place] as number[], value);
  }
  for (const asked of unanswered) increase(open, below(rets, asked));
  for (let place = 1; place <= places; place++) {
    accumulate(must, place);
    accumulate(may, place);
    open[place] = (open[place] as number) + (open[place - 1] as number);
  }
  return { numbers, must, may, at, open };
}

function increase(counts: number[], at: number): void {
  counts[at] = (counts[at] as number) + 1;
}

function accumulate(rows: readonly number[][], at: number): void {
  const row = rows[at] as number[];
  (rows[at - 1] as number[]).forEach((before, v) => {
    row[v] = (row[v] as number) + before;
  });
}

function countsOf(inside: readonly number[], values: number): number[] {
  const counts = Array.from({ length: values }, () => 0);
  for (const value of inside) counts[value] = (counts[value] as number) + 1;
  return counts;
}

/** How many of these, ascending, are less than a bound. */
function below(sorted: Int32Array, bound: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
