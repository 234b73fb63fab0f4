/**
 * Appends of unique elements to lists, and reads of whole lists: the order of every append shows
 * in every later read, so a lost, doubled or reordered write cannot hide.
 */

import { arrivals, readEach, rotatingKeys } from './pace.ts';
import type { Workload } from './workload.ts';

export const append: Workload = {
  name: 'append',
  describe: 'appends of unique elements to lists, and reads of whole lists',
  operations: ['read', 'append'],
  model: 'log',
  initial: null,
  options: {
    keys: {
      describe: 'lists in use at a time',
      default: 10,
      min: 1,
      max: 10_000,
      worth: [1, 3, 10],
    },
    keyLimit: {
      describe: 'operations on a list before a fresh one replaces it',
      default: 60,
      min: 1,
      max: 1_000_000,
      worth: [20, 60],
    },
  },
  plan: (config, draw) => {
    const keyOf = rotatingKeys(Number(config.options['keys']), Number(config.options['keyLimit']));
    return arrivals(config, draw).map((arrival) => {
      const key = keyOf(draw('append-key', 0, arrival.id));
      return draw('append-f', 0, arrival.id) % 2 === 0
        ? { ...arrival, key, f: 'read', value: null }
        : { ...arrival, key, f: 'append', value: arrival.id + 1 };
    });
  },
  settle: (planned) => ({ f: planned.f, key: planned.key, value: planned.value }),
  finalReads: readEach,
};
