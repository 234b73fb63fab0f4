/** The configuration of a run, fully resolved: the only home of defaults. Flags win over a file. */

import type { Options } from '../../systems/protocol.ts';
import type { HuntSettings, System } from '../../systems/system.ts';
import type { Workload } from '../../workloads/workload.ts';
import { usage } from '../core/errors.ts';
import type { Plan } from '../core/plan.ts';
import { clientsOf, type PerNode } from '../core/quantities.ts';
import { CRASH_MODELS, type CrashModel, type DiskOptions } from '../sim/disk.ts';
import type { NetworkOptions } from '../sim/network.ts';
import { BACKEND_NAMES, BACKENDS, type BackendName, runsKind } from './backends.ts';
import { builtIn, type Catalogue, systemNamed, workloadNamed } from './catalogue.ts';
import { planFault } from './given-plan.ts';
import { beyondPromise, nemesisNames } from './nemeses.ts';
import { recoveryBoundS } from './recovery.ts';
import { resolveSettings, type SIMULATOR_OPTIONS } from './settings.ts';

/** Everything that, with the code, determines a run. Stored in `run.json`. */
export interface RunConfig {
  readonly system: string;
  readonly backend: BackendName;
  readonly workload: string;
  readonly nodes: number;
  /** Clients at a time. */
  readonly concurrency: number;
  /** Operations per second over all clients. */
  readonly rate: number;
  readonly timeLimitS: number;
  readonly nemesis: readonly string[];
  readonly nemesisIntervalS: number;
  /** Those that the system does not promise to survive, each with the reason; absent where none is. */
  readonly beyond?: Readonly<Record<string, string>>;
  /**
   * Load after the quiet end: at least this long, and at most so long while nothing succeeds. By
   * default a half and the whole of what the system may need to recover (`recovery.ts`).
   */
  readonly recoveryMinS: number;
  readonly recoveryMaxS: number;
  /** Containers: how long to wait without progress while they start; null: as the machine is. */
  readonly startupTimeoutS: number | null;
  readonly seed: number;
  /** Ends the run at the first violation that is seen while it goes on. */
  readonly stopAtViolation: boolean;
  readonly mutants: readonly string[];
  /** Modules of the user's own that bring system, workload or nemeses; absent where none do. */
  readonly modules?: readonly string[];
  /** The command of a system that is a program: a file, or a name, and its arguments. */
  readonly program?: readonly string[];
  readonly rules: readonly string[];
  /** Options of the system, of the workload (`workload.keys`), and of the simulator. */
  readonly set: Options;
  /** The operations and faults of a run that was made smaller; absent where the seed plans them. */
  readonly plan?: Plan;
}

/** What the user asked for: everything but the system may be left open. */
export interface RunRequest
  extends Partial<Omit<RunConfig, 'system' | 'set' | 'concurrency' | 'beyond'>> {
  readonly system: string;
  /** Clients at a time, also `2n`: two for each node. */
  readonly concurrency?: number | PerNode;
  readonly set?: Options;
}

const DEFAULTS = {
  backend: 'sim',
  nodes: 5,
  concurrency: 10,
  rate: 100,
  timeLimitS: 60,
  nemesisIntervalS: 5,
} as const;

/** Where time is virtual. */
export const SIMULATOR: BackendName = DEFAULTS.backend;

/** Limits of numbers, each under the name by which the user gives it. */
export const LIMITS = {
  nodes: { name: '--nodes', min: 1, max: 9, whole: true },
  concurrency: { name: '--concurrency', min: 1, max: 1000, whole: true },
  rate: { name: '--rate', min: 0.1, max: 100_000, whole: false },
  timeLimitS: { name: '--time-limit', min: 1, max: 86_400, whole: false },
  nemesisIntervalS: { name: '--nemesis-interval', min: 0.1, max: 3600, whole: false },
  recoveryMaxS: { name: '--recovery-max', min: 0.001, max: 3600, whole: false },
  recoveryMinS: { name: '--recovery-min', min: 0.001, max: 3600, whole: false },
  startupTimeoutS: { name: '--startup-timeout', min: 1, max: 3600, whole: false },
  seed: { name: '--seed', min: 0, max: Number.MAX_SAFE_INTEGER, whole: true },
} as const;

/** What gossips has more nodes than what votes: Maelstrom's exercises ask for 25. */
const PROGRAM_NODES_MAX = 50;

/** A plan is held in memory and on disk; longer hunts are many runs. */
const OPERATIONS_MAX = 1_000_000;

/** Resolves a request: flags over the hunt settings of its variants over defaults. */
export function resolveConfig(
  request: RunRequest,
  hunts: readonly HuntSettings[],
  drawSeed: () => number,
  catalogue: Catalogue = builtIn,
): RunConfig {
  const system = systemNamed(request.system, catalogue);
  const hinted: HuntSettings = Object.assign({}, ...hunts);
  const named = request.workload ?? hinted.workload;
  if (system.kind === 'program' && named === undefined) throw usage(noWorkload(catalogue));
  const workload = workloadNamed(
    request.workload ?? hinted.workload ?? defaultWorkload(system, catalogue),
    catalogue,
  );
  const nodes = request.nodes ?? hinted.nodes ?? DEFAULTS.nodes;
  const hintedSet = Object.assign({}, ...hunts.map((hunt) => hunt.set ?? {}));
  const set = resolveSettings(system, workload, { ...hintedSet, ...request.set });
  const optionsFault = system.optionsFault?.(nodes, set) ?? null;
  if (optionsFault !== null) throw usage(`--set ${optionsFault}`);
  const backend = request.backend ?? backendOf(system);
  checkBackend(system, backend);
  const boundS = recoveryBoundS(system, { backend, set });
  const recoveryMaxS = request.recoveryMaxS ?? Math.max(boundS, request.recoveryMinS ?? 0);
  const leastMinS = boundS * BACKENDS[backend].loadAfter;
  const nemesis = nemesisNames(
    { asked: request.nemesis, hinted: hinted.nemesis, nodes, system, backend, set },
    catalogue,
  );
  const beyond = beyondPromise(system, nemesis, catalogue);
  const config: RunConfig = {
    system: request.system,
    backend,
    workload: workload.name,
    nodes,
    concurrency: clientsOf(request.concurrency ?? DEFAULTS.concurrency, nodes),
    rate: request.rate ?? hinted.rate ?? DEFAULTS.rate,
    timeLimitS: request.timeLimitS ?? hinted.timeLimitS ?? DEFAULTS.timeLimitS,
    nemesis,
    nemesisIntervalS:
      request.nemesisIntervalS ?? hinted.nemesisIntervalS ?? DEFAULTS.nemesisIntervalS,
    ...(beyond === null ? {} : { beyond }),
    recoveryMinS: request.recoveryMinS ?? Math.min(leastMinS, recoveryMaxS),
    recoveryMaxS,
    startupTimeoutS: request.startupTimeoutS ?? null,
    seed: request.seed ?? drawSeed(),
    stopAtViolation: request.stopAtViolation ?? false,
    mutants: request.mutants ?? [],
    ...(request.modules === undefined ? {} : { modules: request.modules }),
    ...(request.program === undefined ? {} : { program: request.program }),
    rules: request.rules ?? [],
    set,
    ...(request.plan === undefined ? {} : { plan: request.plan }),
  };
  checkLimits(config, system);
  checkServed(system, workload);
  checkPlan(config, workload, catalogue);
  return config;
}

/** Where a system runs unless something else is asked for. */
function backendOf({ kind = 'protocol' }: System): BackendName {
  // A program runs as it is unless somebody asks for lock-step, which not every program can.
  if (kind === 'program') return 'process';
  const able = BACKEND_NAMES.filter((name) => runsKind(name, kind));
  return able.includes(DEFAULTS.backend) ? DEFAULTS.backend : (able[0] ?? DEFAULTS.backend);
}

const KIND_WORDS: Readonly<Record<NonNullable<System['kind']>, string>> = {
  protocol: 'no program that speaks JSON lines',
  program: 'a program',
  member: 'a program of others as it stands',
};

function checkBackend({ kind = 'protocol', name }: System, backend: BackendName): void {
  if (runsKind(backend, kind)) return;
  const able = BACKEND_NAMES.filter((one) => runsKind(one, kind)).join(', ');
  const what = KIND_WORDS[kind];
  throw usage(`backend ${backend} cannot run ${name}, which is ${what} (allowed: ${able})`);
}

function noWorkload({ workloads }: Catalogue): string {
  const known = Object.keys(workloads).join(', ');
  return `--workload is needed for a program, and stands before its own arguments (${known})`;
}

/** The first workload that a system serves; where it serves none, one to complain about. */
function defaultWorkload({ operations }: System, { workloads }: Catalogue): string {
  const served = Object.entries(workloads).find(([, one]) =>
    one.operations.every((f) => operations.includes(f)),
  );
  return served?.[0] ?? 'register';
}

function checkServed(system: System, workload: Workload): void {
  const missing = workload.operations.filter((f) => !system.operations.includes(f));
  if (missing.length === 0) return;
  throw usage(
    `--workload ${workload.name} needs ${missing.join(', ')}, which ${system.name} does not serve`,
  );
}

function checkPlan(
  { plan, nodes, concurrency }: RunConfig,
  workload: Workload,
  catalogue: Catalogue,
): void {
  const run = { nodes, clients: concurrency, workload, catalogue };
  const fault = plan === undefined ? null : planFault(plan, run);
  if (fault !== null) throw usage(fault);
}

function checkLimits(config: RunConfig, { kind }: System): void {
  for (const [field, { name, ...usual }] of Object.entries(LIMITS)) {
    const value = config[field as keyof typeof LIMITS];
    const isMany = field === 'nodes' && kind === 'program';
    const limit = isMany ? { ...usual, max: PROGRAM_NODES_MAX } : usual;
    const fault = value === null ? null : limitFault(value, limit);
    if (fault !== null) throw usage(`${name}: ${fault}`);
  }
  const { recoveryMinS, recoveryMaxS } = config;
  if (recoveryMinS > recoveryMaxS) {
    throw usage(`--recovery-min: ${recoveryMinS} is above --recovery-max (${recoveryMaxS})`);
  }
  const operations = config.rate * (config.timeLimitS + config.recoveryMaxS);
  if (operations > OPERATIONS_MAX) {
    throw usage(
      `--rate ${config.rate} for --time-limit ${config.timeLimitS}: a run of ` +
        `${Math.round(operations)} operations is too long (at most ${OPERATIONS_MAX})`,
    );
  }
}

/** Why a number is outside of what is allowed; null where it is inside. */
export function limitFault(
  value: number,
  { min, max, whole }: { readonly min: number; readonly max: number; readonly whole: boolean },
): string | null {
  // NaN is neither: it fails both comparisons.
  if (value >= min && value <= max && (!whole || Number.isInteger(value))) return null;
  return `${value} is not allowed (${whole ? 'a whole number ' : ''}${min} to ${max})`;
}

/** The simulator's part of the settings. */
export function simulatorOptions(set: Options): {
  readonly network: NetworkOptions;
  readonly disk: DiskOptions;
  readonly crashModel: CrashModel;
} {
  const number = (name: keyof typeof SIMULATOR_OPTIONS) => Number(set[name]);
  return {
    network: {
      latencyMinUs: number('network.latencyMinUs'),
      latencyMaxUs: number('network.latencyMaxUs'),
      lossPpm: number('network.lossPpm'),
      duplicatePpm: number('network.duplicatePpm'),
      latePpm: number('network.latePpm'),
      lateMaxUs: number('network.lateMaxUs'),
      resends: number('network.resends'),
    },
    disk: { syncMinUs: number('disk.syncMinUs'), syncMaxUs: number('disk.syncMaxUs') },
    crashModel: CRASH_MODELS.find((model) => model === set['disk.crash']) ?? 'prefix',
  };
}

/** The settings that begin with a prefix, without it: a workload's own options. */
export function settingsUnder(prefix: string, set: Options): Options {
  return Object.fromEntries(
    Object.entries(set)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length), value]),
  );
}
