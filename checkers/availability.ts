/** Whether a system comes back: after the last fault is undone, operations succeed again in time. */

import { FAIL, type History, INFO, INVOKE, OK } from './history.ts';
import type { Nanos } from './units.ts';
import type { CheckResult, Verdict } from './verdict.ts';

export interface QuietEnd {
  /** When the last fault had been undone, in nanoseconds since the run began. */
  readonly quietAtNs: Nanos;
  /** How long the system may take from then on. */
  readonly boundNs: Nanos;
}

/**
 * `invalid` only when recovery failed: of the operations that began after the quiet end none was
 * `ok` within the bound, or none that began after the bound ever was. What happens while faults
 * are in force is reported, not judged. O(events).
 */
export function availabilityVerdict(history: History, quiet: QuietEnd): CheckResult {
  const figures = measure(history, quiet);
  const { recoveredNs } = figures;
  return {
    checker: 'availability',
    verdict: judge(figures, quiet),
    stats: {
      timeToRecoverNs: recoveredNs === null ? 'never' : recoveredNs - quiet.quietAtNs,
      okShareUnderFaults: share(figures.before),
      okShareAfterQuiet: share(figures.after),
      okShareAfterBound: share(figures.late),
      longestUnavailableNs: figures.longestNs,
      longestUnavailableAtNs: figures.longestAtNs,
    },
  };
}

/** Operations by how they ended; `open` ones have no completion. */
interface Phase {
  ok: number;
  fail: number;
  info: number;
  open: number;
}

interface Figures {
  /** Operations that began before the quiet end, between it and the bound, and after the bound. */
  readonly before: Phase;
  readonly after: Phase;
  readonly late: Phase;
  /** When the first operation that began after the quiet end was `ok`. */
  readonly recoveredNs: Nanos | null;
  /** Invocation of the first operation after the quiet end and of the last one. */
  readonly firstAfter: number | null;
  readonly lastLate: number | null;
  readonly endNs: Nanos;
  readonly longestNs: Nanos;
  readonly longestAtNs: Nanos;
}

function measure(history: History, { quietAtNs, boundNs }: QuietEnd): Figures {
  const phases = { before: noPhase(), after: noPhase(), late: noPhase() };
  const openOf = new Map<number, number>();
  let recoveredNs: Nanos | null = null;
  let firstAfter: number | null = null;
  let lastLate: number | null = null;
  let endNs = 0;
  // Without operations nothing is unavailable: time counts from the first invocation on.
  let lastOkNs: Nanos | null = null;
  let longestNs = 0;
  let longestAtNs = 0;
  const phaseAt = (timeNs: Nanos): Phase => {
    if (timeNs < quietAtNs) return phases.before;
    return timeNs < quietAtNs + boundNs ? phases.after : phases.late;
  };
  for (let index = 0; index < history.length; index++) {
    const process = history.process.get(index);
    const timeNs = history.time.get(index);
    endNs = Math.max(endNs, timeNs);
    if (process < 0) continue;
    const type = history.type.get(index);
    if (type === INVOKE) {
      openOf.set(process, index);
      lastOkNs ??= timeNs;
      phaseAt(timeNs).open++;
      if (timeNs >= quietAtNs) firstAfter ??= index;
      if (timeNs >= quietAtNs + boundNs) lastLate = index;
      continue;
    }
    const invoke = openOf.get(process);
    if (invoke === undefined) continue;
    openOf.delete(process);
    const invokedNs = history.time.get(invoke);
    const phase = phaseAt(invokedNs);
    phase.open--;
    if (type === FAIL) phase.fail++;
    if (type === INFO) phase.info++;
    if (type !== OK) continue;
    phase.ok++;
    if (invokedNs >= quietAtNs) recoveredNs ??= timeNs;
    const gapNs = timeNs - (lastOkNs ?? timeNs);
    if (gapNs > longestNs) {
      longestNs = gapNs;
      longestAtNs = timeNs - gapNs;
    }
    lastOkNs = timeNs;
  }
  if (lastOkNs !== null && openOf.size > 0 && endNs - lastOkNs > longestNs) {
    longestNs = endNs - lastOkNs;
    longestAtNs = lastOkNs;
  }
  return { ...phases, recoveredNs, firstAfter, lastLate, endNs, longestNs, longestAtNs };
}

function judge(figures: Figures, { quietAtNs, boundNs }: QuietEnd): Verdict {
  const { firstAfter, recoveredNs, endNs, late, lastLate } = figures;
  const deadlineNs = quietAtNs + boundNs;
  const bound = `the bound is ${seconds(boundNs)} s`;
  if (firstAfter === null) {
    return { kind: 'unknown', because: 'no operation began after the last fault was undone' };
  }
  if (recoveredNs === null && endNs < deadlineNs) {
    const because = 'nothing had succeeded yet when the run ended, before the bound on recovery';
    return { kind: 'unknown', because };
  }
  if (recoveredNs === null || recoveredNs > deadlineNs) {
    const took =
      recoveredNs === null
        ? `no operation succeeded in the ${seconds(endNs - quietAtNs)} s`
        : `the first operation succeeded ${seconds(recoveredNs - quietAtNs)} s`;
    return {
      kind: 'invalid',
      because: `${took} after the last fault was undone; ${bound}`,
      events: [firstAfter],
      property: 'Liveness:client-completes',
    };
  }
  if (lastLate !== null && late.ok === 0 && late.info + late.fail > 0) {
    return {
      kind: 'invalid',
      because:
        `an operation succeeded ${seconds(recoveredNs - quietAtNs)} s after the last fault was ` +
        `undone, but none of the ${total(late)} that began after the bound of ` +
        `${seconds(boundNs)} s did`,
      events: [lastLate],
      property: 'Liveness:client-completes',
    };
  }
  return { kind: 'valid' };
}

function noPhase(): Phase {
  return { ok: 0, fail: 0, info: 0, open: 0 };
}

function total(phase: Phase): number {
  return phase.ok + phase.fail + phase.info + phase.open;
}

/** Share of `ok` among all operations; `none` where there were none. */
function share(phase: Phase): number | string {
  const all = total(phase);
  return all === 0 ? 'none' : Math.round((phase.ok / all) * 1e4) / 1e4;
}

function seconds(ns: Nanos): string {
  return (ns / 1e9).toFixed(1);
}
