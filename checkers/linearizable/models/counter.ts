/** A counter: `inc` and `dec` by a number (one, when none is given), `read`. */

import { exactSum } from '../../decimals.ts';
import type { Value } from '../../history.ts';
import { type Model, type Operation, UnreadableValue } from '../model.ts';

/**
 * The answer of `inc` and `dec` is not looked at (many systems echo the argument); that of
 * `inc-and-get` is the new count. Decimals count as they are written; where sums of them cannot be
 * told from what rounding made of them, nothing is said.
 */
export const counter: Model<number> = {
  name: 'counter',
  functions: ['inc', 'dec', 'add', 'inc-and-get', 'read'],
  initial: (value) => (value === null ? 0 : amount(value)),
  step(state, operation) {
    const { f, output, outcome } = operation;
    if (outcome === 'refused') return undefined;
    // Where nothing was counted yet, many systems answer nil.
    const answer = outcome === 'ok' && typeof output === 'number' ? plus(output, 0) : output;
    if (f === 'read') return outcome !== 'ok' || (answer ?? 0) === state ? state : undefined;
    const next = plus(state, delta(operation));
    return f === 'inc-and-get' && outcome === 'ok' && answer !== next ? undefined : next;
  },
  unrecorded: ({ f, input }) => f === 'add' && input === null,
  readonly: (operation) => operation.f === 'read' || delta(operation) === 0,
};

/** What an operation other than a read adds. */
export function delta({ f, input }: Operation): number {
  const by = input === null ? 1 : amount(input);
  return f === 'dec' ? -by : by;
}

function plus(a: number, b: number): number {
  const sum = exactSum(a, b);
  if (sum !== undefined) return sum;
  throw new UnreadableValue(`the sum of ${a} and ${b} is not exact`);
}

function amount(value: Value): number {
  if (typeof value === 'number') return value;
  throw new UnreadableValue(`a counter counts numbers, not ${JSON.stringify(value)}`);
}
