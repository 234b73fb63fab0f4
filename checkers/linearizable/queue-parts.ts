/** A queue's operations by what they do, up to some moment. */

import { IntColumn } from '../columns.ts';
import type { Value } from '../history.ts';
import { itemAt } from '../item-at.ts';
import { classesOf } from './engine/classes.ts';
import { rankOperations } from './engine/schedule.ts';
import { Scratch } from './engine/scratch.ts';
import { fifoQueue, isInsert } from './models/collections.ts';
import { NEVER, type Operations, operationAt, select } from './operations.ts';
import { Window } from './window.ts';

/** The value of a removal without an answer: any. */
export const ANY = -1;

/** Operations that were answered; columns by rank, in the order of the returns. */
export interface Answered {
  readonly window: Window;
  readonly count: number;
  /** Numbers of the operations. */
  readonly operation: IntColumn;
  readonly call: IntColumn;
  readonly ret: IntColumn;
  /** Numbers of the values. */
  readonly value: IntColumn;
}

/** Operations that do the same and need not happen, in the order of their calls. */
export interface Optional {
  readonly value: number;
  readonly operations: readonly number[];
}

export interface Parts {
  readonly puts: Answered;
  readonly takes: Answered;
  /** Removals that found nothing. */
  readonly empties: Answered;
  readonly optionalPuts: readonly Optional[];
  readonly optionalTakes: readonly Optional[];
  /** Values inside at the start, the first one first. */
  readonly held: readonly number[];
}

/**
 * With `until`, an event: operations that were called later are left out, and those that were open
 * then need not have happened, but if they did, their answers are known.
 */
export function partsOf(operations: Operations, initial: Value, until = NEVER): Parts {
  const { count, call, ret } = operations;
  const numbers = new Map<string, number>();
  const number = (value: Value): number => {
    const text = JSON.stringify(value);
    const known = numbers.get(text) ?? numbers.size;
    numbers.set(text, known);
    return known;
  };
  const held = (fifoQueue.initial(initial) as readonly Value[]).map(number);
  const values = new IntColumn(count);
  const answered: Record<'puts' | 'takes' | 'empties', number[]> = {
    puts: [],
    takes: [],
    empties: [],
  };
  const optional = { puts: new Map<number, number[]>(), takes: new Map<number, number[]>() };
  for (let i = 0; i < count && call.get(i) < until; i++) {
    const operation = operationAt(operations, i);
    const { f, input, output, outcome } = operation;
    // The model itself says which values it cannot take.
    if (isInsert(f)) fifoQueue.step([], operation);
    const kind = isInsert(f) ? 'puts' : 'takes';
    const isEmpty = kind === 'takes' && outcome === 'ok' && output === null;
    const value = isInsert(f) ? number(input) : outcome === 'ok' ? number(output) : ANY;
    values[i] = value;
    const isOpen = ret[i] === NEVER || ret.get(i) > until;
    if (!isOpen) answered[isEmpty ? 'empties' : kind].push(i);
    else if (!isEmpty) {
      const same = optional[kind].get(value);
      if (same === undefined) optional[kind].set(value, [i]);
      else same.push(i);
    }
  }
  const scratch = new Scratch();
  const columns = (of: readonly number[]): Answered => answeredOf(operations, of, values, scratch);
  return {
    puts: columns(answered.puts),
    takes: columns(answered.takes),
    empties: columns(answered.empties),
    // What nobody says to have taken can be left out, with whoever took it without saying so.
    optionalPuts: groupsOf(optional.puts).filter(
      ({ value }) =>
        optional.takes.has(value) || answered.takes.some((take) => values[take] === value),
    ),
    optionalTakes: groupsOf(optional.takes),
    held,
  };
}

function groupsOf(byValue: ReadonlyMap<number, readonly number[]>): readonly Optional[] {
  return Array.from(byValue, ([value, operations]) => ({ value, operations }));
}

function answeredOf(
  all: Operations,
  indices: readonly number[],
  values: IntColumn,
  scratch: Scratch,
): Answered {
  const some = select(all, indices);
  const ranked = rankOperations(some, classesOf(some, false, scratch), scratch);
  const operation = ranked.operation.map((i) => itemAt(indices, i));
  return {
    window: new Window(ranked),
    count: ranked.count,
    operation,
    call: operation.map((i) => all.call.get(i)),
    ret: operation.map((i) => all.ret.get(i)),
    value: operation.map((i) => values.get(i)),
  };
}
