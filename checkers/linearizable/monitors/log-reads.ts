/** What reads of a whole list saw, as codes of its elements. */

import type { Operations } from '../operations.ts';

/** An answered read, and the codes of what it saw. */
export interface Read {
  readonly operation: number;
  readonly elements: Int32Array;
}

/** The elements that this answer holds, as codes; undefined where it is no list. */
export function codesOf({ history }: Operations, code: number): Int32Array | undefined {
  const value = history.values.value(code);
  if (value === null) return new Int32Array(0);
  if (typeof value !== 'object') return undefined;
  return Int32Array.from(value, (element) => history.values.code(element));
}

/** The first place at which `one` differs from `other`, which is no shorter; -1 where none does. */
export function firstDifference(one: Int32Array, other: Int32Array): number {
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return at;
  return -1;
}
