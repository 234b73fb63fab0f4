/** Whether a run has shown enough for the other answers to count. */

import { faultWindows } from '../../checkers/fault-windows.ts';
import { type History, INVOKE, OK } from '../../checkers/history.ts';
import { statsVerdict, type Thresholds } from '../../checkers/stats.ts';
import type { TraceChecker } from '../../checkers/trace.ts';
import type { CheckResult, Verdict } from '../../checkers/verdict.ts';
import type { RunConfig } from '../config/config.ts';
import { recoveryBoundS } from '../config/recovery.ts';
import { sparseness } from '../core/plan.ts';
import type { Evidence } from './evidence.ts';
import { untestedByFaults, untestedByReads } from './participation.ts';
import { phaseMark } from './phases.ts';

/** `byRefusals`: what is missing is what clients were refused, for which the world may be to blame. */
export function sufficiency(evidence: Evidence): {
  readonly result: CheckResult;
  readonly byRefusals: boolean;
} {
  const { config, history, follower, idle } = evidence;
  const leaderChanges = electionsUnderFaults(follower.checker?.stats);
  const thresholds = thresholdsOf(evidence, leaderChanges !== undefined);
  const known = leaderChanges === undefined ? {} : { leaderChanges };
  const { overall, verdict, stats } = statsVerdict(history, thresholds, known);
  const tooFew = overall.ok < thresholds.okMin;
  if (verdict.kind !== 'valid') {
    return { result: { checker: 'stats', verdict, stats }, byRefusals: tooFew };
  }
  const byFaults = vacuousFaults(config, history, idle);
  const because = byFaults ?? vacuousAnswers(history);
  const reason = byFaults === null ? 'idle-answers' : 'idle-faults';
  const judged: Verdict = because === null ? verdict : { kind: 'unknown', because, reason };
  return {
    result: { checker: 'stats', verdict: judged, stats },
    byRefusals: tooFew || (byFaults === null && because !== null),
  };
}

/** How often leaders changed; where one node alone can lead, how often it had to be elected anew. */
function electionsUnderFaults(stats: TraceChecker['stats'] | undefined): number | undefined {
  const changes = stats?.['leaderChanges'];
  return changes === undefined ? undefined : Math.max(changes, (stats?.['leaders'] ?? 1) - 1);
}

/** Why faults, though nothing is wrong, show nothing; null where they show something, or none are. */
function vacuousFaults(config: RunConfig, history: History, idle: Evidence['idle']): string | null {
  const windows = faultWindows(history);
  if (config.nemesis.length > 0 && !windows.some((window) => window.counts)) {
    return `no fault was in force, although ${config.nemesis.join(', ')} was asked for`;
  }
  return untestedByFaults(history, { idle: idle ?? [], nodes: config.nodes });
}

/** Nemeses that were asked for, and of which no fault was in force: of them a run says nothing. */
export function neverInForce({ nemesis }: RunConfig, history: History): readonly string[] {
  const acted = new Set(
    faultWindows(history).flatMap(({ lane, counts }) => (counts ? [lane] : [])),
  );
  return nemesis.filter((name) => !acted.has(name));
}

/** Why answers, though none is wrong, show nothing; null where they show something. */
function vacuousAnswers(history: History): string | null {
  const untested = untestedByReads(history);
  if (untested !== null) return untested;
  const finals = phaseMark(history, 'final');
  if (finals === null) return null;
  // A workload may have none: what it promises is judged by its other answers.
  let asked = false;
  for (let index = finals; index < history.length; index++) {
    if (history.type[index] === OK) return null;
    asked ||= history.type[index] === INVOKE;
  }
  return asked ? 'none of the final reads succeeded' : null;
}

/** So many operations are evidence, however many more were asked for. */
const OK_ENOUGH = 200;

/** How many operations must succeed before "valid" means anything: a share of the load asked for. */
export function okEnough({ rate, timeLimitS }: RunConfig): number {
  const asked = Math.floor(rate * timeLimitS);
  return Math.max(1, Math.min(OK_ENOUGH, Math.floor(asked / 10)));
}

/**
 * What a run must show before "valid" means anything: a share of the asked-for load, a fault in force
 * of each of a few kinds that had time to act, and a change of leader where faults should cause one and
 * somebody counts them: nobody does for an own system that brings no checker of traces. Of many kinds,
 * which take turns, one may well find its nodes down or nobody leading each time: what the others show
 * stands, and the verdict names it (`neverInForce`).
 */
function thresholdsOf(
  { system, config, nemeses }: Evidence,
  countsLeaders: boolean,
): Thresholds & { readonly okMin: number } {
  const acting = config.nemesis;
  const sparse = sparseness(acting.length);
  const rounds = config.timeLimitS / (config.nemesisIntervalS * sparse);
  // Two that elect go on as they were, or stop: only among three does one take over from another.
  const electors = system.electors?.(config.set, config.nodes) ?? config.nodes;
  const unsettling = electors >= 3 && acting.some((name) => nemeses[name]?.sparesLeaders !== true);
  // A pause that is over before anybody misses the leader changes nothing.
  const lasting = config.nemesisIntervalS >= recoveryBoundS(system, config) / 10;
  return {
    okMin: okEnough(config),
    ...(sparse === 1 && rounds >= 3
      ? { faultsMin: Object.fromEntries(acting.map((name) => [name, 1])) }
      : {}),
    ...(countsLeaders && unsettling && lasting && rounds >= 10 ? { leaderChangesMin: 1 } : {}),
  };
}
