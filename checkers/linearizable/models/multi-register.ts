/** Several registers that one operation reads and writes atomically. */

import type { Value } from '../../history.ts';
import { wrongAnswer } from '../../transaction-answers.ts';
import { entriesOf, isMap, textOf } from '../../value.ts';
import { type Model, type Operation, type Step, UnreadableValue } from '../model.ts';
import { same } from './register.ts';

/** The registers that hold something, sorted by name. */
type Registers = readonly (readonly [string, Value])[];

/** Whether a read that answered `value` can have seen what a register holds. */
type Agrees = (holds: Value, value: Value) => boolean;

const silently: Agrees = (holds, value) => value === null || same(holds, value);

/** The same where a read that answers nil says nothing, as in Knossos. */
export const silentMultiRegister: Model<Registers> = multiRegisterBy(silently);

/**
 * `txn` carries a list of `[f, name, value]` with `read` (or `r`) and `write` (or `w`), executed in
 * order. Starts from a map, or a list of `[name, value]`; registers that are not named hold nil.
 */
export const multiRegister: Model<Registers> = multiRegisterBy(same);

/** The step of one transaction: what does not depend on the registers is found out once. */
export const multiRegisterStep = stepBy(same);
export const silentMultiRegisterStep = stepBy(silently);

function stepBy(agrees: Agrees): (operation: Operation) => Step<Registers> {
  return (operation) => {
    if (isImpossible(operation)) return () => undefined;
    const all = executed(operation);
    const seen = operation.outcome === 'ok' ? agrees : undefined;
    return (state) => execute(state, all, seen);
  };
}

function multiRegisterBy(agrees: Agrees): Model<Registers> {
  return {
    name: 'multi-register',
    functions: ['txn'],
    initial: (value) =>
      (isMap(value) ? entriesOf(value) : steps(value)).reduce<Registers>(
        (all, [name, start]) => assign(all, textOf(name ?? null), start ?? null),
        [],
      ),
    step(state, operation) {
      if (isImpossible(operation)) return undefined;
      const seen = operation.outcome === 'ok' ? agrees : undefined;
      return execute(state, executed(operation), seen);
    },
    wrongAnswer: ({ input, output }) => wrongAnswer(input, output),
    unrecorded: ({ input, output }) => {
      const known = input ?? output;
      return known === null || steps(known).some(isUnrecordedWrite);
    },
    readonly: (operation) => executed(operation).every(([f]) => f === 'read' || f === 'r'),
    describeState: (state) =>
      state.map(([name, value]) => `${name} = ${JSON.stringify(value)}`).join(', '),
  };
}

/** In every state. */
function isImpossible({ input, output, outcome }: Operation): boolean {
  return outcome === 'refused' || wrongAnswer(input, output) !== null;
}

/** The registers after these steps; undefined where a read saw something else. */
function execute(
  state: Registers,
  all: readonly (readonly Value[])[],
  agrees: Agrees | undefined,
): Registers | undefined {
  let next = state;
  for (const [f, name, value] of all) {
    if (f === 'write' || f === 'w') next = assign(next, textOf(name ?? null), value ?? null);
    else if (agrees?.(held(next, textOf(name ?? null)), value ?? null) === false) return undefined;
  }
  return next;
}

function isUnrecordedWrite([f, , value]: readonly Value[]): boolean {
  return (f === 'write' || f === 'w') && (value ?? null) === null;
}

/** What it did, as far as it is known: an answer repeats all steps, with what the reads saw. */
function executed({ input, output, outcome }: Operation): readonly (readonly Value[])[] {
  return steps(outcome === 'ok' && output !== null ? output : input);
}

function steps(value: Value): readonly (readonly Value[])[] {
  if (value === null) return [];
  if (Array.isArray(value) && value.every((step) => Array.isArray(step))) {
    return value as readonly (readonly Value[])[];
  }
  throw new UnreadableValue(
    `a multi-register carries a list of lists, not ${JSON.stringify(value)}`,
  );
}

function held(state: Registers, name: string): Value {
  for (const [known, value] of state) if (known === name) return value;
  return null;
}

function assign(state: Registers, name: string, value: Value): Registers {
  const next: (readonly [string, Value])[] = [];
  let isPlaced = value === null;
  for (const register of state) {
    const [known] = register;
    if (!isPlaced && name <= known) {
      next.push([name, value]);
      isPlaced = true;
    }
    if (known !== name) next.push(register);
  }
  if (!isPlaced) next.push([name, value]);
  return next;
}
