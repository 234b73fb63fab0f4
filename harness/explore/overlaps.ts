/** Which operations were open at the same time, and how each of them ended. */

import { FAIL, type History, INVOKE, OK } from '../../checkers/history.ts';

/** An operation that somebody waits for: what it does, by number, and with whom it was open. */
interface Open {
  readonly f: number;
  readonly key: number;
  /** Those that began before it and were open then. */
  readonly beside: readonly Open[];
  ending: Ending;
}

const ENDINGS = ['ok', 'fail', 'info'] as const;
type Ending = (typeof ENDINGS)[number];

/**
 * How often two operations on the same key overlapped, by what they do and how they ended: `read ok beside
 * write info`, the lesser name first. One that nobody knows the end of is open no longer than its client
 * waits, and one without an end counts as `info`. O(operations times clients).
 */
export function overlapsIn(history: History): Readonly<Record<string, number>> {
  const { length, process, type, f, key, functions } = history;
  const open = new Map<number, Open>();
  const all: Open[] = [];
  for (let index = 0; index < length; index++) {
    const who = process.get(index);
    if (who < 0) continue;
    if (type[index] !== INVOKE) {
      const one = open.get(who);
      if (one === undefined) continue;
      one.ending = type[index] === OK ? 'ok' : type[index] === FAIL ? 'fail' : 'info';
      open.delete(who);
      continue;
    }
    const itsKey = key.get(index);
    const beside = [...open.values()].filter((other) => other.key === itsKey);
    const one: Open = { f: f.get(index), key: itsKey, beside, ending: 'info' };
    open.set(who, one);
    all.push(one);
  }
  const counts: Record<string, number> = {};
  const nameOf = ({ f: which, ending }: Open) => `${functions.names[which]} ${ending}`;
  for (const one of all) {
    for (const other of one.beside) {
      const name = overlap(nameOf(one), nameOf(other));
      counts[name] = (counts[name] ?? 0) + 1;
    }
  }
  return counts;
}

function overlap(one: string, other: string): string {
  return one <= other ? `${one} beside ${other}` : `${other} beside ${one}`;
}

/** All that a workload of these operations may show: the name of each, and of the two that it is of. */
export function overlapsOf(
  functions: readonly string[],
): ReadonlyMap<string, readonly [string, string]> {
  const ends = functions.flatMap((f) => ENDINGS.map((ending) => `${f} ${ending}`));
  const pairs = ends.flatMap((one) => ends.map((other): [string, string] => [one, other]));
  return new Map(pairs.map(([one, other]) => [overlap(one, other), [one, other]]));
}
