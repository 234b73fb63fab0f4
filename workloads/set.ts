/** Adds of unique elements to sets, removals, and reads of whole sets. */

import { arrivals, readEach, rotatingKeys } from './pace.ts';
import type { Draw, PlannedOperation, Workload } from './workload.ts';

export const set: Workload = {
  name: 'set',
  describe: 'adds of unique elements to sets, removals, and reads of whole sets',
  operations: ['read', 'add', 'remove'],
  model: 'set',
  initial: null,
  options: {
    keys: {
      describe: 'sets in use at a time',
      default: 10,
      min: 1,
      max: 10_000,
      worth: [1, 3, 10],
    },
    keyLimit: {
      describe: 'operations on a set before a fresh one replaces it',
      default: 60,
      min: 1,
      max: 1_000_000,
      worth: [20, 60],
    },
  },
  plan: (config, draw) => {
    const keyOf = rotatingKeys(Number(config.options['keys']), Number(config.options['keyLimit']));
    /** What was added to a set and not yet asked to be removed. */
    const added = new Map<string, number[]>();
    return arrivals(config, draw).map((arrival) => {
      const key = keyOf(draw('set-key', 0, arrival.id));
      return { ...arrival, key, ...action(arrival.id, added, key, draw) };
    });
  },
  settle: (planned) => ({ f: planned.f, key: planned.key, value: planned.value }),
  finalReads: readEach,
};

/** Half of the operations add, a third read, the rest remove something that was added. */
function action(
  id: number,
  added: Map<string, number[]>,
  key: string,
  draw: Draw,
): Pick<PlannedOperation, 'f' | 'value'> {
  const choice = draw('set-f', 0, id) % 6;
  if (choice < 2) return { f: 'read', value: null };
  const elements = added.get(key) ?? [];
  if (choice === 2 && elements.length > 0) {
    const [element] = elements.splice(draw('set-element', 0, id) % elements.length, 1);
    return { f: 'remove', value: element as number };
  }
  elements.push(id + 1);
  added.set(key, elements);
  return { f: 'add', value: id + 1 };
}
