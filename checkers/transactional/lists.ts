/** What the analysis of lists knows of each key and of all of them: its parts share it. */

import type { ByteColumn, IntColumn } from '../columns.ts';
import type { Value } from '../history.ts';
import type { AnomalyList } from './anomalies.ts';
import type { Transactions } from './transactions.ts';
import type { InitialState, Writes } from './versions.ts';

const EMPTY: readonly Value[] = [];

/** What is known of one key. */
export interface ListKey {
  /** The longest list that was read. */
  order: readonly Value[];
  /** The read that saw it, a micro-operation, or `NONE`. */
  orderRead: number;
  /** The write of each position of `order`, or `NONE`: nobody appended that. */
  writes: IntColumn;
  /** The order is certain up to here, exclusive. */
  agreed: number;
  /** Position of the first appended element of `order` that stands earlier in it too, or its length. */
  repeat: number;
  /** How many elements of `order`, at its beginning, were there before the test. */
  prior: number;
  /** The read that shows that they were not more, or `NONE` where `order` itself does. */
  priorRead: number;
  /** Whether every read is a prefix of `order` and no element stands in it twice. */
  total: boolean;
}

/** The whole analysis, for the parts in the files beside. */
export interface Lists {
  readonly t: Transactions;
  readonly writes: Writes;
  readonly keys: readonly ListKey[];
  readonly committed: ByteColumn;
  /** Per read: how much of it is a prefix of the longest read of its key. */
  readonly shared: IntColumn;
  /** Per write: its position in the order of its key, or `NONE`. */
  readonly position: IntColumn;
  readonly initial: InitialState;
  readonly anomalies: AnomalyList;
  readonly name: (txn: number) => string;
}

export function readList(t: Transactions, m: number): readonly Value[] {
  return (t.value[m] as readonly Value[] | null) ?? EMPTY;
}
