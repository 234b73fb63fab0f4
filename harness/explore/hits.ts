/** Which faults were in force in a run, and after which step of a node each of them hit it. */

import { type FaultWindow, faultWindows } from '../../checkers/fault-windows.ts';
import type { History } from '../../checkers/history.ts';
import type { Struck } from '../run/virtual-run.ts';
import type { TraceObserver } from './observer.ts';

/** How often, by the name of a nemesis and within it by another name. */
export type CountsByLane = Readonly<Record<string, Readonly<Record<string, number>>>>;

export interface Hits {
  /** Faults that were in force, by lane and form. */
  readonly faults: CountsByLane;
  /** By lane and the last step before it of each node that it acts on. */
  readonly hits: CountsByLane;
}

/** `struck`: on whom each fault of the history was to act. */
export function hitsIn(history: History, struck: readonly Struck[], observer: TraceObserver): Hits {
  const faults: Record<string, Record<string, number>> = {};
  const hits: Record<string, Record<string, number>> = {};
  const byFault = new Map(struck.map((one) => [one.fault, one]));
  for (const window of faultWindows(history)) {
    if (!window.counts) continue;
    count(faults, window.lane, window.form);
    const steps = stepsHit(window, byFault.get(window.id), observer);
    for (const step of steps) count(hits, window.lane, step);
  }
  return { faults, hits };
}

function count(counts: Record<string, Record<string, number>>, lane: string, name: string): void {
  const ofLane = counts[lane] ?? {};
  counts[lane] = ofLane;
  ofLane[name] = (ofLane[name] ?? 0) + 1;
}

/** What a node writes before it is durable no node reports, but faults wait for it. */
function stepsHit(
  { startNs }: FaultWindow,
  struck: Struck | undefined,
  observer: TraceObserver,
): string[] {
  const { nodes = [], awaited = null } = struck ?? {};
  return nodes.flatMap((node) => {
    const step = node === awaited?.node ? awaited.kind : observer.lastStep(node, startNs);
    return step === null ? [] : [step];
  });
}
