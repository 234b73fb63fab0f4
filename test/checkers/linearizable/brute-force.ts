/** Linearizability by definition: tries every order. For histories of a dozen operations. */

import type { Value } from '../../../checkers/history.ts';
import type { Model } from '../../../checkers/linearizable/index.ts';
import { NEVER, type Operations, operationAt } from '../../../checkers/linearizable/operations.ts';

export function bruteForce<State>(
  operations: Operations,
  model: Model<State>,
  initial: Value,
): boolean {
  const all = Array.from({ length: operations.count }, (_, i) => ({
    operation: operationAt(operations, i),
    call: operations.call[i] as number,
    ret: operations.ret[i] as number,
  }));
  const taken = all.map(() => false);

  const explain = (state: State): boolean => {
    // Whatever comes next must have been called before every answer that is still to come.
    let firstReturn = NEVER;
    all.forEach(({ ret }, i) => {
      if (!taken[i]) firstReturn = Math.min(firstReturn, ret);
    });
    if (firstReturn === NEVER) return true;
    return all.some(({ operation, call }, i) => {
      if (taken[i] || call > firstReturn) return false;
      const next = model.step(state, operation);
      if (next === undefined) return false;
      taken[i] = true;
      const found = explain(next);
      taken[i] = false;
      return found;
    });
  };
  return explain(model.initial(initial));
}
