/** The checkers that a run passes through, over the evidence of the run. One line registers one. */

import { hasTraceChecker, judge as judgeAgreement } from '../../checkers/agreement/index.ts';
import type { LivenessBounds } from '../../checkers/agreement/liveness-verdict.ts';
import { realTimeVerdict } from '../../checkers/agreement/real-time.ts';
import { availabilityVerdict } from '../../checkers/availability.ts';
import { faultWindows, lossOf } from '../../checkers/fault-windows.ts';
import { type History, INVOKE, NEMESIS, OK } from '../../checkers/history.ts';
import { itemAt } from '../../checkers/item-at.ts';
import { checkLinearizable } from '../../checkers/linearizable/index.ts';
import { progressVerdict } from '../../checkers/progress.ts';
import { orderedSequentialVerdict } from '../../checkers/promises/index.ts';
import { statsVerdict, type Thresholds } from '../../checkers/stats.ts';
import type { TraceChecker } from '../../checkers/trace.ts';
import { type CheckResult, type Verdict, worst } from '../../checkers/verdict.ts';
import { readinessOf } from '../../systems/leadership.ts';
import type { ClientPromise, System } from '../../systems/system.ts';
import type { Workload } from '../../workloads/workload.ts';
import { isVirtual } from '../config/backends.ts';
import type { RunConfig } from '../config/config.ts';
import {
  electionsByChance,
  hindrances,
  progressBoundS,
  recoveryBoundS,
} from '../config/recovery.ts';
import { type Ending, whyCutShort } from '../core/ending.ts';
import type { TimedCheck } from '../store/format.ts';
import { idlenessNote, untestedByFaults, untestedByReads } from './participation.ts';
import type { TraceFollower } from './trace-follower.ts';

/** How long a leader lasts at least that makes way after a few operations. */
const LEAST_STABLE_NS = 1e6;

/** What the liveness of a run is measured against: the bounds of its world. */
export function livenessBounds(
  system: System,
  config: RunConfig,
  quietAtNs: number,
  endNs: number,
  slowness = 1,
): LivenessBounds {
  const boundNs = recoveryBoundS(system, config) * slowness * 1e9;
  const seconds = (endNs - quietAtNs) / 1e9;
  // Load goes on for longer than that; a leader that means to make way soon need not last.
  const servesS = (system.leaderServes?.(config.set) ?? Number.POSITIVE_INFINITY) / config.rate;
  const electionS = Number(config.set['electionTimeoutMs'] ?? system.electionTimeoutMs) / 1000;
  // What has queued up during an election is more than it serves: it is gone in no time.
  const leastNs = servesS < electionS ? LEAST_STABLE_NS : servesS * 1e8;
  const stableNs = Math.min(boundNs / 4, (config.recoveryMinS * 1e9) / 2, leastNs);
  const byChance = electionsByChance(system, config, seconds);
  return { quietAtNs, boundNs, endNs, stableNs, electionsByChance: byChance };
}

/** What there is to judge: the same from memory and from disk. */
export interface Evidence {
  readonly config: RunConfig;
  readonly system: System;
  readonly workload: Workload;
  /** What the system promises its clients under the settings of the run. */
  readonly promise: ClientPromise;
  readonly history: History;
  /** What has followed the whole trace. */
  readonly follower: TraceFollower;
  /** Why the trace may be incomplete; null where it is whole. */
  readonly gap: string | null;
  /** Nodes that never did anything; null where nobody counted. */
  readonly idle: readonly number[] | null;
  readonly ending: Ending;
  /** By how much longer work took on the machine than on an idle one; 1 where absent. */
  readonly slowness?: number;
}

/** One checker of runs. */
export interface Judge {
  readonly name: string;
  readonly describe: string;
  /** Null where it does not apply to the system. */
  judge(evidence: Evidence): CheckResult | null;
}

export const judges: readonly Judge[] = [
  {
    name: 'linearizable',
    describe: 'there is one order of all operations, within real time, that explains every answer',
    judge: ({ workload, promise, history }) => {
      if (workload.judge !== undefined || promise !== 'linearizable') return null;
      const { model, initial } = workload;
      const result = checkLinearizable(history, {
        model,
        initial,
        failedCas: 'observed',
        witness: 'positions',
      });
      const { verdict, decidedBy, configurations, operations } = result;
      const keys = result.keys.length;
      // The system contradicts itself, whatever its clients saw: a finding, and not the verdict.
      const refuted = result.keys.find(({ evidence }) => evidence !== undefined)?.evidence;
      const claim = refuted === undefined ? {} : { claimedOrder: `wrong: ${refuted}` };
      return {
        checker: 'linearizable',
        verdict,
        stats: { decidedBy, configurations, operations, keys, ...claim },
      };
    },
  },
  {
    name: 'ordered-sequential',
    describe: 'updates are linearizable, and what a session reads never goes back in their order',
    judge: ({ workload, promise, history }) => {
      if (workload.judge !== undefined || promise !== 'ordered-sequential') return null;
      const { model, initial } = workload;
      return orderedSequentialVerdict(history, { model, initial, failedCas: 'observed' });
    },
  },
  {
    name: 'workload',
    describe: 'what the workload itself asks of the answers: list-append, say, of transactions',
    judge: ({ workload, history }) => workload.judge?.(history) ?? null,
  },
  {
    name: 'agreement',
    describe: "nodes' logs agree, and every election, commit and restart kept the protocol's rules",
    judge: ({ follower: { checker }, gap }) => {
      if (checker === null) return null;
      const { violations, stats } = checker;
      return { checker: 'agreement', verdict: judgeAgreement(violations, stats, gap), stats };
    },
  },
  {
    name: 'panics',
    describe: 'no node of an own system stopped because its code threw',
    judge: ({ follower: { panics } }) => {
      if (panics === null) return null;
      const { violations, stats } = panics;
      return { checker: 'panics', verdict: judgeAgreement(violations, stats), stats };
    },
  },
  {
    name: 'availability',
    describe: 'operations succeed again within a bound after the last fault was undone',
    judge: (evidence) => {
      const { config, system, history, slowness = 1 } = evidence;
      // `liveness` says all there is to say of a cluster that never came about.
      if (phaseMark(history, 'unformed') !== null) return null;
      const quietAtNs = quietTimeNs(history);
      if (quietAtNs === null) return unjudged('availability', 'the run has no quiet end');
      const boundNs = recoveryBoundS(system, config) * slowness * 1e9;
      const result = availabilityVerdict(history, { quietAtNs, boundNs });
      const excuse = { byRefusals: true, unlessSettledByNs: quietAtNs };
      return unlessNotUndone(history, unlessHindered(evidence, result, excuse));
    },
  },
  {
    name: 'liveness',
    describe: 'after the last fault there is one stable leader, and everybody catches up with it',
    judge: (evidence) => {
      const { config, system, history, slowness } = evidence;
      const { liveness } = evidence.follower;
      const unformed = phaseMark(history, 'unformed');
      if (unformed !== null) return unlessHindered(evidence, neverFormed(unformed, system));
      if (liveness === null) return null;
      const quietAtNs = quietTimeNs(history);
      if (quietAtNs === null) return unjudged('liveness', 'the run has no quiet end');
      // What nodes did may stand in what is missing.
      if (evidence.gap !== null) return unjudged('liveness', evidence.gap);
      const endNs = history.time.get(history.length - 1);
      const bounds = livenessBounds(system, config, quietAtNs, endNs, slowness);
      const result = liveness.conclude(bounds);
      const excuse = needsNoElection(result.verdict)
        ? { unlessSettledByNs: quietAtNs + bounds.boundNs }
        : {};
      return unlessNotUndone(history, unlessHindered(evidence, result, excuse));
    },
  },
  {
    name: 'progress',
    describe: 'while a quorum is up and connected, operations succeed, whatever else is down',
    judge: (evidence) => {
      const { config, system, history } = evidence;
      // Of real machines nobody knows whether they were in time: there a quiet end must do.
      if (system.suffices === undefined || !isVirtual(config.backend)) return null;
      if (phaseMark(history, 'unformed') !== null) return null;
      const { nodes, set } = config;
      const boundNs = progressBoundS(system, config) * 1e9;
      const isQuorum = (up: readonly number[]) => system.suffices?.(up, set, nodes) === true;
      const result = progressVerdict(history, { nodes, isQuorum, boundNs });
      const { verdict } = result;
      const event = verdict.kind === 'invalid' ? itemAt(verdict.events, 0) : 0;
      const excuse = { byRefusals: true, unlessSettledByNs: history.time.get(event) };
      return unlessHindered(evidence, result, excuse);
    },
  },
  {
    name: 'real-time',
    describe: 'the positions that answers carry agree with real time',
    judge: ({ history, promise }) => {
      // Reads may be behind, and of updates `ordered-sequential` asks the same.
      if (promise !== 'linearizable') return null;
      const result = realTimeVerdict(history);
      // Without positions in the answers there is nothing to judge, which is no doubt about the run.
      return result.verdict.kind === 'unknown' ? null : result;
    },
  },
  {
    name: 'stats',
    describe: 'enough operations succeeded and enough faults bit for the other answers to count',
    judge: (evidence) => {
      const { config, system, history, follower, idle } = evidence;
      const leaderChanges = electionsUnderFaults(follower.checker?.stats);
      const thresholds = thresholdsOf(system, config, leaderChanges !== undefined);
      const known = leaderChanges === undefined ? {} : { leaderChanges };
      const { overall, verdict, stats } = statsVerdict(history, thresholds, known);
      const vacuous = verdict.kind === 'valid' ? vacuousness(config, history, idle) : null;
      const judged: Verdict = vacuous === null ? verdict : { kind: 'unknown', because: vacuous };
      const result = { checker: 'stats', verdict: judged, stats };
      if (overall.ok >= thresholds.okMin) return result;
      return unlessHindered(evidence, result, { byRefusals: true });
    },
  },
];

/** How often leaders changed; where one node alone can lead, how often it had to be elected anew. */
function electionsUnderFaults(stats: TraceChecker['stats'] | undefined): number | undefined {
  const changes = stats?.['leaderChanges'];
  return changes === undefined ? undefined : Math.max(changes, (stats?.['leaders'] ?? 1) - 1);
}

/** The verdict of a run: of its checkers, and `unknown` at best where the run was cut short. */
export function judgeRun(evidence: Evidence): {
  readonly checks: readonly TimedCheck[];
  readonly verdict: Verdict;
} {
  const checks = judges.flatMap((judge) => {
    const begunMs = performance.now();
    const result = judge.judge(evidence);
    if (result === null) return [];
    return [{ ...result, seconds: (performance.now() - begunMs) / 1000 }];
  });
  const verdicts = checks.map((check) => check.verdict);
  // First, so that of all doubts the reader is told this one.
  const because = whyCutShort(evidence.ending);
  if (because !== null) verdicts.unshift({ kind: 'unknown', because });
  const verdict = worst(verdicts);
  const notes = verdict.kind === 'valid' ? unjudgedIn(evidence) : [];
  const note = ['every checker found its property kept', ...notes].join('; ');
  return { checks, verdict: notes.length === 0 ? verdict : { kind: 'valid', note } };
}

/** What a reader might think that a valid run has shown, and it has not. */
function unjudgedIn({ config, system, idle }: Evidence): readonly string[] {
  const { nodes, nemesis, backend } = config;
  const idleness = idlenessNote({ idle: idle ?? [], nodes });
  // In containers nobody is asked for it.
  const asksProgress = isVirtual(backend) && nodes > 1 && nemesis.length > 0;
  return [
    ...(idleness === null ? [] : [idleness]),
    ...(asksProgress && system.suffices === undefined
      ? [
          `progress was not judged, since ${system.name} does not say which nodes suffice to go on ` +
            '(declare `suffices`)',
        ]
      : []),
  ];
}

/** When the recovery window began, as the history says; null if it never did. */
export function quietTimeNs(history: History): number | null {
  const at = phaseMark(history, 'recovery');
  return at === null ? null : history.time.get(at);
}

/** Where the engine recorded that a phase began; null if it never did. */
function phaseMark(history: History, phase: string): number | null {
  const f = history.functions.find('phase');
  const value = history.values.code(phase);
  for (let index = 0; index < history.length; index++) {
    const marks = history.process[index] === NEMESIS && history.f[index] === f;
    if (marks && history.value[index] === value) return index;
  }
  return null;
}

/** What besides the system may have kept a property from coming about. */
interface Excuse {
  /** Whether the refusal of clients can; no by default. */
  readonly byRefusals?: boolean;
  /**
   * Elections cannot where since then, in nanoseconds, there has been one leader and no other; by
   * default they can in any case.
   */
  readonly unlessSettledByNs?: number;
}

/**
 * No system is blamed for what its world keeps from it: for that the world must be one that causes
 * such a thing, and the run not show that it did not.
 */
function unlessHindered(
  { system, config, follower: { liveness } }: Evidence,
  result: CheckResult,
  { byRefusals = false, unlessSettledByNs = Number.NEGATIVE_INFINITY }: Excuse = {},
): CheckResult {
  const { verdict } = result;
  const byElections = liveness === null || liveness.settledSinceNs > unlessSettledByNs;
  const hindrance = hindrances(system, config).find(({ causes }) => {
    if (causes === 'elections') return byElections;
    return causes === 'anything' || byRefusals;
  });
  if (hindrance === undefined) return result;
  if (verdict.kind !== 'valid') {
    const because = `${system.name} ${HINDERED}: ${hindrance.because} (${verdict.because})`;
    return { ...result, verdict: { kind: 'unknown', because } };
  }
  if (result.checker !== 'liveness') return result;
  const note = `live all the same, elections not being counted: ${hindrance.because}`;
  return { ...result, verdict: { kind: 'valid', note } };
}

/** What is said of a run that its world may be to blame for. */
export const HINDERED = 'cannot be expected to be live in this world';

/** Whether a property that is broken is one that any leader that lasts must bring about. */
function needsNoElection(verdict: Verdict): boolean {
  if (verdict.kind !== 'invalid') return false;
  const { property } = verdict;
  return property === 'Liveness:commit-progress' || property === 'Liveness:followers-converge';
}

function neverFormed(event: number, system: System): CheckResult {
  const hint = hasTraceChecker(system.name)
    ? ''
    : " (a protocol without a leader declares `ready: 'nodes-up'`)";
  const because =
    readinessOf(system) === 'one-leader'
      ? 'the nodes never came to agree on a leader, although nothing was done to them: not every ' +
        `node named the same one in its \`view\`${hint}`
      : 'the nodes never came to be ready, although nothing was done to them: what they said in ' +
        'their `view` was not what `ready` asks for';
  return {
    checker: 'liveness',
    verdict: {
      kind: 'invalid',
      property: 'Liveness:forms',
      because,
      events: [event],
    },
  };
}

/** What our own machinery failed to undo, or the machine lost, is not the system's fault. */
function unlessNotUndone(history: History, result: CheckResult): CheckResult {
  if (result.verdict.kind !== 'invalid') return result;
  const loss = lossOf(history);
  if (loss !== null) {
    const because = `${loss}; besides, ${result.verdict.because}`;
    return { ...result, verdict: { kind: 'unknown', because } };
  }
  const left = faultWindows(history).find((window) => window.endStatus === 'indeterminate');
  if (left === undefined) return result;
  const because =
    `${left.lane} ${left.form} may not have been undone (${left.evidence}); ` +
    `besides, ${result.verdict.because}`;
  return { ...result, verdict: { kind: 'unknown', because } };
}

/** Why a run, though nothing in it is wrong, shows nothing; null where it shows something. */
function vacuousness(config: RunConfig, history: History, idle: Evidence['idle']): string | null {
  const windows = faultWindows(history);
  if (config.nemesis.length > 0 && !windows.some((window) => window.counts)) {
    return `no fault was in force, although ${config.nemesis.join(', ')} was asked for`;
  }
  const { nodes } = config;
  const untested =
    untestedByFaults(history, { idle: idle ?? [], nodes }) ?? untestedByReads(history);
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
 * What a run must show before "valid" means anything: a share of the asked-for load, one installed
 * fault of every kind that had time to act, and a change of leader where faults should cause one and
 * somebody counts them: nobody does for an own system that brings no checker of traces.
 */
function thresholdsOf(
  system: System,
  config: RunConfig,
  countsLeaders: boolean,
): Thresholds & { readonly okMin: number } {
  const rounds = config.timeLimitS / config.nemesisIntervalS;
  const acting = config.nemesis;
  const unsettling = config.nodes >= 3 && acting.some((name) => name !== 'clock');
  // A pause that is over before anybody misses the leader changes nothing.
  const lasting = config.nemesisIntervalS >= recoveryBoundS(system, config) / 10;
  return {
    okMin: okEnough(config),
    ...(rounds >= 3 ? { faultsMin: Object.fromEntries(acting.map((name) => [name, 1])) } : {}),
    ...(countsLeaders && unsettling && lasting && rounds >= 10 ? { leaderChangesMin: 1 } : {}),
  };
}

function unjudged(checker: string, because: string): CheckResult {
  return { checker, verdict: { kind: 'unknown', because } };
}
