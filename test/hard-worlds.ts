/**
 * Runs drawn from a seed for soaks: hard worlds (slow disks, late messages, a fault every half
 * second), and settings that put the most weight on what is rarely asked of a protocol (time-outs
 * that the world hardly meets, batches and windows of one, a snapshot every few entries).
 */

import { builtIn } from '../harness/config/catalogue.ts';
import { type RunConfig, type RunRequest, resolveConfig } from '../harness/config/config.ts';
import { promisedNemeses } from '../harness/config/nemeses.ts';
import { overDefaults, SIMULATOR_OPTIONS } from '../harness/config/settings.ts';
import { namedDraw } from '../harness/core/draw.ts';
import { HarnessError } from '../harness/core/errors.ts';
import type { TimedCheck } from '../harness/store/format.ts';
import { systems } from '../systems/index.ts';
import { worthDrawing } from '../systems/option-values.ts';
import type { Options } from '../systems/protocol.ts';
import type { System } from '../systems/system.ts';
import { workloadsServedBy } from './systems/workload-of.ts';

type Value = Options[string];

/** An option is left as it is one time in three. */
const CHANGED = 3;

/** Some draws go together with no others: tried again under the next number. */
const ATTEMPTS = 100;

/** A run in a hard world, as a user would ask for it, and what that comes to. */
export interface HardRun {
  readonly request: RunRequest;
  readonly config: RunConfig;
}

/** The hard run of a system under a seed, but for settings that are `fixed`. */
export function hardRun(system: System, seed: number, fixed: Options = {}): HardRun {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const request = drawRequest(system, seed, attempt, fixed);
    try {
      return { request, config: resolveConfig(request, [], () => seed) };
    } catch (error) {
      if (!(error instanceof HarnessError)) throw error;
    }
  }
  throw new Error(`no settings of ${system.name} go together under seed ${seed}`);
}

/** All systems, for a soak that names none. */
export const soaked: readonly System[] = Object.values(systems);

/** Checkers that ask for nothing but liveness. */
const LIVENESS: ReadonlySet<string> = new Set(['availability', 'liveness', 'progress']);

/** What is wrong with the safety of a run; worlds like these may leave a protocol no liveness. */
export function safetyAlarms(checks: readonly TimedCheck[]): readonly TimedCheck[] {
  return checks.filter(({ checker, verdict }) => {
    if (verdict.kind !== 'invalid' || LIVENESS.has(checker)) {
      return false;
    }
    const { property = '', properties = [property] } = verdict;
    return !properties.every((name) => name.startsWith('Liveness:') || name === 'Disruption');
  });
}

function drawRequest(system: System, seed: number, attempt: number, fixed: Options): RunRequest {
  const draw = namedDraw(seed);
  const pick = <Item>(what: string, items: readonly Item[]): Item =>
    items[draw(`hard-${what}`, attempt, 0) % items.length] as Item;
  const set: Record<string, Value> = {};
  for (const [name, spec] of Object.entries({ ...system.options, ...SIMULATOR_OPTIONS })) {
    const values = worthDrawing(spec);
    if (values.length === 0 || draw(`hard-change-${name}`, attempt, 0) % CHANGED === 0) continue;
    const value = pick(name, values);
    if (value !== spec.default) set[name] = value;
  }
  const given = { ...set, ...fixed };
  const nodes = pick('nodes', [1, 2, 3, 3, 4, 5, 5, 6, 7]);
  const nemesis = promisedNemeses(system, builtIn, overDefaults(system, given), nodes).filter(
    (name) => pick(`nemesis-${name}`, [true, false]),
  );
  return {
    system: system.name,
    workload: pick('workload', workloadsServedBy(system)),
    nodes,
    concurrency: pick('concurrency', [5, 10, 20]),
    rate: pick('rate', [50, 100, 200, 400]),
    timeLimitS: pick('time-limit', [20, 30]),
    nemesis: nemesis.length === 0 ? ['all'] : nemesis,
    nemesisIntervalS: pick('nemesis-interval', [0.5, 1, 3]),
    seed,
    set: given,
  };
}
