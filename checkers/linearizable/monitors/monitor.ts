/** What the monitors have in common: what they answer, and values as small numbers. */

import { IntColumn } from '../../columns.ts';
import type { Value } from '../../history.ts';
import { NEVER, type Operations } from '../operations.ts';

/**
 * A monitor decides a special case exactly and in nearly linear time. `undecided`: the history is
 * not of its kind, and the engine has to decide.
 */
export type MonitorResult =
  | { readonly kind: 'valid' }
  | { readonly kind: 'violation'; readonly contradiction: Contradiction }
  | { readonly kind: 'undecided'; readonly because: string };

/** The few operations that cannot all be right, and why, in one sentence. */
export interface Contradiction {
  /** Operation numbers. */
  readonly operations: readonly number[];
  readonly because: string;
  /** The one whose answer cannot be right, where it is one. */
  readonly culprit?: number | undefined;
}

export type Monitor = (operations: Operations, initial: Value) => MonitorResult;

export const VALID = { kind: 'valid' } as const satisfies MonitorResult;

export function undecided(because: string): Extract<MonitorResult, { kind: 'undecided' }> {
  return { kind: 'undecided', because };
}

export function violation(
  operations: readonly number[],
  because: string,
  culprit?: number,
): MonitorResult {
  return { kind: 'violation', contradiction: { operations, because, culprit } };
}

/** Value codes of a history as numbers from 0, dense enough to index arrays. */
export interface ValueNumbers {
  /** Above every number given out. */
  readonly count: number;
  of(code: number): number;
}

/**
 * Numbers for codes from `least` to `most`. Mostly there are few more codes than operations, and
 * then the distance from the least is the number; where they are spread out (values that name
 * their writer in the high bits), a hash table for `entries` codes numbers them.
 */
export function numberValues(least: number, most: number, entries: number): ValueNumbers {
  const span = most - least + 1;
  if (span <= 4 * entries + 256) return { count: span, of: (code) => code - least };
  return hashed(entries);
}

/** Numbers for the arguments and results of all operations. */
export function numberInputs({ history, count, call, ret }: Operations): ValueNumbers {
  const { value } = history;
  let least = 0;
  let most = 0;
  for (let i = 0; i < count; i++) {
    const asked = value.get(call.get(i));
    const answered = ret[i] === NEVER ? asked : value.get(ret.get(i));
    if (asked < least) least = asked;
    if (asked > most) most = asked;
    if (answered < least) least = answered;
    if (answered > most) most = answered;
  }
  return numberValues(least, most, 2 * count);
}

function hashed(entries: number): ValueNumbers {
  let size = 64;
  while (size < entries * 2 + 8) size *= 2;
  const keys = new IntColumn(size);
  const numbers = new IntColumn(size).fill(-1);
  let next = 0;
  return {
    count: size,
    of(code) {
      let at = Math.imul(code ^ (code >>> 15), 0x9e37_79b1);
      at = (at ^ (at >>> 15)) & (size - 1);
      while (numbers[at] !== -1) {
        if (keys[at] === code) return numbers.get(at);
        at = (at + 1) & (size - 1);
      }
      keys[at] = code;
      numbers[at] = next;
      return next++;
    },
  };
}
