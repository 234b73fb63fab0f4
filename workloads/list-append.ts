/**
 * Transactions of reads and appends over lists, judged as Elle does (Kingsbury and Alvaro, VLDB
 * 2020): the order of appends shows in the reads, so dependencies between transactions do, too.
 */

import type { Value } from '../checkers/history.ts';
import { checkTransactions } from '../checkers/transactional/index.ts';
import { textOf } from '../checkers/value.ts';
import type { Operation } from '../systems/operations.ts';
import { arrivals, readEach, rotatingKeys } from './pace.ts';
import type { Draw, Workload } from './workload.ts';

/** Elements of different transactions differ, and so do those of one. */
const ELEMENTS_MAX = 100;

export const listAppend: Workload = {
  name: 'list-append',
  describe: 'transactions of reads and appends over lists, strictly serializable',
  operations: ['txn'],
  model: 'log',
  initial: null,
  options: {
    keys: { describe: 'lists in use at a time', default: 10, min: 1, max: 10_000, worth: [2, 10] },
    keyLimit: {
      describe: 'uses of a list before a fresh one replaces it',
      default: 60,
      min: 1,
      max: 1_000_000,
      worth: [20, 60],
    },
    length: {
      describe: 'most reads and appends in a transaction',
      default: 4,
      min: 1,
      max: ELEMENTS_MAX,
      worth: [1, 2, 4],
    },
  },
  plan: (config, draw) => {
    const keyOf = rotatingKeys(Number(config.options['keys']), Number(config.options['keyLimit']));
    return arrivals(config, draw).map((arrival) => {
      const length = 1 + (draw('txn-length', 0, arrival.id) % Number(config.options['length']));
      const value = microOperations(arrival.id, length, keyOf, draw);
      return { ...arrival, key: textOf(value[0]?.[1] ?? null), f: 'txn', value };
    });
  },
  settle: (planned) => ({ f: planned.f, key: planned.key, value: planned.value }),
  finalReads: (keys) =>
    readEach(keys).map(({ key }): Operation => ({ f: 'txn', key, value: [['r', key, null]] })),
  judge: (history) =>
    checkTransactions(history, {
      workload: 'list-append',
      level: 'strict-serializable',
      initial: 'empty',
    }),
};

function microOperations(
  id: number,
  length: number,
  keyOf: (draw: number) => string,
  draw: Draw,
): (readonly Value[])[] {
  return Array.from({ length }, (_, at) => {
    const key = keyOf(draw('txn-key', at, id));
    if (draw('txn-f', at, id) % 2 === 0) return ['r', key, null];
    return ['append', key, id * ELEMENTS_MAX + at + 1];
  });
}
