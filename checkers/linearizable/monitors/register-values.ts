/** The values of a register's history as small numbers. */

import { bounds } from '../models/register.ts';
import { NEVER, type Operations } from '../operations.ts';
import { numberValues, type ValueNumbers } from './monitor.ts';

/** Numbers for all codes that occur, also inside compare-and-sets, and for the initial one. */
export function registerValues(
  { history, count, call, ret }: Operations,
  start: number,
): ValueNumbers {
  const { value, f } = history;
  const cas = history.functions.find('cas');
  let least = start;
  let most = start;
  let entries = 1;
  const meet = (code: number): void => {
    if (code < least) least = code;
    if (code > most) most = code;
  };
  for (let i = 0; i < count; i++) {
    const asked = call.get(i);
    if (f[asked] === cas) {
      const [from, to] = bounds(history.values.value(value.get(asked)));
      meet(history.values.code(from));
      meet(history.values.code(to));
      entries += 2;
    } else {
      const code = value.get(ret[i] === NEVER ? asked : ret.get(i));
      const written = value.get(asked);
      if (code < least) least = code;
      if (code > most) most = code;
      if (written > most) most = written;
      if (written < least) least = written;
      entries += 2;
    }
  }
  return numberValues(least, most, entries);
}
