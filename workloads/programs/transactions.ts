/** Transactions over lists (`txn-list-append`) and registers (`txn-rw-register`), judged at a level. */

import {
  checkTransactions,
  LEVELS,
  type TransactionWorkload,
} from '../../checkers/transactional/index.ts';
import { isList, type Value } from '../../checkers/value.ts';
import type { Operation } from '../../systems/operations.ts';
import { arrivals, rotatingKeys } from '../pace.ts';
import { BadAnswer, type Draw, type Rpc, type Workload } from '../workload.ts';
import { stateless } from './rpc.ts';

type Micro = readonly [f: string, key: number, value: Value];

/** Values of different transactions differ, and so do those of one. */
const LENGTH_MAX = 100;

const rpc: Rpc = stateless(
  ({ value }) => ({ type: 'txn', txn: value }),
  ({ value }, body) => {
    const done = body['txn'] as Value | undefined;
    if (body['type'] === 'txn_ok' && isAnswerTo(value, done)) return done.map(unwrittenAsNull);
    throw new BadAnswer('{"type":"txn_ok","txn":[...]} with the same operations, reads filled in');
  },
);

/** Whether these are the operations that were asked for, but for what reads found. */
function isAnswerTo(asked: Value, done: Value | undefined): done is readonly Micro[] {
  if (!isList(asked) || !isList(done) || asked.length !== done.length) return false;
  return asked.every((one, at) => {
    const [f, key] = one as Micro;
    const micro = done[at];
    if (!isList(micro) || micro.length !== 3) return false;
    return micro[0] === f && micro[1] === key;
  });
}

/**
 * Nobody writes 0: it is what a program in a language without null answers of a register that was never
 * written, and Maelstrom takes it for that.
 */
function unwrittenAsNull(micro: Micro): Value {
  const [f, key, value] = micro;
  return f === 'r' && value === 0 ? [f, key, null] : micro;
}

function transactions(
  { name, write, over }: { name: string; write: string; over: TransactionWorkload },
  describe: string,
): Workload {
  // What it is judged at is an option, and the history does not carry it.
  return {
    name,
    describe,
    operations: ['txn'],
    model: 'log',
    initial: null,
    options: {
      keys: { describe: 'keys in use at a time', default: 10, min: 1, max: 10_000, worth: [2, 10] },
      keyLimit: {
        describe: 'uses of a key before a fresh one replaces it',
        default: 32,
        min: 1,
        max: 1_000_000,
        worth: [16, 32],
      },
      length: {
        describe: 'most operations in a transaction',
        default: 4,
        min: 1,
        max: LENGTH_MAX,
        worth: [1, 2, 4],
      },
      consistency: {
        describe: 'the level that must hold',
        default: 'strict-serializable',
        choices: LEVELS,
      },
    },
    plan: (config, draw) => {
      const { keys, keyLimit, length: most } = config.options;
      const keyOf = rotatingKeys(Number(keys), Number(keyLimit));
      return arrivals(config, draw).map((arrival) => {
        const length = 1 + (draw('program-txn-length', 0, arrival.id) % Number(most));
        const value = microOperations(arrival.id, length, write, keyOf, draw);
        return { ...arrival, key: `k${value[0]?.[1]}`, f: 'txn', value };
      });
    },
    settle: ({ f, key, value }) => ({ f, key, value }),
    finalReads: (keys) =>
      keys.slice(-LENGTH_MAX).map((key): Operation => {
        return { f: 'txn', key, value: [['r', Number(key.slice(1)), null]] };
      }),
    judge: (history, options) =>
      checkTransactions(history, {
        workload: over,
        level: String(options['consistency'] ?? 'strict-serializable'),
        initial: 'empty',
      }),
    rpc,
  };
}

function microOperations(
  id: number,
  length: number,
  write: string,
  keyOf: (draw: number) => string,
  draw: Draw,
): Micro[] {
  return Array.from({ length }, (_, at) => {
    const key = Number(keyOf(draw('program-txn-key', at, id)).slice(1));
    if (draw('program-txn-f', at, id) % 2 === 0) return ['r', key, null];
    return [write, key, id * LENGTH_MAX + at + 1];
  });
}

export const txnListAppend = transactions(
  { name: 'txn-list-append', write: 'append', over: 'list-append' },
  'transactions of reads and appends over lists',
);

export const txnRwRegister = transactions(
  { name: 'txn-rw-register', write: 'w', over: 'rw-register' },
  'transactions of reads and writes over registers',
);
