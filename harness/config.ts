/** The configuration of a run, fully resolved: the only home of defaults. Flags win over a file. */

import type { Options } from '../systems/protocol.ts';
import type { HuntSettings, System } from '../systems/system.ts';
import type { Workload } from '../workloads/workload.ts';
import { builtIn, type Catalogue, nemesisNamed, systemNamed, workloadNamed } from './catalogue.ts';
import { usage } from './errors.ts';
import type { CrashModel } from './sim/disk.ts';
import type { NetworkOptions } from './sim/network.ts';
import type { DiskOptions } from './sim/world.ts';

/** Everything that, with the code, determines a run. Stored in `run.json`. */
export interface RunConfig {
  readonly system: string;
  readonly backend: 'sim' | 'docker';
  readonly workload: string;
  readonly nodes: number;
  /** Clients at a time. */
  readonly concurrency: number;
  /** Operations per second over all clients. */
  readonly rate: number;
  readonly timeLimitS: number;
  readonly nemesis: readonly string[];
  readonly nemesisIntervalS: number;
  /** Load after the quiet end: at least this long, and at most so long while nothing succeeds. */
  readonly recoveryMinS: number;
  readonly recoveryMaxS: number;
  readonly seed: number;
  readonly mutants: readonly string[];
  readonly rules: readonly string[];
  /** Options of the system, of the workload (`workload.keys`), and of the simulator. */
  readonly set: Options;
}

/** What the user asked for: everything but the system may be left open. */
export interface RunRequest extends Partial<Omit<RunConfig, 'system' | 'set'>> {
  readonly system: string;
  readonly set?: Options;
}

const DEFAULTS = {
  backend: 'sim',
  workload: 'register',
  nodes: 5,
  concurrency: 10,
  rate: 100,
  timeLimitS: 60,
  nemesisIntervalS: 5,
} as const;

/** Limits of numbers, with the reason where it is not plain. */
const LIMITS = {
  nodes: [1, 9],
  concurrency: [1, 1000],
  rate: [0.1, 100_000],
  timeLimitS: [1, 86_400],
  nemesisIntervalS: [0.1, 3600],
  seed: [0, Number.MAX_SAFE_INTEGER],
} as const;

/** A plan is held in memory and on disk; longer hunts are many runs. */
const OPERATIONS_MAX = 1_000_000;

/** Settings of the simulator's network, disk and crashes, as `--set` names them. */
export const SIMULATOR_OPTIONS = {
  'network.latencyMinUs': { describe: 'shortest delay of a message', default: 200 },
  'network.latencyMaxUs': { describe: 'longest ordinary delay', default: 2_000 },
  'network.lossPpm': { describe: 'messages lost, per million', default: 1_000 },
  'network.duplicatePpm': { describe: 'messages that come twice, per million', default: 1_000 },
  'network.latePpm': { describe: 'messages held back for long, per million', default: 1_000 },
  'network.lateMaxUs': { describe: 'how long at most', default: 300_000 },
  'disk.syncMinUs': { describe: 'shortest time of a sync', default: 100 },
  'disk.syncMaxUs': { describe: 'longest time of a sync', default: 1_000 },
  'disk.crash': {
    describe: 'what a crash keeps of unsynced writes: prefix or all-lost',
    default: 'prefix',
  },
} as const;

/** Resolves a request: flags over the hunt settings of its variants over defaults. */
export function resolveConfig(
  request: RunRequest,
  hunts: readonly HuntSettings[],
  drawSeed: () => number,
  catalogue: Catalogue = builtIn,
): RunConfig {
  const system = systemNamed(request.system, catalogue);
  const hinted: HuntSettings = Object.assign({}, ...hunts);
  const workload = workloadNamed(
    request.workload ?? hinted.workload ?? DEFAULTS.workload,
    catalogue,
  );
  const nemesis = nemesisNames(request.nemesis ?? hinted.nemesis ?? ['all'], catalogue);
  const backend = request.backend ?? DEFAULTS.backend;
  const timeoutS = system.electionTimeoutMs / 1000;
  const hintedSet = Object.assign({}, ...hunts.map((hunt) => hunt.set ?? {}));
  const config: RunConfig = {
    system: request.system,
    backend,
    workload: workload.name,
    nodes: request.nodes ?? hinted.nodes ?? DEFAULTS.nodes,
    concurrency: request.concurrency ?? DEFAULTS.concurrency,
    rate: request.rate ?? hinted.rate ?? DEFAULTS.rate,
    timeLimitS: request.timeLimitS ?? hinted.timeLimitS ?? DEFAULTS.timeLimitS,
    nemesis,
    nemesisIntervalS:
      request.nemesisIntervalS ?? hinted.nemesisIntervalS ?? DEFAULTS.nemesisIntervalS,
    recoveryMinS: request.recoveryMinS ?? (backend === 'sim' ? 10 * timeoutS : 10),
    // PROTOCOLS 3.5: 20 election timeouts; on real machines 30 s, because they are busy with others.
    recoveryMaxS: request.recoveryMaxS ?? (backend === 'sim' ? 20 * timeoutS : 30),
    seed: request.seed ?? drawSeed(),
    mutants: request.mutants ?? [],
    rules: request.rules ?? [],
    set: resolveSettings(system, workload, { ...hintedSet, ...request.set }),
  };
  checkLimits(config);
  checkServed(system, workload);
  return config;
}

/** Names of nemeses, with `all` and `none` spelt out. */
function nemesisNames(names: readonly string[], catalogue: Catalogue): readonly string[] {
  if (names.length === 1 && names[0] === 'none') return [];
  if (names.length === 1 && names[0] === 'all') return Object.keys(catalogue.nemeses);
  return [...new Set(names.map((name) => nemesisNamed(name, catalogue).name))];
}

function checkServed(system: System, workload: Workload): void {
  const missing = workload.operations.filter((f) => !system.operations.includes(f));
  if (missing.length === 0) return;
  throw usage(
    `--workload ${workload.name} needs ${missing.join(', ')}, which ${system.name} does not serve`,
  );
}

function checkLimits(config: RunConfig): void {
  for (const [name, [min, max]] of Object.entries(LIMITS)) {
    const value = config[name as keyof typeof LIMITS];
    const whole = name === 'nodes' || name === 'concurrency' || name === 'seed';
    if (Number.isFinite(value) && value >= min && value <= max && !(whole && value % 1 !== 0)) {
      continue;
    }
    const flag = `--${name.replace(/S$/, '').replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`;
    throw usage(
      `${flag}: ${value} is not allowed (${whole ? 'a whole number ' : ''}${min} to ${max})`,
    );
  }
  const operations = config.rate * (config.timeLimitS + config.recoveryMaxS);
  if (operations > OPERATIONS_MAX) {
    throw usage(
      `--rate ${config.rate} for --time-limit ${config.timeLimitS}: a run of ` +
        `${Math.round(operations)} operations is too long (at most ${OPERATIONS_MAX})`,
    );
  }
  const { 'network.latencyMinUs': low, 'network.latencyMaxUs': high } = config.set;
  if (Number(low) > Number(high)) {
    throw usage(`--set network.latencyMaxUs: ${high} is below network.latencyMinUs (${low})`);
  }
}

/** Every option of the system, the workload and the simulator with its value. */
function resolveSettings(system: System, workload: Workload, given: Options): Options {
  const specs: Record<string, OptionLike> = { ...system.options, ...SIMULATOR_OPTIONS };
  for (const [name, spec] of Object.entries(workload.options)) specs[`workload.${name}`] = spec;
  for (const name of Object.keys(given)) {
    if (specs[name] === undefined) {
      throw usage(`--set: unknown option "${name}" (known: ${Object.keys(specs).join(', ')})`);
    }
  }
  return Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => [name, settingOf(name, spec, given[name])]),
  );
}

interface OptionLike {
  readonly default: string | number | boolean;
  readonly min?: number;
  readonly max?: number;
  readonly choices?: readonly string[];
}

function settingOf(
  name: string,
  spec: OptionLike,
  given: string | number | boolean | undefined,
): string | number | boolean {
  if (given === undefined) return spec.default;
  const value = typeof given === 'string' ? parseAs(typeof spec.default, given) : given;
  const { min = 0, max = 1_000_000_000, choices } = spec;
  const allowed =
    typeof value !== typeof spec.default
      ? typeof spec.default
      : typeof value === 'number' && !(value >= min && value <= max)
        ? `${min} to ${max}`
        : choices !== undefined && !choices.includes(String(value))
          ? choices.join(', ')
          : null;
  if (allowed === null) return value;
  throw usage(`--set ${name}=${given}: not allowed (${allowed})`);
}

function parseAs(type: string, text: string): string | number | boolean {
  if (type === 'number' && text.trim() !== '' && Number.isFinite(Number(text))) return Number(text);
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
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
    },
    disk: { syncMinUs: number('disk.syncMinUs'), syncMaxUs: number('disk.syncMaxUs') },
    crashModel: set['disk.crash'] === 'all-lost' ? 'all-lost' : 'prefix',
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
