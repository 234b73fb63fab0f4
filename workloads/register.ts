/**
 * Reads, writes and compare-and-sets over many independent registers.
 *
 * A key is retired after some operations and a fresh one takes its place, so that no key's
 * history grows without bound: checking costs by the key.
 */

import { arrivals, readEach, rotatingKeys } from './pace.ts';
import type { Draw, PlannedOperation, Workload, WorkloadConfig } from './workload.ts';

export const register: Workload = {
  name: 'register',
  describe: 'reads, writes and compare-and-sets over independent registers',
  operations: ['read', 'write', 'cas'],
  sometimes: [
    {
      name: 'cas-refused',
      describe: 'a compare-and-set found another value',
      happened: { f: 'cas', type: 'fail' },
    },
  ],
  model: 'cas-register',
  initial: null,
  options: {
    keys: {
      describe: 'registers in use at a time',
      default: 10,
      min: 1,
      max: 10_000,
      worth: [1, 3, 10],
    },
    keyLimit: {
      describe: 'operations on a register before a fresh one replaces it',
      default: 200,
      min: 1,
      max: 1_000_000,
      worth: [50, 200],
    },
    values: {
      describe: 'size of the domain of written values; 0 makes every written value unique',
      default: 0,
      min: 0,
      max: 1_000_000,
      worth: [0, 5],
    },
  },
  plan: (config, draw) => {
    const keyOf = rotatingKeys(Number(config.options['keys']), Number(config.options['keyLimit']));
    return arrivals(config, draw).map((arrival) => {
      const key = keyOf(draw('register-key', 0, arrival.id));
      return { ...arrival, key, ...action(config, draw, arrival.id) };
    });
  },
  settle: (planned, seen) => ({
    f: planned.f,
    key: planned.key,
    value: planned.f === 'cas' ? [seen, planned.value] : planned.value,
  }),
  finalReads: readEach,
};

/** Half of the operations read, a third write, the rest compare and set. */
function action(
  config: WorkloadConfig,
  draw: Draw,
  id: number,
): Pick<PlannedOperation, 'f' | 'value'> {
  const domain = Number(config.options['values']);
  const value = domain === 0 ? id + 1 : 1 + (draw('register-value', 0, id) % domain);
  const choice = draw('register-f', 0, id) % 6;
  if (choice < 3) return { f: 'read', value: null };
  return choice < 5 ? { f: 'write', value } : { f: 'cas', value };
}
