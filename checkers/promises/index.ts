/** The public face of the weaker promises. */

export { orderedSequentialVerdict, type PositionOptions } from './positions.ts';
export type { Staleness, StaleRead } from './staleness.ts';
export {
  type KeyPromises,
  PROMISES,
  type PromiseName,
  type PromiseOptions,
  type StrongestResult,
  strongestPromise,
} from './strongest.ts';
