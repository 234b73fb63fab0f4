/** Histories in a shorthand, for tests. */

import { History, type NewEvent, type Value } from '../../../checkers/history.ts';

export type Mop = readonly [string, Value, Value];

/** A transaction from event to event; `ok` and an outcome of its own process unless said. */
export interface Txn {
  readonly mops: readonly Mop[];
  readonly type?: 'ok' | 'fail' | 'info';
  readonly process?: number;
}

/** All transactions concurrent: every one begins before any completes. */
export function concurrent(...txns: readonly Txn[]): History {
  return build(txns, false);
}

/** One transaction after the other. */
export function sequential(...txns: readonly Txn[]): History {
  return build(txns, true);
}

function build(txns: readonly Txn[], oneByOne: boolean): History {
  const begin = (txn: Txn, i: number): NewEvent => ({
    time: i * 1e6,
    type: 'invoke',
    process: txn.process ?? i,
    f: 'txn',
    value: txn.mops.map(([f, k, v]): Value => [f, k, f === 'r' ? null : v]),
  });
  const end = (txn: Txn, i: number): NewEvent => ({
    time: (i + txns.length) * 1e6,
    type: txn.type ?? 'ok',
    process: txn.process ?? i,
    f: 'txn',
    value: (txn.type ?? 'ok') === 'ok' ? (txn.mops as unknown as Value) : begin(txn, i).value,
  });
  if (oneByOne) return History.from(txns.flatMap((txn, i) => [begin(txn, i), end(txn, i)]));
  return History.from([...txns.map(begin), ...txns.map(end)]);
}

export const r = (key: Value, value: Value): Mop => ['r', key, value];
export const append = (key: Value, value: Value): Mop => ['append', key, value];
export const w = (key: Value, value: Value): Mop => ['w', key, value];
export const ok = (...mops: Mop[]): Txn => ({ mops });
export const fail = (...mops: Mop[]): Txn => ({ mops, type: 'fail' });
export const info = (...mops: Mop[]): Txn => ({ mops, type: 'info' });
