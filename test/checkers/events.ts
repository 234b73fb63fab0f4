/** Histories of client operations in a shorthand, for the tests of small checkers. */

import { History, type NewEvent, type Value } from '../../checkers/history.ts';

/** `[process, type, f, value]`, and a key where there are several. */
export type Event = readonly [number, NewEvent['type'], string, Value?, string?];

/** One event a millisecond. */
export function events(...list: readonly Event[]): History {
  return History.from(
    list.map(([process, type, f, value, key], at) => ({
      time: at * 1e6,
      type,
      process,
      f,
      value: value ?? null,
      ...(key === undefined ? {} : { key }),
    })),
  );
}

/** An operation of one process that nothing else overlaps. */
export function done(
  process: number,
  f: string,
  argument: Value,
  result: Value = argument,
  key?: string,
): Event[] {
  const tail = key === undefined ? ([] as const) : ([key] as const);
  return [
    [process, 'invoke', f, argument, ...tail],
    [process, 'ok', f, result, ...tail],
  ];
}
