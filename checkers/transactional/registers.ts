/** What the analysis of registers knows of the keys: its parts share it. */

import type { ByteColumn, IntColumn } from '../columns.ts';
import type { AnomalyList } from './anomalies.ts';
import type { Prior } from './rw-register-prior.ts';
import type { Transactions } from './transactions.ts';
import type { Writes } from './versions.ts';

/** What the caller knows of single keys beside what the level says of transactions. */
export type KeyOrder = 'unknown' | 'sequential' | 'linearizable';

export interface Registers {
  readonly t: Transactions;
  readonly writes: Writes;
  readonly committed: ByteColumn;
  readonly readFrom: IntColumn;
  /** What each key held before the test. */
  readonly priors: readonly Prior[];
  /**
   * Per key, the external reads: which transactions saw each version, by write; `NONE` for what was
   * there before the test.
   */
  readonly readers: readonly Map<number, number[]>[];
  /** Per key, the last write of each committed transaction that wrote it. */
  readonly written: readonly Map<number, number>[];
  /** Per key, pairs of writes of which the first came before the second, by the stated order. */
  readonly stated: readonly (readonly [number, number])[][];
  readonly keyOrder: KeyOrder;
  readonly anomalies: AnomalyList;
  readonly name: (txn: number) => string;
}
