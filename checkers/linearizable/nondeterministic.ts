/** Models with several possible outcomes, checked by stepping sets of states. */

import type { Value } from '../history.ts';
import type { Model, Operation } from './model.ts';

/** As `Model`, except that an operation may lead to any of several states. */
export interface NondeterministicModel<State> {
  readonly name: string;
  readonly functions: readonly string[];
  initial(value: Value): readonly State[];
  /** All states in which the object may be afterwards; none when it could not have answered so. */
  steps(state: State, operation: Operation): readonly State[];
  key?(state: State): string | number | boolean | null;
  readonly owners?: boolean;
  describeState?(state: State): string;
}

/**
 * A deterministic model whose state is the set of all states in which the object may be (the
 * power set construction), sorted by key and without duplicates. It has no read-only operations:
 * an answer that changes nothing can still tell in which of these states the object is.
 */
export function nondeterministic<State>(
  model: NondeterministicModel<State>,
): Model<readonly State[]> {
  const textKey = (state: State): string =>
    JSON.stringify(model.key === undefined ? state : model.key(state));
  const distinct = (states: readonly State[]): readonly State[] => {
    if (states.length < 2) return states;
    const byKey = new Map(states.map((state) => [textKey(state), state]));
    return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, state]) => state);
  };
  return {
    name: model.name,
    functions: model.functions,
    ...(model.owners === undefined ? {} : { owners: model.owners }),
    initial: (value) => distinct(model.initial(value)),
    step(states, operation) {
      const next = distinct(states.flatMap((state) => model.steps(state, operation)));
      return next.length === 0 ? undefined : next;
    },
    key: (states) => states.map(textKey).join(' '),
    describeState: (states) =>
      states.map((state) => model.describeState?.(state) ?? textKey(state)).join(' or ') ||
      'nothing',
  };
}
