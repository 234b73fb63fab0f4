/**
 * What reads saw and what writes installed: the part that both workloads share.
 *
 * Per micro-operation of a committed transaction: whose version a read saw, and whether the read
 * or write is visible to others.
 */

import { ByteColumn, type IntColumn } from '../columns.ts';
import { NONE, type Value } from '../history.ts';
import { itemAt } from '../item-at.ts';
import { isList, isMap, isSet, showObject } from '../value.ts';
import type { EdgeList } from './graph.ts';
import { mapKey, READ, type Transactions } from './transactions.ts';

/** Nobody's: the read found the key as it was before the test. */
export const INITIAL = -1;
/** The version was the transaction's own, or nobody knows whose it was. */
export const NOBODY = -2;

/** What is known of the keys before the first transaction: nothing, or that they held nothing. */
export type InitialState = 'unknown' | 'empty';

export interface Versions {
  /** 1 for transactions that took effect: those that succeeded, and crashed ones that were seen. */
  readonly committed: ByteColumn;
  /** Per micro-operation: for an external read whom it read from, `INITIAL`; otherwise `NOBODY`. */
  readonly readFrom: IntColumn;
  /** Data dependencies: `WW`, `WR`, `RW` edges over hubs of their own. */
  readonly edges: EdgeList;
  /** Why `from` comes before `to` by such a dependency, as a sentence; null if it does not. */
  readonly why: (from: number, to: number, kind: number) => string | null;
}

/** Who wrote what: the micro-operation that wrote each value of each key. */
export interface Writes {
  /** Per key, from `mapKey(value)` to the micro-operation. */
  readonly byValue: readonly Map<Value, number>[];
  /** 1 where the transaction writes the same key again later. */
  readonly intermediate: ByteColumn;
  /** Why the history's writes cannot be told apart, or null. */
  readonly ambiguous: string | null;
}

/** Indexes all writes, of failed and crashed transactions too. Linear. */
export function indexWrites(t: Transactions, name: (txn: number) => string): Writes {
  const byValue = t.keys.map(() => new Map<Value, number>());
  const intermediate = new ByteColumn(t.mops);
  let ambiguous: string | null = null;
  for (let txn = 0; txn < t.count; txn++) {
    const first = t.start.get(txn);
    const end = t.start.get(txn + 1);
    for (let m = first; m < end; m++) {
      if (t.kind[m] === READ) continue;
      const key = t.key.get(m);
      const previous = t.writeBefore.get(m);
      if (previous !== NONE) intermediate[previous] = 1;
      const value = itemAt(t.value, m);
      const values = itemAt(byValue, key);
      const mapped = mapKey(value);
      const other = values.get(mapped);
      if (other === undefined) values.set(mapped, m);
      else {
        ambiguous ??=
          `${name(t.owner.get(other))} and ${name(txn)} both wrote ${show(value)} to key ` +
          `${show(t.keys[key])}: who was read cannot be told unless written values are unique`;
      }
    }
  }
  return { byValue, intermediate, ambiguous };
}

/** A value as a person writes it; long lists lose their middle. */
export function show(value: Value | undefined): string {
  if (value === undefined || value === null) return 'nil';
  if (isMap(value) || isSet(value)) return showObject(value, show);
  if (!isList(value)) return JSON.stringify(value);
  if (value.length <= 12) return `[${value.map(show).join(' ')}]`;
  const head = value.slice(0, 3).map(show).join(' ');
  const tail = value.slice(-6).map(show).join(' ');
  return `[${head} … ${tail}] (${value.length} elements)`;
}
