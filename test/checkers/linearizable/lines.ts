/** Histories as lines of text, for tests that tell a story. */

import { History, type NewEvent, type Value } from '../../../checkers/history.ts';

/** `0 invoke write 1`, one event per line. */
export function history(...lines: readonly string[]): History {
  return History.from(
    lines.map((line, at): NewEvent => {
      const [process, type, f, ...rest] = line.split(' ') as [string, NewEvent['type'], string];
      const text = (rest as string[]).join(' ');
      const value = text === '' ? null : (JSON.parse(text) as Value);
      return { time: at * 1_000_000, type, process: Number(process), f, value };
    }),
  );
}
