/** What a stack's operations do, as numbers. */

import { ByteColumn, IntColumn } from '../columns.ts';
import type { Value } from '../history.ts';
import type { Classes } from './engine/classes.ts';
import { isInsert, stack } from './models/collections.ts';
import { NEVER, type Operations, operationAt } from './operations.ts';

export const PUSH = 0;
export const POP = 1;
export const FINDS_EMPTY = 2;
/** A pop without an answer. */
export const LOSES = 3;

/** What the classes of operations do, and to which value, by number. */
export interface StackKinds {
  readonly kind: ByteColumn;
  readonly value: IntColumn;
  /** By class: unanswered operations that need not be considered. */
  readonly dropped: ByteColumn;
  /** Numbers of the values that the stack holds at the start. */
  readonly held: readonly number[];
}

export function stackKinds(operations: Operations, classes: Classes, initial: Value): StackKinds {
  const kind = new ByteColumn(classes.count);
  const value = new IntColumn(classes.count);
  const dropped = new ByteColumn(classes.count);
  const numbers = new Map<string, number>();
  const number = (element: Value): number => {
    const text = JSON.stringify(element);
    const known = numbers.get(text) ?? numbers.size;
    numbers.set(text, known);
    return known;
  };
  const held = (stack.initial(initial) as readonly Value[]).map(number);
  const taken = new Set<number>();
  for (let c = 0; c < classes.count; c++) {
    const operation = operationAt(operations, classes.example.get(c));
    const { f, input, output, outcome } = operation;
    if (isInsert(f)) {
      // The model itself says which values it cannot take.
      stack.step([], operation);
      kind[c] = PUSH;
      value[c] = number(input);
    } else if (outcome === 'unknown') kind[c] = LOSES;
    else if (output === null) kind[c] = FINDS_EMPTY;
    else {
      kind[c] = POP;
      value[c] = number(output);
      taken.add(value.get(c));
    }
  }
  // An unanswered push of what no answered pop took only stands in the way: an unanswered pop that
  // takes it can be left out with it.
  for (let c = 0; c < classes.count; c++) {
    const isUnanswered = operations.ret[classes.example.get(c)] === NEVER;
    if (isUnanswered && kind[c] === PUSH && !taken.has(value.get(c))) dropped[c] = 1;
  }
  return { kind, value, dropped, held };
}
