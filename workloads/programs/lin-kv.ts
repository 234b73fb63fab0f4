/** A linearizable key-value store: reads, writes and compare-and-sets of small numbers. */

import { arrivals, rotatingKeys } from '../pace.ts';
import type { Workload } from '../workload.ts';
import { acknowledged, field, keyNumber, stateless } from './rpc.ts';

/** Values are drawn from so many, so that a compare-and-set finds what it hopes for now and then. */
const VALUES = 5;

export const linKv: Workload = {
  name: 'lin-kv',
  describe: 'a key-value store: reads, writes and compare-and-sets, linearizable by key',
  operations: ['read', 'write', 'cas'],
  model: 'cas-register',
  initial: null,
  options: {
    keys: { describe: 'keys in use at a time', default: 5, min: 1, max: 10_000, worth: [1, 5] },
    keyLimit: {
      describe: 'operations on a key before a fresh one replaces it',
      default: 60,
      min: 1,
      max: 1_000_000,
      worth: [20, 60],
    },
  },
  plan: (config, draw) => {
    const keyOf = rotatingKeys(Number(config.options['keys']), Number(config.options['keyLimit']));
    return arrivals(config, draw).map((arrival) => {
      const key = keyOf(draw('lin-kv-key', 0, arrival.id));
      const choice = draw('lin-kv-f', 0, arrival.id) % 3;
      if (choice === 0) return { ...arrival, key, f: 'read', value: null };
      const value = draw('lin-kv-value', 0, arrival.id) % VALUES;
      return { ...arrival, key, f: choice === 1 ? 'write' : 'cas', value };
    });
  },
  // Of a key that nobody has seen a value of, any may be there.
  settle: ({ f, key, value }, seen) => ({
    f,
    key,
    value: f === 'cas' ? [seen ?? 0, value] : value,
  }),
  // A key that was never written has nothing to read.
  finalReads: (keys) => keys.slice(-20).map((key) => ({ f: 'read', key, value: null })),
  rpc: stateless(
    (operation) => {
      const { f, value } = operation;
      const key = keyNumber(operation);
      if (f === 'read') return { type: 'read', key };
      if (f === 'write') return { type: 'write', key, value };
      const [from, to] = value as readonly number[];
      return { type: 'cas', key, from, to };
    },
    ({ f, value }, body) =>
      f === 'read' ? field(body, 'read_ok', 'value') : acknowledged(body, `${f}_ok`, value),
  ),
};
