/** Latencies of a run, thinned to what can be drawn, and their quantiles. */

import { FloatColumn } from '../../checkers/columns.ts';
import { EVENT_TYPES, type History } from '../../checkers/history.ts';
import { itemAt } from '../../checkers/item-at.ts';
import type { Nanos } from '../../checkers/units.ts';
import type { Ending, Operations } from './operations.ts';
import { count } from './text.ts';

/** Points of one kind that are drawn at most, but for those in the window of the violation. */
const POINTS_MAX = 5000;
/** Either side of a violation, every operation is drawn. */
const WINDOW_NS = 1e9;

export interface Point {
  readonly timeNs: Nanos;
  readonly latencyNs: Nanos;
}

export type Outcome = Exclude<Ending, 'open'>;

export interface Samples {
  readonly points: Readonly<Record<Outcome, readonly Point[]>>;
  readonly totals: Readonly<Record<Outcome, number>>;
  /** Operations that never ended, which have no latency. */
  readonly open: number;
  /** Latency of every `ok` operation by function, sorted. */
  readonly sortedOk: ReadonlyMap<string, FloatColumn>;
  readonly cut: readonly string[];
}

/** `marks`: the times of violations. */
export function sampleLatencies(
  history: History,
  operations: Operations,
  marks: readonly { readonly timeNs: Nanos }[],
): Samples {
  const all: Record<Outcome, Point[]> = { ok: [], fail: [], info: [] };
  const ok = new Map<string, number[]>();
  let open = 0;
  for (let i = 0; i < operations.count; i++) {
    const invoke = operations.invoke.get(i);
    const complete = operations.complete.get(i);
    if (complete === -1) {
      open++;
      continue;
    }
    const timeNs = history.time.get(invoke);
    const latencyNs = history.time.get(complete) - timeNs;
    const outcome = EVENT_TYPES[history.type[complete] as number] as Outcome;
    all[outcome].push({ timeNs, latencyNs });
    if (outcome !== 'ok') continue;
    const f = itemAt(history.functions.names, history.f.get(invoke));
    const list = ok.get(f);
    if (list === undefined) ok.set(f, [latencyNs]);
    else list.push(latencyNs);
  }
  const totals = { ok: all.ok.length, fail: all.fail.length, info: all.info.length };
  const points = {
    ok: thin(all.ok, marks),
    fail: thin(all.fail, marks),
    info: thin(all.info, marks),
  };
  const cut = (['ok', 'fail', 'info'] as const)
    .filter((outcome) => points[outcome].length < totals[outcome])
    .map((outcome) => {
      const left = totals[outcome] - points[outcome].length;
      return `${count(left)} of the ${count(totals[outcome])} points “${outcome}” of the latency chart (evenly; none within a second of the violation)`;
    });
  const sorted = [...ok].map(([f, list]) => [f, new FloatColumn(list).sort()] as const);
  return { points, totals, open, sortedOk: new Map(sorted), cut };
}

/** Every n-th point, and each one in the window. */
function thin(
  points: readonly Point[],
  marks: readonly { readonly timeNs: Nanos }[],
): readonly Point[] {
  if (points.length <= POINTS_MAX) return points;
  const stride = points.length / POINTS_MAX;
  let next = 0;
  return points.filter(({ timeNs }, at) => {
    const chosen = at >= next;
    if (chosen) next += stride;
    return chosen || marks.some((mark) => Math.abs(timeNs - mark.timeNs) <= WINDOW_NS);
  });
}

/** Nearest rank; `sorted` must not be empty. */
export function quantile(sorted: FloatColumn, share: number): number {
  return sorted.get(Math.max(0, Math.ceil(share * sorted.length) - 1));
}
