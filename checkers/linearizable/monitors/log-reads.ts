/** What reads of a whole list saw, as codes of its elements. */

import { IntColumn } from '../../columns.ts';
import { isList } from '../../value.ts';
import type { Operations } from '../operations.ts';

/** An answered read, and the codes of what it saw. */
export interface Read {
  readonly operation: number;
  readonly elements: IntColumn;
}

/** The elements that this answer holds, as codes; undefined where it is no list. */
export function codesOf({ history }: Operations, code: number): IntColumn | undefined {
  const value = history.values.value(code);
  if (value === null) return new IntColumn(0);
  if (!isList(value)) return undefined;
  return IntColumn.collect(value, (element) => history.values.code(element));
}

/** The first place at which `one` differs from `other`, which is no shorter; -1 where none does. */
export function firstDifference(one: IntColumn, other: IntColumn): number {
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return at;
  return -1;
}
