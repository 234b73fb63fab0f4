/** Linearizability by definition: tries every order. For histories of a dozen operations. */

import type { History, Value } from '../../../checkers/history.ts';
import type { Model, Operation } from '../../../checkers/linearizable/index.ts';
import { NEVER, type Operations, operationAt } from '../../../checkers/linearizable/operations.ts';

interface Interval {
  operation: Operation;
  readonly call: number;
  /** Infinite for operations without an answer. */
  ret: number;
}

/** Whether every key by itself has an order; refusals of compare-and-sets may say something. */
export function bruteForceHistory<State>(
  history: History,
  model: Model<State>,
  initial: Value,
  observed: boolean,
): boolean {
  const keys = new Map<string | undefined, Interval[]>();
  const open = new Map<unknown, Interval>();
  for (const { index, type, process, f, key, value } of history) {
    const all = keys.get(key) ?? [];
    keys.set(key, all);
    if (type === 'invoke') {
      const asked = { f, input: value, output: null, outcome: 'unknown', process: Number(process) };
      const interval: Interval = { operation: asked as Operation, call: index, ret: Infinity };
      open.set(process, interval);
      all.push(interval);
    } else if (type !== 'info') {
      const interval = open.get(process) as Interval;
      const { operation } = interval;
      if (type === 'ok') interval.operation = { ...operation, output: value, outcome: 'ok' };
      else if (f === 'cas' && observed) interval.operation = { ...operation, outcome: 'refused' };
      else all.splice(all.indexOf(interval), 1);
      interval.ret = index;
    }
  }
  return [...keys.values()].every((all) => explain(all, model, model.initial(initial)));
}

/** The same for one object, whose operations are paired already. */
export function bruteForce<State>(
  operations: Operations,
  model: Model<State>,
  initial: Value,
): boolean {
  const all = Array.from({ length: operations.count }, (_, i): Interval => {
    const ret = operations.ret.get(i);
    const operation = operationAt(operations, i);
    return { operation, call: operations.call.get(i), ret: ret === NEVER ? Infinity : ret };
  });
  return explain(all, model, model.initial(initial));
}

function explain<State>(left: readonly Interval[], model: Model<State>, state: State): boolean {
  // Whatever comes next must have been called before every answer that is still to come.
  const firstReturn = Math.min(...left.map(({ ret }) => ret));
  if (firstReturn === Infinity) return true;
  return left.some((next) => {
    if (next.call > firstReturn) return false;
    const after = model.step(state, next.operation);
    return (
      after !== undefined &&
      explain(
        left.filter((other) => other !== next),
        model,
        after,
      )
    );
  });
}
