/**
 * Witness first: where the system says at which position an operation took
 * effect, the positions propose an order. The order is checked, never trusted: when it follows
 * the model and real time it proves the history, and when not, the clients' history decides.
 */

import { ByteColumn, FloatColumn, IntColumn } from '../columns.ts';
import { INFO, NEMESIS, type Value } from '../history.ts';
import { itemAt } from '../item-at.ts';
import { describe } from './explain.ts';
import { describeState, type Model } from './model.ts';
import { NEVER, type Operations, operationAt } from './operations.ts';

/** An order of operations, by number. */
export interface Proposal {
  readonly order: readonly number[];
  /**
   * Whether every operation that may have had an effect has a position. Then the system has named
   * the whole order, and where it is none, the system is wrong about itself; without, it may be our
   * guess about an unanswered operation that is.
   */
  readonly whole: boolean;
}

/**
 * Operations by position, where every answered one with an effect has a position. At one position,
 * those with an effect of their own come first in the order of their calls, then what observed it.
 *
 * What has no position is put where it fits: an answer that only observes (a compare-and-set that
 * found another value) at the first moment that explains it, an unanswered operation right before
 * the first answer that cannot be explained without it. That finds no order in some cases where
 * there is one, and costs O(operations x concurrency), beside the model's steps.
 */
export function proposedOrder<State>(
  operations: Operations,
  model: Model<State>,
  initial: Value,
): Proposal | undefined {
  const { count, ret } = operations;
  const position = positionsOf(operations);
  const placed: number[] = [];
  const watching: number[] = [];
  const pending: number[] = [];
  const observes = new ByteColumn(count);
  for (let i = 0; i < count; i++) {
    observes[i] = model.readonly?.(operationAt(operations, i)) === true ? 1 : 0;
    if (!Number.isNaN(position[i])) placed.push(i);
    else if (observes[i] === 0 && ret[i] !== NEVER) return undefined;
    else if (observes[i] === 0) pending.push(i);
    else if (ret[i] !== NEVER) watching.push(i);
  }
  if (placed.length === 0) return undefined;
  placed.sort(
    (a, b) => position.get(a) - position.get(b) || observes.get(a) - observes.get(b) || a - b,
  );
  const whole = pending.length === 0;
  if (whole && watching.length === 0) return { order: placed, whole };
  const placing = new Placing(operations, model, { initial, placed, watching, pending });
  return { order: placing.order(), whole };
}

/** The position of each operation; NaN where nothing says. */
function positionsOf(operations: Operations): FloatColumn {
  const { count, ret, history } = operations;
  const position = new FloatColumn(count).fill(Number.NaN);
  for (let i = 0; i < count; i++) {
    if (ret[i] !== NEVER) position[i] = history.position.get(ret.get(i));
  }
  placeUnanswered(operations, position);
  return position;
}

/** Puts operations without a position between those that have one. */
class Placing<State> {
  readonly #operations: Operations;
  readonly #model: Model<State>;
  readonly #placed: readonly number[];
  /** Without a position, in the order of their calls. */
  readonly #watching: readonly number[];
  readonly #pending: Set<number>;
  /** By place in `#watching`: how many of `#placed` must stand before. */
  readonly #after: IntColumn;
  #state: State;
  #order: number[] = [];

  constructor(
    operations: Operations,
    model: Model<State>,
    found: {
      readonly initial: Value;
      readonly placed: readonly number[];
      readonly watching: readonly number[];
      readonly pending: readonly number[];
    },
  ) {
    this.#operations = operations;
    this.#model = model;
    this.#placed = found.placed;
    this.#watching = found.watching;
    this.#pending = new Set(found.pending);
    this.#after = this.#bounds();
    this.#state = model.initial(found.initial);
  }

  /** The order, as far as one was found: it then lacks operations, or one cannot follow. */
  order(): readonly number[] {
    const { call, ret } = this.#operations;
    let waiting: number[] = [];
    let next = 0;
    for (let gap = 0; gap <= this.#placed.length; gap++) {
      while (next < this.#watching.length && this.#after.get(next) <= gap) {
        waiting.push(itemAt(this.#watching, next++));
      }
      waiting = this.#watch(waiting);
      const target = this.#placed[gap];
      // What was answered before the next operation was called has its last chance.
      const due = target === undefined ? NEVER : call.get(target);
      for (;;) {
        const late = waiting.find((i) => ret.get(i) < due);
        if (late === undefined) break;
        if (!this.#bridge(late)) return this.#order;
        waiting = this.#watch(waiting);
      }
      if (target === undefined) break;
      if (!this.#take(target) && !(this.#bridge(target) && this.#take(target))) {
        return [...this.#order, target];
      }
    }
    return this.#order;
  }

  /** Places what the state explains, and returns the rest; what waits holds up whom it precedes. */
  #watch(waiting: readonly number[]): number[] {
    const { call, ret } = this.#operations;
    const left: number[] = [];
    let over = NEVER;
    for (const i of waiting) {
      if (call.get(i) < over && this.#take(i)) continue;
      over = Math.min(over, ret.get(i));
      left.push(i);
    }
    return left;
  }

  #take(i: number): boolean {
    const next = this.#model.step(this.#state, operationAt(this.#operations, i));
    if (next === undefined) return false;
    this.#state = next;
    this.#order.push(i);
    return true;
  }

  /** Lets the first unanswered operation happen that explains this one, if there is one. */
  #bridge(target: number): boolean {
    const { call, ret } = this.#operations;
    const wanted = operationAt(this.#operations, target);
    for (const i of this.#pending) {
      if (call.get(i) > ret.get(target)) return false;
      const between = this.#model.step(this.#state, operationAt(this.#operations, i));
      if (between === undefined || this.#model.step(between, wanted) === undefined) continue;
      this.#pending.delete(i);
      return this.#take(i);
    }
    return false;
  }

  /** What was answered before the call of one without a position stands before it. */
  #bounds(): IntColumn {
    const { call, ret } = this.#operations;
    const byReturn = this.#placed.map((i, place) => ({ ret: ret.get(i), place }));
    byReturn.sort((a, b) => a.ret - b.ret);
    const after = new IntColumn(this.#watching.length);
    let at = 0;
    let bound = 0;
    for (const [which, i] of this.#watching.entries()) {
      for (; at < byReturn.length; at++) {
        const earlier = itemAt(byReturn, at);
        if (earlier.ret > call.get(i)) break;
        bound = Math.max(bound, earlier.place + 1);
      }
      after[which] = bound;
    }
    return after;
  }
}

/**
 * Why the order is no linearization; undefined when it is one. It must hold every answered
 * operation once. O(operations), beside the model's steps.
 */
export function refusal<State>(
  operations: Operations,
  model: Model<State>,
  initial: Value,
  order: readonly number[],
): string | undefined {
  const { count, call, ret } = operations;
  const seen = new ByteColumn(count);
  let state = model.initial(initial);
  for (const i of order) {
    if (i < 0 || i >= count || seen[i] === 1) return `operation ${i} stands twice, or is none`;
    seen[i] = 1;
    const next = model.step(state, operationAt(operations, i));
    if (next === undefined) {
      return `${describe(operations, model, i)} cannot follow ${describeState(model, state)}`;
    }
    state = next;
  }
  for (let i = 0; i < count; i++) {
    if (ret[i] !== NEVER && seen[i] === 0) return `${describe(operations, model, i)} has no place`;
  }
  let earliest = -1;
  for (const i of order.toReversed()) {
    if (earliest !== -1 && ret.get(earliest) < call.get(i)) {
      return `${describe(operations, model, i)} stands before ${describe(operations, model, earliest)}`;
    }
    if (earliest === -1 || ret.get(i) < ret.get(earliest)) earliest = i;
  }
  return undefined;
}

/** An operation that ended in `info` may carry the position at which it took effect after all. */
function placeUnanswered({ history, count, call, ret }: Operations, position: FloatColumn): void {
  const open = new Map<number, number>();
  for (let i = 0; i < count; i++) {
    if (ret[i] === NEVER) open.set(history.process.get(call.get(i)), i);
  }
  if (open.size === 0) return;
  for (let event = 0; event < history.length; event++) {
    const who = history.process.get(event);
    if (history.type[event] !== INFO || who === NEMESIS) continue;
    const i = open.get(who);
    if (i !== undefined && event > call.get(i)) {
      position[i] = history.position.get(event);
    }
  }
}
