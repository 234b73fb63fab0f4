/**
 * Proposals to keys that are decided once, and reads of them. Keys are fresh and few at a time, so
 * that proposers meet before anything is decided, and retired soon after.
 */

import { arrivals, readEach, rotatingKeys } from './pace.ts';
import type { Workload } from './workload.ts';

export const consensus: Workload = {
  name: 'consensus',
  describe: 'proposals to objects that are decided once, and reads of them',
  operations: ['read', 'propose'],
  model: 'write-once',
  initial: null,
  options: {
    keys: {
      describe: 'objects in use at a time',
      default: 2,
      min: 1,
      max: 10_000,
      worth: [1, 2, 10],
    },
    keyLimit: {
      describe: 'operations on an object before a fresh one replaces it',
      default: 6,
      min: 1,
      max: 1_000_000,
      worth: [3, 6, 20],
    },
    readEvery: {
      describe: 'one operation in so many is a read; 0 for proposals only',
      default: 4,
      min: 0,
      max: 1_000_000,
      worth: [2, 4],
    },
  },
  plan: (config, draw) => {
    const keyOf = rotatingKeys(Number(config.options['keys']), Number(config.options['keyLimit']));
    const readEvery = Number(config.options['readEvery']);
    return arrivals(config, draw).map((arrival) => {
      const key = keyOf(draw('consensus-key', 0, arrival.id));
      return readEvery > 0 && draw('consensus-f', 0, arrival.id) % readEvery === 0
        ? { ...arrival, key, f: 'read', value: null }
        : { ...arrival, key, f: 'propose', value: arrival.id + 1 };
    });
  },
  settle: (planned) => ({ f: planned.f, key: planned.key, value: planned.value }),
  finalReads: readEach,
};
