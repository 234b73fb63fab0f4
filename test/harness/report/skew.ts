/** Two transactions that missed each other's writes: a cycle, as the checker tells it. */

import { History, type NewEvent } from '../../../checkers/history.ts';
import { checkTransactions } from '../../../checkers/transactional/index.ts';
import type { Verdict } from '../../../checkers/verdict.ts';

type Txn = readonly (readonly ['r' | 'append', string, number | null | readonly number[]])[];

const FIRST: Txn = [
  ['r', 'x', null],
  ['append', 'y', 1],
];
const SECOND: Txn = [
  ['r', 'y', null],
  ['append', 'x', 2],
];

export const SKEW: readonly NewEvent[] = [
  event(10, 'invoke', 0, FIRST),
  event(11, 'invoke', 1, SECOND),
  event(20, 'ok', 0, [
    ['r', 'x', []],
    ['append', 'y', 1],
  ]),
  event(21, 'ok', 1, [
    ['r', 'y', []],
    ['append', 'x', 2],
  ]),
  event(30, 'invoke', 2, [
    ['r', 'x', null],
    ['r', 'y', null],
  ]),
  event(31, 'ok', 2, [
    ['r', 'x', [2]],
    ['r', 'y', [1]],
  ]),
];

function event(ms: number, type: NewEvent['type'], process: number, value: Txn): NewEvent {
  return { time: ms * 1e6, type, process, f: 'txn', value: value as NewEvent['value'] };
}

/** What is wrong with `SKEW`. */
export function writeSkew(): Verdict {
  const history = new History();
  for (const one of SKEW) history.push(one);
  return checkTransactions(history, { workload: 'list-append' }).verdict;
}
