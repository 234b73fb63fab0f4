/** What a register shows of the updates before an answer: the last of them, and no other. */

import type { Model, Operation } from '../linearizable/index.ts';
import { bounds } from '../linearizable/models/register.ts';

/**
 * Whether none of these updates, were it the last before an operation, leaves what the operation
 * found. Only of registers, which forget everything but the last update; of any other object false,
 * since an update from long before may show.
 */
export function noneExplains(
  model: Model,
  wanted: Operation,
  updates: readonly Operation[],
): boolean {
  if (model.name !== 'register' && model.name !== 'cas-register') return false;
  return updates.every(({ f, input }) => {
    const left = f === 'cas' ? bounds(input)[1] : input;
    return model.step(left, wanted) === undefined;
  });
}
