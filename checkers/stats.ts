/** What a run consisted of, and whether that was enough for its other verdicts to mean anything. */

import { FloatColumn } from './columns.ts';
import { faultWindows } from './fault-windows.ts';
import { FAIL, type History, INFO, INVOKE, NONE, OK } from './history.ts';
import type { Nanos } from './units.ts';
import type { CheckResult, Verdict } from './verdict.ts';

/** Minimum evidence. What falls short makes the run `unknown`, never `invalid`. */
export interface Thresholds {
  readonly okMin?: number;
  /** Share of `ok` among operations that completed, from 0 to 1. */
  readonly okShareMin?: number;
  /** Per lane of the nemesis: how many of its faults must have been in force. */
  readonly faultsMin?: Readonly<Record<string, number>>;
  readonly leaderChangesMin?: number;
}

/** What other parts of the run know and a history does not. */
export interface Evidence {
  /** From the agreement checker; absent where there is no trace. */
  readonly leaderChanges?: number;
}

/** How the operations of one function ended, and how long those that were `ok` took. */
interface FunctionStats {
  readonly f: string;
  readonly ok: number;
  readonly fail: number;
  readonly info: number;
  /** Never completed. */
  readonly open: number;
  readonly latency: Latency | null;
}

/** Of `ok` operations, nearest-rank quantiles, in nanoseconds. */
interface Latency {
  readonly p50Ns: Nanos;
  readonly p95Ns: Nanos;
  readonly p99Ns: Nanos;
  readonly maxNs: Nanos;
}

export interface StatsResult extends CheckResult {
  readonly checker: 'stats';
  readonly functions: readonly FunctionStats[];
  readonly overall: FunctionStats;
  readonly stats: Readonly<Record<string, number | string>>;
}

/** Counts, latencies and rates of a history, judged only by `thresholds`. O(events log events). */
export function statsVerdict(
  history: History,
  thresholds: Thresholds = {},
  evidence: Evidence = {},
): StatsResult {
  const tallies = tally(history);
  const functions = history.functions.names.flatMap((f, id) => {
    const entry = tallies.get(id);
    return entry === undefined ? [] : [summary(f, [entry])];
  });
  const overall = summary('all', [...tallies.values()]);
  const installed = installedFaults(history);
  const figures: Record<string, number | string> = { ok: overall.ok, fail: overall.fail };
  figures['info'] = overall.info;
  figures['open'] = overall.open;
  const seconds = span(history) / 1e9;
  if (seconds > 0) figures['okPerSecond'] = Math.round((overall.ok / seconds) * 10) / 10;
  for (const one of functions) {
    figures[`${one.f}Ok`] = one.ok;
    figures[`${one.f}Fail`] = one.fail;
    figures[`${one.f}Info`] = one.info;
  }
  if (overall.latency !== null) Object.assign(figures, overall.latency);
  for (const [lane, count] of installed) figures[`faults:${lane}`] = count;
  const verdict = judge(overall, installed, thresholds, evidence);
  return { checker: 'stats', verdict, stats: figures, functions, overall };
}

/** Nearest-rank quantile of ascending numbers: the smallest that `share` of them do not exceed. */
export function quantile(ascending: ArrayLike<number>, share: number): number {
  const rank = Math.max(1, Math.ceil(share * ascending.length));
  return ascending[Math.min(rank, ascending.length) - 1] ?? Number.NaN;
}

interface Tally {
  ok: number;
  fail: number;
  info: number;
  open: number;
  readonly latenciesNs: Nanos[];
}

function tally(history: History): Map<number, Tally> {
  const tallies = new Map<number, Tally>();
  const invoked = new Map<number, number>();
  for (let index = 0; index < history.length; index++) {
    const process = history.process.get(index);
    if (process < 0) continue;
    const f = history.f.get(index);
    const type = history.type.get(index);
    if (type === INVOKE) {
      let entry = tallies.get(f);
      if (entry === undefined) {
        entry = { ok: 0, fail: 0, info: 0, open: 0, latenciesNs: [] };
        tallies.set(f, entry);
      }
      entry.open++;
      invoked.set(process, index);
      continue;
    }
    const invoke = invoked.get(process);
    if (invoke === undefined) continue;
    invoked.delete(process);
    const entry = tallies.get(history.f.get(invoke));
    if (entry === undefined) continue;
    entry.open--;
    if (type === FAIL) entry.fail++;
    if (type === INFO) entry.info++;
    if (type !== OK) continue;
    entry.ok++;
    entry.latenciesNs.push(history.time.get(index) - history.time.get(invoke));
  }
  return tallies;
}

function summary(f: string, tallies: readonly Tally[]): FunctionStats {
  const sum = (of: (entry: Tally) => number): number =>
    tallies.reduce((total, entry) => total + of(entry), 0);
  const latencies = new FloatColumn(tallies.flatMap((entry) => entry.latenciesNs)).sort();
  return {
    f,
    ok: sum((entry) => entry.ok),
    fail: sum((entry) => entry.fail),
    info: sum((entry) => entry.info),
    open: sum((entry) => entry.open),
    latency:
      latencies.length === 0
        ? null
        : {
            p50Ns: quantile(latencies, 0.5),
            p95Ns: quantile(latencies, 0.95),
            p99Ns: quantile(latencies, 0.99),
            maxNs: quantile(latencies, 1),
          },
  };
}

/** Per lane, how many faults were in force, and long enough, by their receipts. */
function installedFaults(history: History): Map<string, number> {
  const installed = new Map<string, number>();
  for (const window of faultWindows(history)) {
    const before = installed.get(window.lane) ?? 0;
    installed.set(window.lane, before + (window.counts ? 1 : 0));
  }
  return installed;
}

/** From the first client event to the last, in nanoseconds. */
function span(history: History): number {
  let first = NONE;
  let last = NONE;
  for (let index = 0; index < history.length; index++) {
    if (history.process.get(index) < 0) continue;
    if (first === NONE) first = index;
    last = index;
  }
  return first === NONE ? 0 : history.time.get(last) - history.time.get(first);
}

function judge(
  overall: FunctionStats,
  installed: ReadonlyMap<string, number>,
  thresholds: Thresholds,
  evidence: Evidence,
): Verdict {
  const short: string[] = [];
  const reasons = new Set<string>();
  const { okMin, okShareMin, faultsMin, leaderChangesMin } = thresholds;
  if (okMin !== undefined && overall.ok < okMin) {
    reasons.add('few-operations');
    short.push(
      `only ${overall.ok} ${overall.ok === 1 ? 'operation' : 'operations'} succeeded (at least ${okMin} needed)`,
    );
  }
  const completed = overall.ok + overall.fail + overall.info;
  if (okShareMin !== undefined && overall.ok < okShareMin * completed) {
    reasons.add('few-operations');
    const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
    short.push(
      `only ${percent(overall.ok / completed)} of the operations succeeded ` +
        `(at least ${percent(okShareMin)} needed)`,
    );
  }
  for (const [lane, minimum] of Object.entries(faultsMin ?? {})) {
    const count = installed.get(lane) ?? 0;
    if (count >= minimum) continue;
    reasons.add('few-faults');
    short.push(
      `only ${count} ${lane} ${count === 1 ? 'fault was' : 'faults were'} in force (at least ${minimum} needed)`,
    );
  }
  if (leaderChangesMin !== undefined && (evidence.leaderChanges ?? 0) < leaderChangesMin) {
    reasons.add('few-leaders');
    const seen = evidence.leaderChanges;
    short.push(
      seen === undefined
        ? 'nothing is known about leader changes'
        : `a leader was elected anew only ${seen} times (at least ${leaderChangesMin} needed)`,
    );
  }
  if (short.length === 0) return { kind: 'valid' };
  const because = `too little evidence: ${short.join('; ')}`;
  return { kind: 'unknown', because, reason: [...reasons].join(', ') };
}
