/**
 * Faults as the history tells of them: from when to when each was in force, and the evidence.
 *
 * The nemesis writes `info` events with f = the lane and value [phase, form, id, status, evidence,
 * targets]: one with phase `start`, and one with phase `end` when the fault is undone.
 */

import { type History, INFO, NEMESIS } from './history.ts';

type FaultStatus = 'installed' | 'skipped' | 'indeterminate';

export interface FaultWindow {
  /** Name of the nemesis: `partition`, `kill` ... */
  readonly lane: string;
  /** Which form of it, such as `isolate-leader`. */
  readonly form: string;
  /** Number of the fault in the plan. */
  readonly id: number;
  readonly startNs: number;
  /** Null when the history ends before the fault did. */
  readonly endNs: number | null;
  /** What became of it when it began. */
  readonly status: FaultStatus;
  /** What became of undoing it; null when the history ends before. */
  readonly endStatus: FaultStatus | null;
  /** What showed that it was in force, or why it was not. */
  readonly evidence: string;
  /** On whom, in words; empty where that is not recorded. */
  readonly targets: string;
  /** Indices of the two events in the history. */
  readonly events: readonly number[];
}

/** Every fault of a history in order of its start. Other events of the nemesis are left alone. */
export function faultWindows(history: History): FaultWindow[] {
  const windows: FaultWindow[] = [];
  const open = new Map<number, number>();
  for (let index = 0; index < history.length; index++) {
    if (history.process[index] !== NEMESIS || history.type[index] !== INFO) continue;
    const receipt = parse(history.values.value(history.value[index] as number));
    if (receipt === null) continue;
    const { phase, ...fault } = receipt;
    const timeNs = history.time[index] as number;
    if (phase === 'start') {
      open.set(fault.id, windows.length);
      windows.push({
        lane: history.functions.names[history.f[index] as number] as string,
        ...fault,
        startNs: timeNs,
        endNs: null,
        endStatus: null,
        events: [index],
      });
      continue;
    }
    const at = open.get(fault.id);
    const window = at === undefined ? undefined : windows[at];
    if (at === undefined || window === undefined) continue;
    open.delete(fault.id);
    windows[at] = {
      ...window,
      endNs: timeNs,
      endStatus: fault.status,
      events: [...window.events, index],
    };
  }
  return windows;
}

interface ParsedReceipt {
  readonly phase: 'start' | 'end';
  readonly form: string;
  readonly id: number;
  readonly status: FaultStatus;
  readonly evidence: string;
  readonly targets: string;
}

function parse(value: unknown): ParsedReceipt | null {
  if (!Array.isArray(value)) return null;
  const [phase, form, id, status, evidence, targets]: unknown[] = value;
  if (phase !== 'start' && phase !== 'end') return null;
  if (typeof form !== 'string' || typeof id !== 'number' || !isStatus(status)) return null;
  return { phase, form, id, status, evidence: text(evidence), targets: text(targets) };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function isStatus(status: unknown): status is FaultStatus {
  return status === 'installed' || status === 'skipped' || status === 'indeterminate';
}
