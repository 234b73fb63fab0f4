/** Several registers that one operation reads and writes atomically. */

import type { Value } from '../../history.ts';
import { wrongAnswer } from '../../transaction-answers.ts';
import { type Model, type Operation, UnreadableValue } from '../model.ts';
import { same } from './register.ts';

/** The registers that hold something, sorted by name. */
type Registers = readonly (readonly [string, Value])[];

/** The same where a read that answers nil says nothing, as in Knossos. */
export const silentMultiRegister: Model<Registers> = multiRegisterBy(
  (holds, value) => value === null || same(holds, value),
);

/**
 * `txn` carries a list of `[f, name, value]` with `read` (or `r`) and `write` (or `w`), executed in
 * order. Starts from a list of `[name, value]`; registers that are not named hold nil.
 */
export const multiRegister: Model<Registers> = multiRegisterBy(same);

function multiRegisterBy(agrees: (holds: Value, value: Value) => boolean): Model<Registers> {
  return {
    name: 'multi-register',
    functions: ['txn'],
    initial: (value) =>
      steps(value).reduce<Registers>(
        (all, [name, start]) => assign(all, String(name), start ?? null),
        [],
      ),
    step(state, operation) {
      const { outcome } = operation;
      if (outcome === 'refused') return undefined;
      if (wrongAnswer(operation.input, operation.output) !== null) return undefined;
      let next = state;
      for (const [f, name, value] of executed(operation)) {
        if (f === 'write' || f === 'w') {
          next = assign(next, String(name), value ?? null);
        } else if (outcome === 'ok' && !agrees(held(next, String(name)), value ?? null)) {
          return undefined;
        }
      }
      return next;
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
