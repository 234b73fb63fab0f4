/** The checkers that a run passes through, over the evidence of the run. One line registers one. */

import { hasTraceChecker, judge as judgeAgreement } from '../../checkers/agreement/index.ts';
import type { LivenessBounds } from '../../checkers/agreement/liveness/verdict.ts';
import { realTimeVerdict } from '../../checkers/agreement/real-time.ts';
import { checkAnswered } from '../../checkers/answered.ts';
import { availabilityVerdict } from '../../checkers/availability.ts';
import { faultWindows, lossOf } from '../../checkers/fault-windows.ts';
import type { History } from '../../checkers/history.ts';
import { itemAt } from '../../checkers/item-at.ts';
import { checkLinearizable } from '../../checkers/linearizable/index.ts';
import { progressVerdict } from '../../checkers/progress.ts';
import { orderedSequentialVerdict } from '../../checkers/promises/index.ts';
import type { Nanos } from '../../checkers/units.ts';
import { type CheckResult, type Verdict, worst } from '../../checkers/verdict.ts';
import { readinessOf } from '../../systems/leadership.ts';
import { isAnswer } from '../../systems/program.ts';
import type { System } from '../../systems/system.ts';
import { isVirtual } from '../config/backends.ts';
import { type RunConfig, settingsUnder } from '../config/config.ts';
import {
  electionsByChance,
  hindrances,
  paceOf,
  progressBoundS,
  recoveryBoundS,
} from '../config/recovery.ts';
import { whyCutShort } from '../core/ending.ts';
import type { TimedCheck } from '../store/format.ts';
import type { Evidence } from './evidence.ts';
import { idlenessNote } from './participation.ts';
import { longestWaitMs, phaseMark, quietTimeNs } from './phases.ts';
import { neverInForce, sufficiency } from './sufficiency.ts';

/** How long a leader lasts at least that makes way after a few operations. */
const LEAST_STABLE_NS = 1e6;

/** What the liveness of a run is measured against: the bounds of its world. */
export function livenessBounds(
  system: System,
  config: RunConfig,
  quietAtNs: Nanos,
  endNs: Nanos,
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
  const pace = paceOf(system, config);
  return { quietAtNs, boundNs, endNs, stableNs, electionsByChance: byChance, pace };
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
    judge: ({ workload, history, config }) =>
      workload.judge?.(history, settingsUnder('workload.', config.set)) ?? null,
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
      // Nobody is served before what earlier leaders left is brought through.
      const endNs = history.time.get(history.length - 1);
      const boundNs =
        recoveryBoundS(system, config) * slowness * 1e9 +
        catchingUpNs(evidence, null, quietAtNs, endNs);
      const result = availabilityVerdict(history, { quietAtNs, boundNs });
      const excuse = { byRefusals: true, unlessSettledByNs: quietAtNs };
      return unlessNotUndone(history, unlessHindered(evidence, result, excuse));
    },
  },
  {
    name: 'answered',
    describe: 'so many operations are answered as --set answeredPpm asks for, faults or not',
    judge: ({ config, history }) => {
      const least = Number(config.set['answeredPpm'] ?? 0) / 1e6;
      return least === 0 ? null : checkAnswered(history, { least, isAnswer });
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
      const { config, system, history, nemeses } = evidence;
      // Of real machines nobody knows whether they were in time: there a quiet end must do.
      if (system.suffices === undefined || !isVirtual(config.backend)) return null;
      if (phaseMark(history, 'unformed') !== null) return null;
      const { nodes, set } = config;
      const boundNs = progressBoundS(system, config) * 1e9;
      const { voters } = evidence.follower;
      const isQuorum = (up: readonly number[], startNs: Nanos, endNs: Nanos) =>
        system.suffices?.(up, set, nodes) === true &&
        voters.between(startNs, endNs).every((all) => isMajority(up, all));
      const changesNs = voters.timesNs;
      const harmOf = (lane: string) =>
        Object.hasOwn(nemeses, lane) ? nemeses[lane]?.harms : undefined;
      const allowanceNs = (group: readonly number[], startNs: Nanos, endNs: Nanos) =>
        catchingUpNs(evidence, group, startNs, endNs);
      const result = progressVerdict(history, {
        nodes,
        isQuorum,
        changesNs,
        harmOf,
        boundNs,
        allowanceNs,
      });
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
      const { result, byRefusals } = sufficiency(evidence);
      return byRefusals ? unlessHindered(evidence, result, { byRefusals }) : result;
    },
  },
];

/** The verdict of a run: of its checkers, and `unknown` at best where the run was cut short. */
export function judgeRun(evidence: Evidence): {
  readonly checks: readonly TimedCheck[];
  readonly verdict: Verdict;
} {
  const beyond: Verdict[] = [];
  const checks = judges.flatMap((judge) => {
    const begunMs = performance.now();
    const judged = judge.judge(evidence);
    if (judged === null) return [];
    const result = unlessBeyondPromise(evidence, judged);
    if (result !== judged) beyond.push(result.verdict);
    return [{ ...result, seconds: (performance.now() - begunMs) / 1000 }];
  });
  const verdicts = checks.map((check) => check.verdict);
  // First, so that of all doubts the reader is told this one: of what broke beyond all promises, that.
  const because = whyCutShort(evidence.ending);
  const reason = evidence.ending.kind;
  if (because !== null) verdicts.unshift({ kind: 'unknown', because, reason });
  verdicts.unshift(...beyond);
  const verdict = worst(verdicts);
  const notes = verdict.kind === 'valid' ? unjudgedIn(evidence) : [];
  const note = ['every checker found its property kept', ...notes].join('; ');
  return { checks, verdict: notes.length === 0 ? verdict : { kind: 'valid', note } };
}

/** What a reader might think that a valid run has shown, and it has not. */
function unjudgedIn({ config, system, history, idle }: Evidence): readonly string[] {
  const { nodes, nemesis, backend } = config;
  const never = neverInForce(config, history);
  const idleness = idlenessNote({ idle: idle ?? [], nodes });
  // In containers nobody is asked for it.
  const asksProgress = isVirtual(backend) && nodes > 1 && nemesis.length > 0;
  return [
    ...(idleness === null ? [] : [idleness]),
    ...(never.length === 0
      ? []
      : [`no fault of ${never.join(', ')} was ever in force, so that nothing is said of that`]),
    ...(asksProgress && system.suffices === undefined
      ? [
          `progress was not judged, since ${system.name} does not say which nodes suffice to go on ` +
            '(declare `suffices`)',
        ]
      : []),
  ];
}

/** What besides the system may have kept a property from coming about. */
interface Excuse {
  /** Whether the refusal of clients can; no by default. */
  readonly byRefusals?: boolean;
  /**
   * Elections cannot where since then, in nanoseconds, there has been one leader and no other; by
   * default they can in any case.
   */
  readonly unlessSettledByNs?: Nanos;
}

/**
 * No system is blamed for what its world keeps from it: for that the world must be one that causes
 * such a thing, and the run not show that it did not.
 */
function unlessHindered(
  { system, config, history, follower: { liveness } }: Evidence,
  result: CheckResult,
  { byRefusals = false, unlessSettledByNs = Number.NEGATIVE_INFINITY }: Excuse = {},
): CheckResult {
  const { verdict } = result;
  const byElections = liveness === null || liveness.settledSinceNs > unlessSettledByNs;
  const hindrance = hindrances(system, config, longestWaitMs(history)).find(({ causes }) => {
    if (causes === 'elections') return byElections;
    return causes === 'anything' || byRefusals;
  });
  if (hindrance === undefined) return result;
  if (verdict.kind !== 'valid') {
    const because =
      `${system.name} cannot be expected to be live in this world: ${hindrance.because} ` +
      `(${verdict.because})`;
    return { ...result, verdict: { kind: 'unknown', because, hindrance: hindrance.name } };
  }
  if (result.checker !== 'liveness') return result;
  const note = `live all the same, elections not being counted: ${hindrance.because}`;
  return { ...result, verdict: { kind: 'valid', note } };
}

/** How long leaders of a group of nodes, or any, may have been busy with what was left behind. */
function catchingUpNs(
  { system, config, follower: { liveness } }: Evidence,
  group: readonly number[] | null,
  startNs: Nanos,
  endNs: Nanos,
): Nanos {
  return liveness?.backlog.allowanceNs(group, startNs, endNs, paceOf(system, config)) ?? 0;
}

/** Whether more than half of those who have to agree are among these. */
function isMajority(nodes: readonly number[], voters: readonly number[]): boolean {
  return 2 * voters.filter((voter) => nodes.includes(voter)).length > voters.length;
}

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
    return { ...result, verdict: { kind: 'unknown', because, reason: 'lost' } };
  }
  const left = faultWindows(history).find((window) => window.endStatus === 'indeterminate');
  if (left === undefined) return result;
  const because =
    `${left.lane} ${left.form} may not have been undone (${left.evidence}); ` +
    `besides, ${result.verdict.because}`;
  return { ...result, verdict: { kind: 'unknown', because, reason: 'not-undone' } };
}

/** What breaks under a fault that the system does not promise to survive is told, and accuses nobody. */
function unlessBeyondPromise(
  { config, system, history }: Evidence,
  result: CheckResult,
): CheckResult {
  const { beyond } = config;
  if (beyond === undefined || result.verdict.kind !== 'invalid') return result;
  const acted = faultWindows(history).find(
    ({ lane, status }) => Object.hasOwn(beyond, lane) && status !== 'skipped',
  );
  if (acted === undefined) return result;
  const { lane, targets } = acted;
  const because =
    `beyond what ${system.name} promises to survive: ${lane} acted on ${targets}, and ` +
    `${beyond[lane]} (${result.verdict.because})`;
  return { ...result, verdict: { kind: 'unknown', because, reason: 'beyond-promise' } };
}

function unjudged(checker: string, because: string): CheckResult {
  return { checker, verdict: { kind: 'unknown', because } };
}
