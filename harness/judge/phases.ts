/** Where a history says that a phase of the run began, and how long its operations took. */

import { type History, INVOKE, NEMESIS } from '../../checkers/history.ts';
import type { Millis, Nanos } from '../../checkers/units.ts';

/** When the recovery window began, as the history says; null if it never did. */
export function quietTimeNs(history: History): Nanos | null {
  const at = phaseMark(history, 'recovery');
  return at === null ? null : history.time.get(at);
}

/** Where the engine recorded that a phase began; null if it never did. */
export function phaseMark(history: History, phase: string): number | null {
  const f = history.functions.find('phase');
  const value = history.values.code(phase);
  for (let index = 0; index < history.length; index++) {
    const marks = history.process[index] === NEMESIS && history.f[index] === f;
    if (marks && history.value[index] === value) return index;
  }
  return null;
}

/** How long a client waited at most until its operation ended, however it did; null where none has. */
export function longestWaitMs(history: History): Millis | null {
  const invokedNs = new Map<number, number>();
  let longestNs: Nanos | null = null;
  for (let index = 0; index < history.length; index++) {
    const process = history.process.get(index);
    if (process < 0) continue;
    const timeNs = history.time.get(index);
    if (history.type[index] === INVOKE) invokedNs.set(process, timeNs);
    else longestNs = Math.max(longestNs ?? 0, timeNs - (invokedNs.get(process) ?? timeNs));
  }
  return longestNs === null ? null : longestNs / 1e6;
}
