/**
 * Ordeal as a library: `import { simulate } from 'ordeal'`. Test an own protocol, or an own variant
 * of one of ours, from an own test file; `test/examples/own-system.test.ts` is a whole example.
 */
/// <reference types="node" preserve="true" />

import { isVirtual } from './config/backends.ts';
import { builtIn, type Catalogue, systemNamed } from './config/catalogue.ts';
import { type RunConfig, type RunRequest, resolveConfig } from './config/config.ts';
import { usage } from './core/errors.ts';
import { type ExploreResult, exploreInProcess } from './explore/in-process.ts';
import { supervisedNemesis, supervisedSystem, supervisedWorkload } from './own/parts.ts';
import {
  checkExploreOptions,
  checkRunContext,
  checkRunOptions,
  checkRuns,
  type ExploreLimits,
  type RunOptions,
} from './run/library-options.ts';
import type { PreparedRun, RunContext } from './run/prepared.ts';
import { runAndStore } from './run/run.ts';
import type { RunEvent } from './run/run-event.ts';
import { outcomes } from './run/seeds.ts';
import { type SimulatedRun, simulateOnce } from './run/simulate.ts';
import type { RunSummary } from './store/format.ts';
import { huntsOf } from './variants/hunts.ts';
import { applyVariants, builtInVariant } from './variants/variants.ts';

export { checkInParallel } from './check/pool.ts';
export { HarnessError } from './core/errors.ts';
export type { StartEvent } from './core/start-event.ts';
export {
  type Counterexample,
  ExplorationFailure,
  type ExploreResult,
} from './explore/in-process.ts';
export { readForeignHistory } from './formats/index.ts';
export { writeJepsenEdn } from './formats/jepsen-edn.ts';
export { writeJsonl } from './formats/jsonl.ts';
export * from './own/kit.ts';
export { loadScenario } from './scenario/file.ts';
export { type PlayedScenario, playScenario } from './scenario/judge.ts';
export type { Scenario } from './scenario/scenario.ts';
export { type Replayed, replayRepro, reprosIn } from './shrink/replay-repro.ts';
export type { RunConfig, RunEvent, RunOptions, RunRequest, RunSummary, SimulatedRun };

/**
 * One simulated run, in memory: synchronous, the same for the same options. Throws `HarnessError`
 * for options that are not allowed; a violation is a verdict, not an exception.
 */
export function simulate(options: RunOptions): SimulatedRun & { readonly config: RunConfig } {
  const { config, variants, catalogue } = resolve(options);
  return { config, ...simulateOnce(config, variants, catalogue) };
}

/**
 * Simulates successive seeds, from `seed` or 1, and returns the first run that is invalid; where none
 * is, the first of which nothing is known, and null where all are valid.
 */
export function hunt(
  options: RunOptions,
  runs: number,
): (SimulatedRun & { readonly config: RunConfig }) | null {
  checkRunOptions(options);
  checkRuns(runs);
  let invalid: ReturnType<typeof hunt> = null;
  let unknown: ReturnType<typeof hunt> = null;
  const range = { first: options.seed ?? 1, count: runs, isEnough: () => invalid !== null };
  for (const run of outcomes(range, (seed) => simulate({ ...options, seed }))) {
    if (run.verdict.kind === 'invalid') invalid = run;
    else if (run.verdict.kind === 'unknown') unknown ??= run;
  }
  return invalid ?? unknown;
}

/** What to explore, and how far: what is set is never drawn. `seed` is the first, 1 where absent. */
export interface ExploreOptions
  extends Omit<RunOptions, 'system' | 'backend' | 'startupTimeoutS' | 'stopAtViolation'>,
    ExploreLimits {}

/**
 * Hunts violations of a system in the simulator, as `ordeal explore` does, within this process: sizes,
 * load, faults and options drawn, until one is found or the seeds or the budget are used up. Rejects with
 * an `ExplorationFailure` whose message tells what was found, made small, step by step (and keeps it in
 * `keepIn`), or why nothing could be judged; with a `HarnessError` for what cannot be asked for. With
 * seeds and without a budget the same exploration is the same again.
 */
export async function explore(
  system: RunOptions['system'],
  options: ExploreOptions = {},
): Promise<ExploreResult> {
  checkExploreOptions({ ...options, system });
  const { seeds, budgetS, strategies, shrinkS, keepIn, sometimes, seed = 1, ...rest } = options;
  const given = Object.entries({ seeds, budgetS, strategies, shrinkS, keepIn, sometimes });
  const limits: ExploreLimits = Object.fromEntries(
    given.filter(([, value]) => value !== undefined),
  );
  const prepared = resolve({ ...rest, system, seed });
  const { backend } = prepared.config;
  if (!isVirtual(backend))
    throw usage(`options.backend: only the simulator is explored, not ${backend}`);
  return exploreInProcess(prepared, seed, limits);
}

/** One run on any backend, stored under `store` with its report, as `ordeal run` does. */
export async function run(
  options: RunOptions,
  context: Partial<RunContext> = {},
): Promise<RunSummary> {
  checkRunContext(context);
  return runAndStore(resolve(options), {
    store: context.store ?? 'store',
    signal: context.signal ?? new AbortController().signal,
    progress: context.progress ?? (() => undefined),
    onStart: context.onStart ?? (() => undefined),
  });
}

function resolve(options: RunOptions): PreparedRun {
  checkRunOptions(options);
  const { system, workload, nemesis, variants = [], ...rest } = options;
  const catalogue: Catalogue = {
    systems: { ...builtIn.systems, ...byName([system], supervisedSystem) },
    workloads: { ...builtIn.workloads, ...byName([workload], supervisedWorkload) },
    nemeses: { ...builtIn.nemeses, ...byName(nemesis ?? [], supervisedNemesis) },
  };
  const request: RunRequest = {
    ...rest,
    system: nameOf(system),
    mutants: variants.filter((variant) => typeof variant === 'string'),
    ...(workload === undefined ? {} : { workload: nameOf(workload) }),
    ...(nemesis === undefined ? {} : { nemesis: nemesis.map(nameOf) }),
  };
  const active = variants.map((variant) =>
    typeof variant === 'string'
      ? builtInVariant(systemNamed(request.system, catalogue), variant)
      : variant,
  );
  applyVariants(systemNamed(request.system, catalogue), active);
  const hunts = huntsOf(systemNamed(request.system, catalogue), active, catalogue);
  const config = resolveConfig(request, hunts, () => 1, catalogue);
  const byValue = [system, workload, ...(nemesis ?? [])].flatMap((part) =>
    typeof part === 'object' ? [part.name] : [],
  );
  const own = variants.flatMap((variant) => (typeof variant === 'object' ? [variant.id] : []));
  return { request, config, variants: active, catalogue, byValue: [...byValue, ...own] };
}

function byName<Item extends { readonly name: string }>(
  items: readonly (Item | string | undefined)[],
  supervised: (item: Item) => Item,
): Record<string, Item> {
  return Object.fromEntries(
    items.flatMap((item) => (typeof item === 'object' ? [[item.name, supervised(item)]] : [])),
  );
}

function nameOf(item: { readonly name: string } | string): string {
  return typeof item === 'string' ? item : item.name;
}
