/**
 * Code that is stepped in virtual time and that nobody else watches: our own protocols, as somebody may
 * have changed them, and all that is pure around them. A clock, a random source or a file that it asks
 * would make another run of the same seed.
 */

import { OwnMistake } from '../core/panics.ts';
import { Banned } from './banned.ts';

/** Where the line stands that asks, and what it is part of. */
const FRAME = /^\s+at (?:(\S+) )?.*?\(?((?:file:\/\/)?\/[^()]+):(\d+):\d+\)?$/gm;
/** The watch itself. */
const WATCH = /\/variants\/(?:banned|builtins|stepped)\.[jt]s$/;

const banned = new Banned({
  asked: (name, why = 'by which the same seed would not give the same run') => {
    throw mistakeAt(`asks ${name}, ${why}`);
  },
  place: () => null,
});

/** Steps code whose calls need no watcher of their own; those that have one are theirs. */
export function stepped<Result>(code: () => Result): Result {
  return banned.during(code);
}

function mistakeAt(message: string): OwnMistake {
  const frames = [...(new Error(message).stack ?? '').matchAll(FRAME)];
  const asking = frames.find(([, , file = '']) => !WATCH.test(file));
  const [, called = 'it', file = null, line] = asking ?? [];
  const part = called.split('.').at(-1) ?? 'it';
  const at = line === undefined ? null : Number(line);
  return new OwnMistake({ owner: 'the protocol', part, file, line: at }, message);
}
