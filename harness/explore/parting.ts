/** Where two runs that should be the same part: the first line that differs. */

import type { History } from '../../checkers/history.ts';
import type { TraceEvent } from '../../checkers/trace.ts';
import type { Nanos } from '../../checkers/units.ts';
import { type Divergence, FILES } from '../store/format.ts';
import { historyLine } from '../store/lines.ts';

interface Line {
  readonly timeNs: Nanos;
  readonly text: string;
}

/** Everything that a run recorded, in memory. */
export interface Lines {
  readonly history: readonly Line[];
  readonly trace: readonly Line[];
}

export function traceLineOf(
  { kind, ...payload }: TraceEvent,
  node: number,
  incarnation: number,
  time: Nanos,
): Line {
  return { timeNs: time, text: JSON.stringify({ time, node, incarnation, kind, ...payload }) };
}

export function historyLinesOf(history: History): readonly Line[] {
  return Array.from(history, (event) => ({ timeNs: event.time, text: historyLine(event) }));
}

/** Null where all lines are the same. */
export function partingOf(one: Lines, other: Lines): Divergence | null {
  // At one instant nodes act first, and clients hear of it.
  const all = [firstIn('trace', one, other), firstIn('history', one, other)].flatMap(
    (parting) => parting ?? [],
  );
  return all.toSorted((a, b) => a.timeNs - b.timeNs)[0]?.divergence ?? null;
}

function firstIn(
  file: keyof Lines,
  one: Lines,
  other: Lines,
): { readonly timeNs: Nanos; readonly divergence: Divergence } | null {
  const longest = Math.max(one[file].length, other[file].length);
  for (let event = 0; event < longest; event++) {
    const [stored, replayed] = [one[file][event] ?? null, other[file][event] ?? null];
    if (stored?.text === replayed?.text) continue;
    const times = [stored, replayed].flatMap((line) => line?.timeNs ?? []);
    const texts = { stored: stored?.text ?? null, replayed: replayed?.text ?? null };
    return { timeNs: Math.min(...times), divergence: { file: FILES[file], event, ...texts } };
  }
  return null;
}
