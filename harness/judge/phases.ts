/** Where a history says that a phase of the run began. */

import { type History, NEMESIS } from '../../checkers/history.ts';

/** When the recovery window began, as the history says; null if it never did. */
export function quietTimeNs(history: History): number | null {
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
