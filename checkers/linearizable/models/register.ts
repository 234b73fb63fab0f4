/** A register: read, write, and compare-and-set. */

import type { Value } from '../../history.ts';
import { type Model, type Operation, showValue, UnreadableValue } from '../model.ts';

/** `cas` carries `[from, to]`; one that was refused found another value than `from`. */
export const casRegister: Model<Value> = {
  name: 'cas-register',
  functions: ['read', 'write', 'cas'],
  initial: (value) => value,
  step(state, { f, input, output, outcome }) {
    switch (f) {
      case 'read':
        return outcome !== 'ok' || same(state, output) ? state : undefined;
      case 'write':
        return outcome === 'refused' ? undefined : input;
      case 'cas': {
        const [from, to] = bounds(input);
        if (outcome === 'refused') return same(state, from) ? undefined : state;
        return same(state, from) ? to : undefined;
      }
    }
    return undefined;
  },
  readonly({ f, input, outcome }) {
    if (f !== 'cas') return f === 'read';
    const [from, to] = bounds(input);
    return outcome === 'refused' || same(from, to);
  },
  unrecorded: ({ f, input }) => f !== 'read' && input === null,
  describeOperation: describeRegisterOperation,
  describeState: showValue,
};

/** A register without compare-and-set. */
export const register: Model<Value> = {
  ...casRegister,
  name: 'register',
  functions: ['read', 'write'],
};

/** The two values of a compare-and-set. */
export function bounds(input: Value): readonly [Value, Value] {
  if (Array.isArray(input) && input.length === 2) return [input[0] as Value, input[1] as Value];
  throw new UnreadableValue(`a cas carries [from, to], not ${JSON.stringify(input)}`);
}

/** Equal by content. */
export function same(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  return JSON.stringify(a) === JSON.stringify(b);
}

function describeRegisterOperation(
  operation: Operation,
  name: string | undefined,
  verb: string,
): string {
  const { f, input, output, outcome } = operation;
  const of = name === undefined ? '' : `${name} = `;
  if (f === 'read') return outcome === 'ok' ? `${verb} ${of}${showValue(output)}` : verb;
  if (f === 'write') return `${verb} ${of}${showValue(input)}`;
  const [from, to] = bounds(input);
  const what = `${verb} ${name === undefined ? '' : `${name} `}${showValue(from)} to ${showValue(to)}`;
  return outcome === 'refused' ? `${what} (refused)` : what;
}
