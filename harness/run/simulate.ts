/** From a resolved configuration to a simulated run. */

import { livenessObserver } from '../../checkers/agreement/index.ts';
import type { LivenessObserver } from '../../checkers/agreement/liveness/observer.ts';
import type { Micros, Nanos } from '../../checkers/units.ts';
import type { Verdict } from '../../checkers/verdict.ts';
import { promiseOf, type System, type Variant } from '../../systems/system.ts';
import { isVirtual } from '../config/backends.ts';
import {
  builtIn,
  type Catalogue,
  nemesisNamed,
  systemNamed,
  workloadNamed,
} from '../config/catalogue.ts';
import { type RunConfig, settingsUnder, simulatorOptions } from '../config/config.ts';
import { makePlan, type Plan } from '../core/plan.ts';
import { HistoryWatch } from '../judge/history-watch.ts';
import { judgeRun, livenessBounds } from '../judge/judge.ts';
import { okEnough } from '../judge/sufficiency.ts';
import { TraceFollower } from '../judge/trace-follower.ts';
import { lockstep, PROGRAMS_READY } from '../lockstep/index.ts';
import type { TimedCheck } from '../store/format.ts';
import { type ActiveRules, applyVariants } from '../variants/variants.ts';
import { runVirtual } from './virtual.ts';
import type { VirtualResult, VirtualRun, Watchers } from './virtual-run.ts';

const US_PER_S = 1_000_000;
/** A cluster has so many times as long to form as to recover from a fault. */
const FORMATION_TIMES = 5;

/** Times of a run's phases, in microseconds, and what is enough for one, as the engine wants them. */
export function phasesOf(config: RunConfig): {
  readonly clients: number;
  readonly timeLimitUs: Micros;
  readonly recoveryMinUs: Micros;
  readonly recoveryMaxUs: Micros;
  readonly nodes: number;
  readonly okEnough: number;
} {
  return {
    nodes: config.nodes,
    clients: config.concurrency,
    timeLimitUs: config.timeLimitS * US_PER_S,
    recoveryMinUs: config.recoveryMinS * US_PER_S,
    recoveryMaxUs: config.recoveryMaxS * US_PER_S,
    okEnough: okEnough(config),
  };
}

/** Whether all that a run is to show of recovery has been shown by now, one way or the other. */
export function isSettled(
  system: System,
  config: RunConfig,
  liveness: LivenessObserver | null,
  quietAtNs: Nanos,
  nowNs: Nanos,
  slowness = 1,
): boolean {
  const bounds = livenessBounds(system, config, quietAtNs, nowNs, slowness);
  return liveness === null || liveness.conclude(bounds).verdict.kind !== 'unknown';
}

/** What a run carries out: the plan that its configuration gives, else the one that its seed decides. */
export function planOf(config: RunConfig, catalogue: Catalogue = builtIn): Plan {
  if (config.plan !== undefined) return config.plan;
  const { clients, timeLimitUs, recoveryMaxUs } = phasesOf(config);
  return makePlan(
    {
      seed: config.seed,
      nodes: config.nodes,
      clients,
      rate: config.rate,
      timeLimitUs,
      recoveryMaxUs,
      nemeses: config.nemesis.map((name) => nemesisNamed(name, catalogue)),
      nemesisIntervalUs: config.nemesisIntervalS * US_PER_S,
      // Of a real machine's nodes nobody hears in time.
      stepPpm: isVirtual(config.backend) ? Number(config.set['faults.stepPpm'] ?? 0) : 0,
      workloadOptions: settingsUnder('workload.', config.set),
    },
    workloadNamed(config.workload, catalogue),
  );
}

/** How a simulated run is watched. */
export interface Watching {
  readonly follower: TraceFollower | null;
  readonly record: boolean;
  readonly stopAtViolation: boolean;
}

/** A simulated run, ready to go; its rules are returned for what they counted. */
export function virtualRun(
  config: RunConfig,
  variants: readonly Variant[],
  watching: Watching,
  catalogue: Catalogue = builtIn,
): { readonly run: VirtualRun; readonly active: ActiveRules } {
  const system = systemNamed(config.system, catalogue);
  const workload = workloadNamed(config.workload, catalogue);
  const active = applyVariants(system, variants);
  const isLockstep = system.kind === 'program';
  const { seed, set } = config;
  const nodes = isLockstep
    ? lockstep(system, workload, settingsUnder('workload.', set), seed)
    : { protocol: active.protocol(seed), client: active.client(seed) };
  const { network, disk, crashModel } = simulatorOptions(config.set);
  const plan = planOf(config, catalogue);
  const { nemeses } = catalogue;
  const run: VirtualRun = {
    world: {
      nodes: config.nodes,
      seed: config.seed,
      ...nodes,
      options: config.set,
      variants: variants.map((variant) => variant.id),
      durability: active.durability,
      diskHabits: active.disk,
      network,
      disk,
      links: system.links,
      requestsRepeat: plan.faults.some(({ lane }) => nemeses[lane]?.repeatsRequests === true),
    },
    plan,
    workload,
    leadership: isLockstep ? PROGRAMS_READY : system,
    nemeses,
    engine: phasesOf(config),
    isSettled: (liveness, quietAtNs, nowNs) =>
      isSettled(system, config, liveness, quietAtNs, nowNs),
    // A program that does not come up says so itself.
    formationUs: isLockstep
      ? Number.POSITIVE_INFINITY
      : FORMATION_TIMES * config.recoveryMaxS * US_PER_S,
    crashModel,
    isLockstep,
    bounded:
      !isLockstep &&
      (catalogue !== builtIn || variants.some((one) => !system.variants.includes(one))),
    record: watching.record,
    stopAtViolation: watching.stopAtViolation || config.stopAtViolation,
    ...watchersOf(config, watching.follower, catalogue),
  };
  return { run, active };
}

/** New ones, for a run or a branch of one; `follower` is to be new as well. */
export function watchersOf(
  config: RunConfig,
  follower: TraceFollower | null,
  catalogue: Catalogue = builtIn,
): Watchers {
  const system = systemNamed(config.system, catalogue);
  const workload = workloadNamed(config.workload, catalogue);
  return {
    liveness: livenessObserver(system.name),
    follower: follower ?? (config.stopAtViolation ? new TraceFollower(system) : null),
    watch: config.stopAtViolation ? new HistoryWatch(workload) : null,
  };
}

/** One simulated run, judged from memory. */
export interface SimulatedRun {
  readonly result: VirtualResult;
  readonly checks: readonly TimedCheck[];
  readonly verdict: Verdict;
  readonly reached: ActiveRules['reached'];
}

/**
 * Simulates and judges in memory. Unless told otherwise it stops at the first broken invariant,
 * which settles the run. The follower is a new one.
 */
export function simulateOnce(
  config: RunConfig,
  variants: readonly Variant[],
  catalogue: Catalogue = builtIn,
  stopAtViolation = true,
  follower = new TraceFollower(systemNamed(config.system, catalogue)),
): SimulatedRun {
  const watching = { follower, record: false, stopAtViolation };
  const { run, active } = virtualRun(config, variants, watching, catalogue);
  const result = runVirtual(run);
  return {
    result,
    ...judgeSimulated(config, result, follower, catalogue),
    reached: active.reached,
  };
}

/** Judges what a simulated run came to, of which `follower` was told everything. */
export function judgeSimulated(
  config: RunConfig,
  { history, idle, ending }: VirtualResult,
  follower: TraceFollower,
  catalogue: Catalogue = builtIn,
): Pick<SimulatedRun, 'checks' | 'verdict'> {
  const system = systemNamed(config.system, catalogue);
  const workload = workloadNamed(config.workload, catalogue);
  const promise = promiseOf(system, config.set);
  return judgeRun({
    config,
    workload,
    system,
    nemeses: catalogue.nemeses,
    promise,
    history,
    follower,
    gap: null,
    idle,
    ending,
  });
}
