/**
 * What watches hear: changes of keys in the order of a store's revisions, and how far they have come.
 * A watch is an operation `watch` of a watcher, which is its key; its answer is a list of what was heard,
 * in order, that says first where it began.
 */

import type { LogIndex } from '../units.ts';
import { isList, type Value } from '../value.ts';

/** What a key held before a change: the value, the revision of that change, and the key's version. */
export type Previous = readonly [value: Value, revision: LogIndex, version: number] | null;

export type Heard =
  /** Where it starts: nothing below this is told. */
  | readonly [what: 'began', revision: LogIndex]
  /** `version`: the changes of the key since it came to be, from 1. */
  | readonly [
      what: 'put',
      key: string,
      revision: LogIndex,
      value: Value,
      version: number,
      previous: Previous,
    ]
  | readonly [what: 'delete', key: string, revision: LogIndex, previous: Previous]
  /** All up to this revision has been told. */
  | readonly [what: 'progress', revision: LogIndex]
  /** The member ended the watch. */
  | readonly [what: 'ended', why: string];

/** A change of one key. */
export type Change = Extract<Heard, readonly ['put' | 'delete', ...unknown[]]>;

/** A recorded answer as such; null where it is none. */
export function heardOf(value: Value): readonly Heard[] | null {
  if (!isList(value) || !value.every(isHeard)) return null;
  return value;
}

function isHeard(value: Value): value is Heard & Value {
  if (!isList(value)) return false;
  const [what, first, second] = value;
  if (what === 'progress' || what === 'began') return typeof first === 'number';
  if (what === 'ended') return typeof first === 'string';
  if (typeof first !== 'string' || typeof second !== 'number') return false;
  if (what === 'delete') return isPrevious(value[3]);
  return what === 'put' && typeof value[4] === 'number' && isPrevious(value[5]);
}

function isPrevious(value: Value | undefined): boolean {
  if (value === null) return true;
  return isList(value) && typeof value[1] === 'number' && typeof value[2] === 'number';
}

export function isChange(heard: Heard): heard is Change {
  return heard[0] === 'put' || heard[0] === 'delete';
}

/** The last revision that a watch has come to. */
export function reached(heard: readonly Heard[]): LogIndex {
  let last = 0;
  for (const one of heard) {
    if (one[0] === 'began') last = Math.max(last, one[1] - 1);
    else if (one[0] === 'progress') last = Math.max(last, one[1]);
    else if (isChange(one)) last = Math.max(last, one[2]);
  }
  return last;
}
