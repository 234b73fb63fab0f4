/** What `--set` takes: options of the system, of the workload and of the simulator, together. */

import type { Options } from '../../systems/protocol.ts';
import type { OptionSpec, System } from '../../systems/system.ts';
import type { Workload } from '../../workloads/workload.ts';
import { suggestion, usage } from '../core/errors.ts';
import { CRASH_MODELS } from '../sim/disk.ts';

type Specs = Readonly<Record<string, OptionSpec>>;

const MILLION = 1_000_000;
const US_MAX = 60 * MILLION;

function microseconds(
  describe: string,
  value: number,
  worth: readonly number[] = [],
  min = 0,
): OptionSpec {
  return { describe, default: value, min, max: US_MAX, worth };
}

function perMillion(describe: string, worth: readonly number[]): OptionSpec {
  return { describe, default: 1_000, min: 0, max: MILLION, worth };
}

/** Settings of the simulator's network, disk, crashes and faults. */
export const SIMULATOR_OPTIONS = {
  'network.latencyMinUs': microseconds('shortest delay of a message', 200),
  'network.latencyMaxUs': microseconds('longest ordinary delay', 2_000, [500, 2_000, 20_000]),
  'network.lossPpm': perMillion('messages lost, per million', [0, 1_000, 20_000, 100_000]),
  'network.duplicatePpm': perMillion(
    'messages that come twice, per million',
    [0, 1_000, 50_000, 200_000],
  ),
  'network.latePpm': perMillion(
    'messages held back for long, per million',
    [0, 1_000, 20_000, 100_000],
  ),
  'network.lateMaxUs': microseconds(
    'how long they are held back at most',
    300_000,
    [20_000, 300_000, 1_000_000],
    1,
  ),
  'network.resends': {
    describe: 'how often a connection sends a lost message again until it breaks; over connections',
    default: 7,
    min: 0,
    max: 15,
  },
  'disk.syncMinUs': microseconds('shortest time of a sync', 100),
  'disk.syncMaxUs': microseconds('longest time of a sync', 1_000, [200, 1_000, 20_000, 50_000]),
  'disk.crash': {
    describe:
      'what a crash keeps of unsynced writes: some of the oldest, none, or some and a torn one',
    default: 'prefix',
    choices: CRASH_MODELS,
  },
  'faults.stepPpm': {
    describe: 'faults that wait for a step of some node, and hit it then, per million',
    default: 0,
    min: 0,
    max: MILLION,
  },
} as const satisfies Specs;

/** Every option that a run of this system under this workload has, as `--set` names it. */
export function settingSpecs(system: System, workload: Workload): Specs {
  const simulator = Object.entries<OptionSpec>(SIMULATOR_OPTIONS).map(([name, spec]) => {
    // A system may have other defaults for its world.
    return [name, system.options[name] ?? spec] as const;
  });
  return { ...system.options, ...Object.fromEntries(simulator), ...workloadSpecs(workload) };
}

/** A workload's options under the names that they have beside those of a system. */
export function workloadSpecs(workload: Workload): Specs {
  return Object.fromEntries(
    Object.entries(workload.options).map(([name, spec]) => [`workload.${name}`, spec]),
  );
}

/** What is given, over the defaults, checked by nobody: for what is asked of settings that are drawn. */
export function overDefaults(system: System, given: Options): Options {
  const defaults = Object.entries(system.options).map(([name, spec]) => [name, spec.default]);
  return { ...Object.fromEntries(defaults), ...given };
}

/** What is given, checked, and the default of everything else. */
export function resolveSettings(system: System, workload: Workload, given: Options): Options {
  return resolve(settingSpecs(system, workload), system.name, given);
}

/** The same for the options of a system alone, where no workload and no simulator has a say. */
export function resolveSystemOptions(system: System, given: Options): Options {
  return resolve(system.options, system.name, given);
}

/** Whether these settings of a run are allowed, each and together. */
export function settingsGoTogether(system: System, workload: Workload, set: Options): boolean {
  return settingsFault(settingSpecs(system, workload), system.name, set) === null;
}

/** What is wrong with options of a system alone; null where nothing is. */
export function systemOptionsFault(system: System, given: Options): string | null {
  const fault = settingsFault(system.options, system.name, given);
  return fault === null ? null : `${fault.of === null ? '' : `${fault.of}: `}${fault.because}`;
}

function resolve(specs: Specs, system: string, given: Options): Options {
  const fault = settingsFault(specs, system, given);
  if (fault === null) return filledIn(specs, given);
  throw usage(`--set${fault.of === null ? '' : ` ${fault.of}`}: ${fault.because}`);
}

interface SettingsFault {
  /** The setting as it was given, or its name alone; null where there is none of that name. */
  readonly of: string | null;
  readonly because: string;
}

/** The first thing that is wrong, each by itself and then together; null where nothing is. */
function settingsFault(specs: Specs, system: string, given: Options): SettingsFault | null {
  for (const [name, value] of Object.entries(given)) {
    const because = settingFault(specs, system, name, value);
    if (because === null) continue;
    return { of: Object.hasOwn(specs, name) ? `${name}=${value}` : null, because };
  }
  return faultTogether(specs, filledIn(specs, given), given);
}

/** What is given, and the default of everything else. */
function filledIn(specs: Specs, given: Options): Options {
  return Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => [
      name,
      Object.hasOwn(given, name) ? settingOf(spec, given[name] as Value) : spec.default,
    ]),
  );
}

type Value = Options[string];

/** What is wrong with one setting, by itself; null where nothing is. */
export function settingFault(
  specs: Specs,
  system: string,
  name: string,
  given: Value,
): string | null {
  const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
  if (spec === undefined) {
    const hint = suggestion(name, Object.keys(specs), `see: ordeal list options ${system}`);
    return `unknown option "${name}" (${hint})`;
  }
  return isAllowed(spec, settingOf(spec, given)) ? null : `not allowed (${allowedOf(spec)})`;
}

function settingOf(spec: OptionSpec, given: Value): Value {
  return typeof given === 'string' ? parseAs(typeof spec.default, given) : given;
}

export function isAllowed(spec: OptionSpec, value: Value): boolean {
  if ('choices' in spec) return spec.choices.includes(String(value));
  if ('pattern' in spec) {
    return typeof value === 'string' && new RegExp(`^(?:${spec.pattern})$`).test(value);
  }
  if (!('min' in spec)) return typeof value === 'boolean';
  return Number.isInteger(value) && Number(value) >= spec.min && Number(value) <= spec.max;
}

/** The values of an option in words. */
export function allowedOf(spec: OptionSpec): string {
  if ('choices' in spec) return spec.choices.join(', ');
  if ('pattern' in spec) return spec.allowed;
  return 'min' in spec ? `a whole number ${spec.min} to ${spec.max}` : 'true or false';
}

function parseAs(type: string, text: string): Value {
  if (type === 'number' && text.trim() !== '') return Number(text);
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

/** What each setting cannot know alone: told of one that was given, since its defaults go together. */
function faultTogether(specs: Specs, settings: Options, given: Options): SettingsFault | null {
  const value = (name: string) => Number(settings[name]);
  const isGiven = (name: string) => Object.hasOwn(given, name);
  for (const what of ['network.latency', 'disk.sync']) {
    const [low, high] = [`${what}MinUs`, `${what}MaxUs`];
    // A script has no network: what is not a number is above nothing.
    if (value(low) > value(high)) {
      return isGiven(high)
        ? { of: high, because: `${value(high)} is below ${low} (${value(low)})` }
        : { of: low, because: `${value(low)} is above ${high} (${value(high)})` };
    }
  }
  const [loss, late] = ['network.lossPpm', 'network.latePpm'];
  if (value(loss) + value(late) > MILLION) {
    const [of, other] = isGiven(late) ? [late, loss] : [loss, late];
    const because = `${value(of)} is more than a million with ${other} (${value(other)})`;
    return { of, because };
  }
  for (const [name, spec] of Object.entries(specs)) {
    const limit = 'min' in spec ? spec.below : undefined;
    if (limit === undefined || value(name) < value(limit)) continue;
    if (isGiven(name) || !isGiven(limit)) {
      return { of: name, because: `${value(name)} is not below ${limit} (${value(limit)})` };
    }
    return { of: limit, because: `${value(limit)} is not above ${name} (${value(name)})` };
  }
  return null;
}
