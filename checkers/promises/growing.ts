/** What a log shows of the updates before an answer: every one of them, in order. */

import type { Model, Operation } from '../linearizable/index.ts';
import { same } from '../linearizable/models/register.ts';
import { models } from '../linearizable/models.ts';
import { isList, type Value } from '../value.ts';

/** Whether the answer shows all that the object ever held before: a whole log. */
export function showsAll<State>(model: Model<State>, { f, outcome }: Operation): boolean {
  return (model as unknown) === models.log && f === 'read' && outcome === 'ok';
}

/** Whether an object that holds this can come to hold what such an answer shows. */
export function mayGrowInto(state: unknown, { output }: Operation): boolean {
  const held = state as readonly Value[];
  const shown = isList(output) ? output : [];
  return held.length <= shown.length && held.every((each, at) => same(each, shown[at] ?? null));
}
