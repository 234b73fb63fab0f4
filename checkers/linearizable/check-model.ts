/** Tests a model: that it is a function, and that what it claims for speed is true. */

import type { Value } from '../history.ts';
import { itemAt } from '../item-at.ts';
import { describeOperation, describeState, type Model, type Operation, stateKey } from './model.ts';

export interface ModelCheck {
  /** Operations of every kind that the model will meet, answered rightly and wrongly. */
  readonly operations: readonly Operation[];
  readonly initial?: Value;
  /** Random walks over the operations; default 200, of 12 steps. */
  readonly walks?: number;
  readonly seed?: number;
}

/**
 * Walks through states at random and returns every claim that it found broken, as a sentence;
 * an empty list if none. A model whose read-only claim is wrong can make a checker
 * accept wrong histories and reject right ones.
 */
export function checkModel<State>(model: Model<State>, check: ModelCheck): readonly string[] {
  const broken = new Set<string>();
  const states = visit(model, check, broken);
  for (const state of states.values()) {
    for (const operation of check.operations) {
      const told = `${describeOperation(model, operation)} in ${describeState(model, state)}`;
      for (const claim of claims(model, state, operation)) broken.add(`${claim}: ${told}`);
    }
    for (const claim of partition(model, state, check.operations)) broken.add(claim);
  }
  for (const claim of quotient(model, states, check.operations)) broken.add(claim);
  return [...broken];
}

/** States by key, with each step taken twice to see that it is a function of what it is given. */
function visit<State>(
  model: Model<State>,
  { operations, initial = null, walks = 200, seed = 1 }: ModelCheck,
  broken: Set<string>,
): ReadonlyMap<unknown, State> {
  const random = draws(seed);
  const states = new Map<unknown, State>();
  const successors = new Map<string, unknown>();
  for (let walk = 0; walk < walks && operations.length > 0; walk++) {
    let state = model.initial(initial);
    states.set(stateKey(model, state), state);
    for (let step = 0; step < 12; step++) {
      const at = random(operations.length);
      const operation = itemAt(operations, at);
      const key = stateKey(model, state);
      const next = model.step(state, operation);
      const told = `${describeOperation(model, operation)} in ${describeState(model, state)}`;
      if (stateKey(model, state) !== key) broken.add(`step changes the state it is given: ${told}`);
      const nextKey = next === undefined ? undefined : stateKey(model, next);
      const again = model.step(state, operation);
      if ((again === undefined ? undefined : stateKey(model, again)) !== nextKey) {
        broken.add(`step gives two answers: ${told}`);
      }
      const edge = `${at} ${JSON.stringify(key)}`;
      if (successors.has(edge) && successors.get(edge) !== nextKey) {
        broken.add(`two states with one key differ: ${told}`);
      }
      successors.set(edge, nextKey);
      if (next === undefined) continue;
      state = next;
      states.set(nextKey, state);
    }
  }
  return states;
}

function* claims<State>(
  model: Model<State>,
  state: State,
  operation: Operation,
): Generator<string> {
  const next = model.step(state, operation);
  if (next === undefined) return;
  const key = stateKey(model, state);
  const nextKey = stateKey(model, next);
  if (model.readonly?.(operation) === true && nextKey !== key) {
    yield 'claimed to be read-only, but changes the state';
  }
  const required = model.requires?.(operation);
  if (required !== undefined && stateKey(model, required) !== key) {
    yield 'claimed to require another state';
  }
  const produced = model.produces?.(operation);
  if (produced !== undefined && stateKey(model, produced) !== nextKey) {
    yield 'claimed to leave another state';
  }
}

/** Operations of different parts can change places. */
function* partition<State>(
  model: Model<State>,
  state: State,
  operations: readonly Operation[],
): Generator<string> {
  if (model.partition === undefined) return;
  for (const one of operations) {
    for (const other of operations) {
      const parts = [model.partition(one), model.partition(other)];
      if (parts[0] === parts[1] || parts.includes(undefined)) continue;
      if (run(model, state, [one, other]) === run(model, state, [other, one])) continue;
      const told = `${describeOperation(model, one)} and ${describeOperation(model, other)}`;
      yield `claimed to be in different parts, but the order matters: ${told}`;
    }
  }
}

/** Without operations that tell a state from the sink, both must allow the same sequences. */
function* quotient<State>(
  model: Model<State>,
  states: ReadonlyMap<unknown, State>,
  operations: readonly Operation[],
): Generator<string> {
  const { quotient: merging } = model;
  if (merging === undefined) return;
  for (const state of states.values()) {
    const blind = operations.filter((operation) => !merging.tells(operation, state));
    for (const one of blind) {
      for (const other of blind) {
        const here = possible(model, state, [one, other]);
        if (here === possible(model, merging.sink, [one, other])) continue;
        const told = `${describeOperation(model, one)}, ${describeOperation(model, other)}`;
        yield `merged with the sink, but told from it: ${describeState(model, state)} by ${told}`;
      }
    }
  }
}

function run<State>(model: Model<State>, from: State, operations: readonly Operation[]): unknown {
  let state: State | undefined = from;
  for (const operation of operations) {
    state = model.step(state, operation);
    if (state === undefined) return undefined;
  }
  return stateKey(model, state);
}

/** How many of the operations are possible, one after the other. */
function possible<State>(
  model: Model<State>,
  from: State,
  operations: readonly Operation[],
): number {
  let state: State | undefined = from;
  for (const [at, operation] of operations.entries()) {
    state = model.step(state, operation);
    if (state === undefined) return at;
  }
  return operations.length;
}

function draws(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 4_294_967_296) * below);
  };
}
