/**
 * The checkers as a library: `import { History, checkLinearizable } from 'ordeal/checkers'`.
 * Imports nothing but itself, runs in Node and in a browser; `README.md` shows how to use it.
 */

export { type AnsweredOptions, checkAnswered } from './answered.ts';
export { type BankOptions, checkBank } from './bank.ts';
export { type CounterOptions, checkCounter } from './counter.ts';
export { checkEcho } from './echo.ts';
export { checkEventualCounter } from './eventual-counter.ts';
export {
  type EventType,
  History,
  type HistoryEvent,
  type NewEvent,
  type Value,
} from './history.ts';
export { checkKafka } from './kafka.ts';
export {
  type Budget,
  CAS_MISMATCH,
  type Cut,
  checkLinearizable,
  checkModel,
  checkShare,
  cutShares,
  type FailedCas,
  type KeyResult,
  type LinearizabilityOptions,
  type LinearizabilityResult,
  type Model,
  type ModelCheck,
  modelNamed,
  models,
  type NamedModelOptions,
  type NilReads,
  type NondeterministicModel,
  nondeterministic,
  type Operation,
  type Quotient,
  RegisterFollower,
  type Share,
  UnreadableValue,
} from './linearizable/index.ts';
export { checkLongFork } from './long-fork.ts';
export { checkPositions, type PositionsOptions } from './positions.ts';
export {
  type KeyPromises,
  orderedSequentialVerdict,
  type PositionOptions,
  PROMISES,
  type PromiseName,
  type PromiseOptions,
  type Staleness,
  type StaleRead,
  type StrongestResult,
  strongestPromise,
} from './promises/index.ts';
export { checkQueue } from './queue.ts';
export { checkSet } from './set.ts';
export { checkSetFull, type SetFullOptions } from './set-full.ts';
export { checkTotalQueue, type TotalQueueOptions } from './total-queue.ts';
export {
  type Anomaly,
  type AnomalyKind,
  checkTransactions,
  findLevel,
  type InitialState,
  type KeyOrder,
  LEVELS,
  type Level,
  type TransactionOptions,
  type TransactionResult,
  type TransactionWorkload,
} from './transactional/index.ts';
export { checkUniqueIds } from './unique-ids.ts';
export { mapOf, type ValueMap } from './value.ts';
export {
  type CheckResult,
  type Verdict,
  type Witness,
  type WitnessOperation,
  worst,
} from './verdict.ts';
export { checkWatches } from './watch/index.ts';
