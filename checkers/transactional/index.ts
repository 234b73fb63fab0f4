/** The public face of the transaction checker. */

export type { Anomaly, AnomalyKind } from './anomalies.ts';
export {
  checkTransactions,
  type TransactionOptions,
  type TransactionResult,
  type TransactionWorkload,
} from './check.ts';
export { findLevel, LEVELS, type Level } from './levels.ts';
export type { KeyOrder } from './registers.ts';
export type { InitialState } from './versions.ts';
