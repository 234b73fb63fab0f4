/**
 * Faults as the history tells of them: from when to when each was in force, and the evidence.
 *
 * The nemesis writes `info` events with f = the lane and value [phase, form, id, status, evidence,
 * targets]: one with phase `start`, and one with phase `end` when the fault is undone. To the
 * latter `held` is added where it had been in force although its start could not tell, and `short`
 * where it had not been for long enough to show anything.
 */

import { type History, INFO, NEMESIS } from './history.ts';
import { itemAt } from './item-at.ts';
import type { Nanos } from './units.ts';

/** The event of the nemesis, with the reason as its value, that the machine lost what a run needs. */
export const LOST = 'lost';

/** Why a run says nothing about the system from some point on; null where nothing was lost. */
export function lossOf(history: History): string | null {
  const f = history.functions.find(LOST);
  for (let index = 0; index < history.length; index++) {
    if (history.process[index] !== NEMESIS || history.f[index] !== f) continue;
    return text(history.values.value(history.value.get(index)));
  }
  return null;
}

type FaultStatus = 'installed' | 'skipped' | 'indeterminate';

export interface FaultWindow {
  /** Name of the nemesis: `partition`, `kill` ... */
  readonly lane: string;
  /** Which form of it, such as `isolate-leader`. */
  readonly form: string;
  /** Number of the fault in the plan. */
  readonly id: number;
  readonly startNs: Nanos;
  /** Null when the history ends before the fault did. */
  readonly endNs: Nanos | null;
  /** What became of it when it began. */
  readonly status: FaultStatus;
  /** What became of undoing it; null when the history ends before. */
  readonly endStatus: FaultStatus | null;
  /**
   * Whether it was in force, and for long enough to show anything: on the word of both receipts,
   * for the start cannot always tell.
   */
  readonly counts: boolean;
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
    const receipt = parse(history.values.value(history.value.get(index)));
    if (receipt === null) continue;
    const { phase, correction, ...fault } = receipt;
    const timeNs = history.time.get(index);
    if (phase === 'start') {
      open.set(fault.id, windows.length);
      windows.push({
        lane: itemAt(history.functions.names, history.f.get(index)),
        ...fault,
        counts: fault.status === 'installed',
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
      counts: correction === 'held' || (window.counts && correction !== 'short'),
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
  readonly correction: unknown;
}

function parse(value: unknown): ParsedReceipt | null {
  if (!Array.isArray(value)) return null;
  const [phase, form, id, status, evidence, targets, correction]: unknown[] = value;
  if (phase !== 'start' && phase !== 'end') return null;
  if (typeof form !== 'string' || typeof id !== 'number' || !isStatus(status)) return null;
  const texts = { evidence: text(evidence), targets: text(targets) };
  return { phase, form, id, status, ...texts, correction };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function isStatus(status: unknown): status is FaultStatus {
  return status === 'installed' || status === 'skipped' || status === 'indeterminate';
}
