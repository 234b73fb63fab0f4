/** Increments of counters and reads: a lost or doubled increment shows in every later read. */

import { arrivals, readEach, rotatingKeys } from './pace.ts';
import type { Workload } from './workload.ts';

export const counter: Workload = {
  name: 'counter',
  describe: 'increments of counters by one, and reads',
  operations: ['read', 'inc'],
  model: 'counter',
  initial: null,
  options: {
    keys: {
      describe: 'counters in use at a time',
      default: 10,
      min: 1,
      max: 10_000,
      worth: [1, 3, 10],
    },
    keyLimit: {
      describe: 'operations on a counter before a fresh one replaces it',
      default: 200,
      min: 1,
      max: 1_000_000,
      worth: [50, 200],
    },
  },
  plan: (config, draw) => {
    const keyOf = rotatingKeys(Number(config.options['keys']), Number(config.options['keyLimit']));
    return arrivals(config, draw).map((arrival) => {
      const key = keyOf(draw('counter-key', 0, arrival.id));
      return draw('counter-f', 0, arrival.id) % 3 === 0
        ? { ...arrival, key, f: 'read', value: null }
        : { ...arrival, key, f: 'inc', value: 1 };
    });
  },
  settle: (planned) => ({ f: planned.f, key: planned.key, value: planned.value }),
  finalReads: readEach,
};
