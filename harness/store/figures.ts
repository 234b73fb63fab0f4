/** What happened in a run, in numbers: counted from its history and taken from its checkers. */

import { faultWindows } from '../../checkers/fault-windows.ts';
import { FAIL, type History, INVOKE, NEMESIS, OK } from '../../checkers/history.ts';
import type { CheckResult } from '../../checkers/verdict.ts';
import { type Ending, endingFigures } from '../core/ending.ts';
import type { LaneFigures, RunFigures } from './format.ts';

/** What a history and its checkers do not know. */
export interface ExecutionFigures
  extends Pick<RunFigures, 'idle' | 'simulatedS' | 'realS' | 'reached' | 'determinism'> {
  readonly ending: Ending;
}

/** O(events). */
export function figuresOf(
  history: History,
  checks: readonly CheckResult[],
  { ending, ...execution }: ExecutionFigures,
): RunFigures {
  const recoverNs = statOf(checks, 'availability', 'timeToRecoverNs');
  return {
    operations: countOperations(history),
    faults: countFaults(history),
    leaderChanges: statOf(checks, 'agreement', 'leaderChanges'),
    recoveryS: recoverNs === null ? null : recoverNs / 1e9,
    ...execution,
    ...endingFigures(ending),
  };
}

function countOperations(history: History): RunFigures['operations'] {
  const { length, process, type } = history;
  let [invoked, ok, fail] = [0, 0, 0];
  for (let index = 0; index < length; index++) {
    if (process[index] === NEMESIS) continue;
    if (type[index] === INVOKE) invoked++;
    else if (type[index] === OK) ok++;
    else if (type[index] === FAIL) fail++;
  }
  return { invoked, ok, fail, info: invoked - ok - fail };
}

function countFaults(history: History): LaneFigures[] {
  const lanes = new Map<string, LaneFigures>();
  for (const window of faultWindows(history)) {
    const { lane } = window;
    const isInstalled = window.status === 'installed';
    // As the receipt of its start says, unless that of its end knows better.
    const status = window.counts ? 'installed' : isInstalled ? 'indeterminate' : window.status;
    const counts = lanes.get(lane) ?? { lane, installed: 0, skipped: 0, indeterminate: 0 };
    lanes.set(lane, { ...counts, [status]: counts[status] + 1 });
  }
  return [...lanes.values()];
}

function statOf(checks: readonly CheckResult[], checker: string, name: string): number | null {
  const figure = checks.find((check) => check.checker === checker)?.stats?.[name];
  return typeof figure === 'number' ? figure : null;
}
