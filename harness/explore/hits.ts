/** Which faults were in force in a run, and after which step of a node each of them hit it. */

import { type FaultWindow, faultWindows } from '../../checkers/fault-windows.ts';
import type { History } from '../../checkers/history.ts';
import type { TraceObserver } from './observer.ts';

/** What is written before it is durable: no node reports that, but faults wait for it. */
const WAITED = /, after (n\d+) reported (\S+)$/;

/** How often, by name. */
type Counts = Readonly<Record<string, number>>;

export interface Hits {
  /** Faults that were in force, by lane and form: `kill leader`. */
  readonly faults: Counts;
  /** By lane and the last step before it of each node that it acts on: `kill, append`. */
  readonly hits: Counts;
}

export function hitsIn(history: History, observer: TraceObserver): Hits {
  const faults: Record<string, number> = {};
  const hits: Record<string, number> = {};
  const count = (counts: Record<string, number>, name: string) => {
    counts[name] = (counts[name] ?? 0) + 1;
  };
  for (const window of faultWindows(history)) {
    if (!window.counts) continue;
    count(faults, `${window.lane} ${window.form}`);
    for (const step of stepsHit(window, observer)) count(hits, `${window.lane}, ${step}`);
  }
  return { faults, hits };
}

function stepsHit({ targets, evidence, startNs }: FaultWindow, observer: TraceObserver): string[] {
  const [, awaited, kind] = WAITED.exec(evidence) ?? [];
  const nodes = new Set([...targets.matchAll(/\bn\d+/g)].map(([name]) => name));
  return [...nodes].flatMap((name) => {
    const step = name === awaited ? kind : observer.lastStep(Number(name.slice(1)) - 1, startNs);
    return step === undefined || step === null ? [] : [step];
  });
}
