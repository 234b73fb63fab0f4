/** The public face of the linearizability library. */

export {
  checkLinearizable,
  type LinearizabilityOptions,
  type LinearizabilityResult,
} from './check.ts';
export { checkModel, type ModelCheck } from './check-model.ts';
export type { KeyResult } from './decide.ts';
export { RegisterFollower } from './follow.ts';
export { type Model, type Operation, type Quotient, UnreadableValue } from './model.ts';
export { modelNamed, models } from './models.ts';
export { type NondeterministicModel, nondeterministic } from './nondeterministic.ts';
export { CAS_MISMATCH, type FailedCas, type NilReads } from './operations.ts';
export type { Budget } from './search.ts';
export { type Cut, checkShare, cutShares, type NamedModelOptions, type Share } from './shares.ts';
