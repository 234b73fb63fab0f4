/**
 * Witness first (`CHECKERS.md` 7): where the system says at which position an operation took
 * effect, the positions propose an order. The order is checked, never trusted: when it follows
 * the model and real time it proves the history, and when not, the clients' history decides.
 */

import { INFO, NEMESIS, type Value } from '../history.ts';
import { describe } from './explain.ts';
import { describeState, type Model } from './model.ts';
import { NEVER, type Operations, operationAt } from './operations.ts';

/**
 * Operations by position, where every answered one has a position. At one position, those with
 * an effect of their own come first in the order of their calls, then what observed it: writers
 * are told from readers by trying, since a position belongs to one effect.
 */
export function proposedOrder(operations: Operations): readonly number[] | undefined {
  const { count, ret, history } = operations;
  const position = new Float64Array(count).fill(Number.NaN);
  for (let i = 0; i < count; i++) {
    if (ret[i] === NEVER) continue;
    position[i] = history.position[ret[i] as number] as number;
    if (Number.isNaN(position[i])) return undefined;
  }
  placeUnanswered(operations, position);
  const reads = new Set(['read', 'get', 'contains'].map((f) => history.functions.find(f)));
  const observes = (i: number): number =>
    reads.has(history.f[operations.call[i] as number] as number) ||
    (ret[i] !== NEVER && operationAt(operations, i).outcome === 'refused')
      ? 1
      : 0;
  const placed: number[] = [];
  for (let i = 0; i < count; i++) if (!Number.isNaN(position[i])) placed.push(i);
  return placed.sort(
    (a, b) =>
      (position[a] as number) - (position[b] as number) || observes(a) - observes(b) || a - b,
  );
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
  const seen = new Uint8Array(count);
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
    if (earliest !== -1 && (ret[earliest] as number) < (call[i] as number)) {
      return `${describe(operations, model, i)} stands before ${describe(operations, model, earliest)}`;
    }
    if (earliest === -1 || (ret[i] as number) < (ret[earliest] as number)) earliest = i;
  }
  return undefined;
}

/** An operation that ended in `info` may carry the position at which it took effect after all. */
function placeUnanswered({ history, count, call, ret }: Operations, position: Float64Array): void {
  const open = new Map<number, number>();
  for (let i = 0; i < count; i++) {
    if (ret[i] === NEVER) open.set(history.process[call[i] as number] as number, i);
  }
  if (open.size === 0) return;
  for (let event = 0; event < history.length; event++) {
    const who = history.process[event] as number;
    if (history.type[event] !== INFO || who === NEMESIS) continue;
    const i = open.get(who);
    if (i !== undefined && event > (call[i] as number)) {
      position[i] = history.position[event] as number;
    }
  }
}
