/** A model reduced to numbers: states and classes of operations are ids, steps a function on them. */

import { type ByteColumn, IntColumn } from '../../columns.ts';
import type { Value } from '../../history.ts';
import type { LogIndex } from '../../units.ts';
import { type Model, type Operation, type Step, stateKey } from '../model.ts';
import { type Operations, operationAt } from '../operations.ts';
import type { Classes } from './classes.ts';
import type { Scratch } from './scratch.ts';
import { StepTable, UNKNOWN } from './step-table.ts';

/** What a step answers when the operation cannot happen in that state. */
export const IMPOSSIBLE = -1;

/** "No state", in the columns below. */
export const NO_STATE = -1;

/** May leave the object in any state, in the `produces` column. */
export const ANY_STATE = -2;

export interface Transitions {
  readonly initial: number;
  /** The state after an operation of class `c` in state `s`, or `IMPOSSIBLE`. */
  step(s: number, c: number): number;
  /** By class: leaves every state as it is, or is impossible in it. */
  readonly readOnly: ByteColumn;
  /** By class: unanswered operations that need not be considered. */
  readonly dropped: ByteColumn;
  /** Memory that interned states take by now, for the budget; absent where states are numbers. */
  bytes?(): number;
  /** Merging of states that nothing can tell apart any more, if the model offers it. */
  readonly quotient?: NumberedQuotient;
  /** Dead ends by counting, if every class that changes states says what it produces. */
  readonly flow?: Flow;
}

export interface NumberedQuotient {
  readonly sink: number;
  /** In the sink nothing can happen that could not happen, with the same result, elsewhere. */
  readonly worst: boolean;
  /** The last rank of an answered operation that tells this state from the sink. */
  horizon(s: number): number;
}

/**
 * If a state is left that answered operations still require, and that nothing produces any more,
 * the search is in a dead end ("orphans").
 */
export interface Flow {
  /** By class: the one state in which it can happen, or `NO_STATE`. */
  readonly requires: IntColumn;
  /** By class: the one state that it leaves, `ANY_STATE`, or `NO_STATE` for none that was there before. */
  readonly produces: IntColumn;
  /** Above every state id in the columns. */
  readonly states: number;
  /**
   * The object only grows: without an operation that produces `ANY_STATE`, no state comes back
   * once it was left, and nothing leads out of the sink.
   */
  readonly grows: boolean;
}

/** Visiting all reachable states may cost this many steps an operation, so that it never counts. */
const CLOSURE_STEPS_EACH = 8;
/** An object with more states than this, for the operations it has, is not of the closed kind. */
const closureStatesMax = (classes: number): number => Math.min(256, 8 + (classes >> 2));
/** Quotients are computed by asking the model about every class; above this it costs too much. */
const QUOTIENT_CLASSES_MAX = 4096;

/** A model and the operations that it is stepped by. */
interface Stepped<State> {
  readonly operations: Operations;
  readonly classes: Classes;
  readonly model: Model<State>;
  readonly initial: Value;
  /** A faster way to take the model's step. */
  readonly steps: ((operation: Operation) => Step<State>) | undefined;
}

/**
 * Any model. The user's `step` runs once per distinct pair of state and class. Where all states
 * reachable by these operations are few, they are all visited first, which proves for each class
 * whether it is read-only and what it requires and produces, without a hint.
 */
export function transitionsOf<State>(
  { operations, classes, model, initial, steps }: Stepped<State>,
  lastOfClass: IntColumn,
  scratch: Scratch,
): Transitions {
  const examples: Operation[] = [];
  for (let c = 0; c < classes.count; c++) {
    examples.push(operationAt(operations, classes.example.get(c)));
  }
  const states = new InternedStates(model, examples, steps, scratch);
  const start = states.id(model.initial(initial));
  if (model.quotient !== undefined) states.id(model.quotient.sink);
  const closed = close(states, classes.count, CLOSURE_STEPS_EACH * (operations.count + 8));
  const readOnly = scratch.bytes(classes.count);
  const dropped = scratch.bytes(classes.count);
  examples.forEach((operation, c) => {
    const proven = closed && neverChanges(states, c);
    readOnly[c] = proven || model.readonly?.(operation) === true ? 1 : 0;
    dropped[c] = operation.outcome === 'unknown' ? readOnly.get(c) : 0;
  });
  const flow = closed
    ? provenFlow(states, readOnly, scratch)
    : claimedFlow(states, model, examples, readOnly);
  const quotient = quotientOf(states, model, examples, lastOfClass);
  return {
    initial: start,
    step: (s, c) => states.step(s, c),
    bytes: () => states.bytes,
    readOnly,
    dropped,
    ...(flow === undefined ? {} : { flow }),
    ...(quotient === undefined ? {} : { quotient }),
  };
}

/** States by key, and the steps between them as far as they were asked for. */
class InternedStates<State> {
  readonly states: State[] = [];
  /** By state: the state and the class from which it was first reached. */
  readonly #from: LogIndex[] = [];
  readonly #by: number[] = [];
  readonly #ids = new Map<unknown, number>();
  readonly #model: Model<State>;
  readonly #stepBy: readonly Step<State>[];
  readonly #steps: StepTable;
  #stateBytes = 0;

  constructor(
    model: Model<State>,
    examples: readonly Operation[],
    steps: ((operation: Operation) => Step<State>) | undefined,
    scratch: Scratch,
  ) {
    this.#model = model;
    this.#stepBy = examples.map(steps ?? ((operation) => (state) => model.step(state, operation)));
    this.#steps = new StepTable(examples.length, scratch);
  }

  get size(): number {
    return this.states.length;
  }

  /** The number of a state, new if need be; `from` and `by` say how it was reached. */
  id(state: State, from = NO_STATE, by = NO_STATE): number {
    const key = stateKey(this.#model, state);
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = this.states.length;
    this.states.push(state);
    this.#from.push(from);
    this.#by.push(by);
    this.#ids.set(key, id);
    this.#stateBytes += STATE_BYTES + sizeOf(key) + sizeOf(state);
    return id;
  }

  /** An estimate, rather too high than too low. */
  get bytes(): number {
    return this.#stateBytes + this.#steps.bytes;
  }

  step(s: number, c: number): number {
    const known = this.#steps.get(s, c);
    if (known !== UNKNOWN) return known;
    const next = this.#compute(s, c);
    this.#steps.set(s, c, next);
    return next;
  }

  #compute(s: number, c: number): number {
    const state = this.states[s] as State;
    const next = (this.#stepBy[c] as Step<State>)(state);
    if (next === undefined) return IMPOSSIBLE;
    // The very same state needs no key: most steps that read answer with it.
    if (next === state) return s;
    const expected = this.#otherWayRound(s, c);
    if (expected >= 0 && sameContent(this.states[expected], next)) return expected;
    return this.id(next, s, c);
  }

  /**
   * Where the last two steps lead in the other order, if that is known. Most operations on
   * different parts of an object commute, and a look at this state is cheaper than a key.
   */
  #otherWayRound(s: number, c: number): number {
    const from = this.#from[s] as number;
    if (from === NO_STATE) return NO_STATE;
    const first = this.#steps.get(from, c);
    return first < 0 ? NO_STATE : this.#steps.get(first, this.#by[s] as number);
  }
}

/** What a state costs besides its contents: places in a Map and in an array, and its headers. */
const STATE_BYTES = 176;

/** Bytes of a text, of a list with small items, or of an object of such; others are one word. */
function sizeOf(content: unknown): number {
  if (typeof content === 'string') return 2 * content.length;
  if (typeof content !== 'object' || content === null) return 8;
  if (Array.isArray(content)) return 16 * content.length;
  return Object.values(content).reduce<number>((sum, field) => sum + 8 + sizeOf(field), 16);
}

/** Whether two states are equal without a doubt; false also where a key would have to tell. */
function sameContent(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false;
  for (let at = 0; at < one.length; at++) if (!sameContent(one[at], other[at])) return false;
  return true;
}

/** Visits everything reachable; false when that is too much, as soon as it is known to be. */
function close<State>(states: InternedStates<State>, classes: number, stepsMax: number): boolean {
  const statesMax = Math.min(closureStatesMax(classes), Math.floor(stepsMax / classes));
  for (let s = 0; s < states.size; s++) {
    for (let c = 0; c < classes; c++) {
      states.step(s, c);
      if (states.size > statesMax) return false;
    }
  }
  return true;
}

function neverChanges<State>(states: InternedStates<State>, c: number): boolean {
  for (let s = 0; s < states.size; s++) {
    const next = states.step(s, c);
    if (next !== IMPOSSIBLE && next !== s) return false;
  }
  return true;
}

/** What classes require and produce, read off the closed state space. */
function provenFlow<State>(
  states: InternedStates<State>,
  readOnly: ByteColumn,
  scratch: Scratch,
): Flow {
  const requires = scratch.ints(readOnly.length, NO_STATE);
  const produces = scratch.ints(readOnly.length, NO_STATE);
  for (let c = 0; c < readOnly.length; c++) {
    let possible = 0;
    let result = NO_STATE;
    for (let s = 0; s < states.size; s++) {
      const next = states.step(s, c);
      if (next === IMPOSSIBLE) continue;
      possible++;
      requires[c] = s;
      result = result === NO_STATE || result === next ? next : ANY_STATE;
    }
    if (possible !== 1) requires[c] = NO_STATE;
    if (readOnly[c] === 0) produces[c] = result;
  }
  return { requires, produces, states: states.size, grows: false };
}

/** The same by the model's own word. */
function claimedFlow<State>(
  states: InternedStates<State>,
  model: Model<State>,
  examples: readonly Operation[],
  readOnly: ByteColumn,
): Flow | undefined {
  if (model.requires === undefined || model.produces === undefined) return undefined;
  const idOr = (state: State | undefined, other: number): number =>
    state === undefined ? other : states.id(state);
  const requires = IntColumn.collect(examples, (operation) =>
    idOr(model.requires?.(operation), NO_STATE),
  );
  const produces = IntColumn.collect(examples, (operation, c) =>
    readOnly[c] === 1 ? NO_STATE : idOr(model.produces?.(operation), ANY_STATE),
  );
  return { requires, produces, states: states.size, grows: false };
}

function quotientOf<State>(
  states: InternedStates<State>,
  model: Model<State>,
  examples: readonly Operation[],
  lastOfClass: IntColumn,
): NumberedQuotient | undefined {
  const { quotient } = model;
  if (quotient === undefined || examples.length > QUOTIENT_CLASSES_MAX) return undefined;
  const sink = states.id(quotient.sink);
  const horizons: number[] = [];
  const horizon = (s: number): number => {
    let last = -1;
    for (let c = 0; c < examples.length; c++) {
      if (lastOfClass.get(c) <= last) continue;
      if (quotient.tells(examples[c] as Operation, states.states[s] as State)) {
        last = lastOfClass.get(c);
      }
    }
    return last;
  };
  return {
    sink,
    worst: false,
    horizon(s) {
      const known = horizons[s];
      if (known !== undefined) return known;
      const last = s === sink ? Number.MAX_SAFE_INTEGER : horizon(s);
      horizons[s] = last;
      return last;
    },
  };
}
