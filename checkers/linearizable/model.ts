/** What an object promises: a sequential model, stepped by one operation at a time. */

import type { Value } from '../history.ts';
import type { ProcessId } from '../units.ts';
import { isList, isMap, isSet, showObject } from '../value.ts';

/** One operation as a model sees it: what was asked, and what the client learned. */
export interface Operation {
  readonly f: string;
  /** Argument of the invocation. */
  readonly input: Value;
  /** Result of an `ok`; null otherwise. */
  readonly output: Value;
  /**
   * `ok`: it happened and answered `output`. `refused`: an answer too, the object said no (a
   * compare-and-set that found another value). `unknown`: no answer, whatever it would have been.
   */
  readonly outcome: 'ok' | 'refused' | 'unknown';
  /** Who asked; a retired process has a number of its own. Only for models with `owners`. */
  readonly process: ProcessId;
}

/**
 * A deterministic sequential object. Only the first four members are needed; the optional ones
 * make checking faster and never change the answer (`checkModel` tests that they keep to it).
 */
export interface Model<State = unknown> {
  readonly name: string;
  /** The functions it knows; a history with another one is answered `unknown`. */
  readonly functions: readonly string[];
  /** The state before the first operation; `value` is the caller's `initial`, null when not given. */
  initial(value: Value): State;
  /**
   * The state after `operation` in `state`; undefined when it could not have answered so. An
   * operation with outcome `unknown` may be stepped wherever it could have had an effect.
   * Must be pure: same arguments, same result, `state` not changed.
   */
  step(state: State, operation: Operation): State | undefined;

  /** Equal keys mean equal states. Default: primitives themselves, the JSON text of the rest. */
  key?(state: State): string | number | boolean | null;
  /** Claims that in every state this operation leaves the state as it is, or cannot happen. */
  readonly?(operation: Operation): boolean;
  /** Whether who asks matters (locks). Default false, and then `process` must not be looked at. */
  readonly owners?: boolean;
  /**
   * Splits one object into independent ones (a set by element): operations with different answers
   * never affect each other. Undefined: this one concerns several parts, and nothing is split.
   */
  partition?(operation: Operation): string | number | undefined;
  /** States that no later operation can tell apart are merged into one. */
  readonly quotient?: Quotient<State>;
  /** The one state in which this operation can happen, if there is only one. */
  requires?(operation: Operation): State | undefined;
  /** The one state in which this operation leaves the object, if it is always the same. */
  produces?(operation: Operation): State | undefined;

  /** Whether a history may empty it at once: a `drain` answers with a list, as if all were taken. */
  readonly drains?: boolean;

  /**
   * How an answer differs from what was asked, as the rest of a sentence after "which", or null: for
   * explanations of what `step` refuses in every state.
   */
  wrongAnswer?(operation: Operation): string | null;
  /**
   * Whether the argument that the function needs is missing (nil): it may have been any, so that a
   * history with such an operation is never called wrong.
   */
  unrecorded?(operation: Operation): boolean;

  /** What such an object is called where its history gives it no name: `the lock`. */
  readonly noun?: string;
  /** With the name of the object if it has one, and `verb` for what was done: `read x = 1`. */
  describeOperation?(operation: Operation, name: string | undefined, verb: string): string;
  describeState?(state: State): string;
}

/** A model's step by one operation, which is known beforehand. */
export type Step<State> = (state: State) => State | undefined;

/**
 * Merges states that the remaining operations cannot tell from `sink` ("observation quotient").
 * Sound if, once no operation that `tells(operation, state)` remains, `state` and `sink` allow the
 * same sequences of remaining operations.
 */
export interface Quotient<State> {
  readonly sink: State;
  tells(operation: Operation, state: State): boolean;
}

/** Thrown by a model at a value that it cannot make sense of: the verdict is `unknown` then. */
export class UnreadableValue extends Error {}

/** The key of a state, by the model or by content. */
export function stateKey<State>(model: Model<State>, state: State): unknown {
  if (model.key !== undefined) return model.key(state);
  return typeof state === 'object' && state !== null ? JSON.stringify(state) : state;
}

/**
 * `read x -> 1`, `write x 2`, `cas x [1 2] (refused)`, or the model's own words. `verb`: what the
 * function is called here, its name where nothing else is said.
 */
export function describeOperation<State>(
  model: Model<State>,
  operation: Operation,
  name?: string,
  verb: string = operation.f,
): string {
  if (model.describeOperation !== undefined) return model.describeOperation(operation, name, verb);
  const { input, output, outcome } = operation;
  const of = name === undefined ? '' : ` ${name}`;
  const asked = `${verb}${of}${input === null ? '' : ` ${showValue(input)}`}`;
  switch (outcome) {
    case 'ok':
      return output === null || output === input ? asked : `${asked} -> ${showValue(output)}`;
    case 'refused':
      return `${asked} (refused)`;
    case 'unknown':
      return `${asked} (outcome unknown)`;
  }
}

/** The state in the model's words. */
export function describeState<State>(model: Model<State>, state: State): string {
  return model.describeState?.(state) ?? String(stateKey(model, state));
}

/** A value as a person writes it: `nil`, `3`, `"x"`, `[1 2]`, `{"a":1}`. */
export function showValue(value: Value): string {
  if (value === null) return 'nil';
  if (isList(value)) return `[${value.map(showValue).join(' ')}]`;
  const isObject = isMap(value) || isSet(value);
  return isObject ? showObject(value, showValue) : JSON.stringify(value);
}
