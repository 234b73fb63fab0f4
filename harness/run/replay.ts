/** Runs a stored simulation again and compares it with what is on disk, byte for byte. */

import { basename, join } from 'node:path';
import { type Divergence, FILES } from '../store/format.ts';
import { historyLine, textLines, traceJson } from '../store/lines.ts';
import type { Simulation } from './prepared.ts';
import { virtualRun } from './simulate.ts';
import { VirtualDriver } from './virtual.ts';

/**
 * Null when the replay gives the same bytes. Of a run that was cut short (`prefix`), only what was
 * recorded can be compared: the replay may go on after it. Null as well when it is interrupted.
 */
export async function compareWithReplay(
  directory: string,
  prefix: boolean,
  { config, variants, catalogue }: Simulation,
  signal: AbortSignal | null = null,
): Promise<Divergence | null> {
  const watching = { follower: null, record: true, stopAtViolation: false };
  using driver = new VirtualDriver(virtualRun(config, variants, watching, catalogue).run);
  while (!driver.advanceSlice()) {
    // Lets a signal through.
    await new Promise(setImmediate);
    if (signal?.aborted === true) return null;
  }
  const history = Iterator.from(driver.history).map(historyLine);
  const trace = Iterator.from(driver.takeLines()).map(traceJson);
  return (
    firstDifference(join(directory, FILES.history), history, prefix) ??
    firstDifference(join(directory, FILES.trace), trace, prefix)
  );
}

/** The first line of a stored file that is another one now; null where there is none. */
export function firstDifference(
  path: string,
  replayed: Iterator<string>,
  prefix: boolean,
): Divergence | null {
  const file = basename(path);
  let event = 0;
  for (const { text, number, whole } of textLines(path)) {
    if (number === 1 || (prefix && !whole)) continue;
    const next = replayed.next();
    const line = next.done === true ? null : next.value;
    if (line !== text) return { file, event, stored: text, replayed: line };
    event++;
  }
  const next = replayed.next();
  return next.done === true || prefix ? null : { file, event, stored: null, replayed: next.value };
}
