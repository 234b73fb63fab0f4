/** The options of `run`, shared by every command that starts runs, and how they become a request. */

import type { Command } from 'commander';
import type { Options } from '../../systems/protocol.ts';
import { BACKEND_NAMES, type BackendName } from '../config/backends.ts';
import { builtIn } from '../config/catalogue.ts';
import type { RunRequest } from '../config/config.ts';
import { type HarnessError, usage } from '../core/errors.ts';
import { clientsIn, type PerNode, secondsIn } from '../core/quantities.ts';
import { isProgramPath } from '../own/modules.ts';
import { type NamedProgram, namedProgram } from '../own/program.ts';
import { choice, option, unfit } from './command-line.ts';
import { readConfigFile } from './config-file.ts';

/** What commander makes of the flags. */
export interface RunFlags {
  readonly config?: string;
  readonly backend?: BackendName;
  readonly workload?: string;
  readonly nodes?: number;
  readonly concurrency?: number | PerNode;
  readonly rate?: number;
  readonly timeLimit?: number;
  readonly nemesis?: readonly string[];
  readonly nemesisInterval?: number;
  readonly startupTimeout?: number;
  readonly recoveryMin?: number;
  readonly recoveryMax?: number;
  readonly seed?: number;
  readonly stopAtViolation?: boolean;
  readonly mutant?: readonly string[];
  readonly rules?: readonly string[];
  readonly set?: Options;
}

/** Adds the flags that say what to run. Limits and defaults are `config.ts`'s business. */
export function addRunOptions(command: Command): Command {
  return command
    .option('--config <file>', 'YAML file with options of what to run, by name; flags win over it')
    .addOption(choice('--backend <name>', 'where nodes run (default: sim)', BACKEND_NAMES))
    .option('--workload <name>', 'what clients do (default: register, or what the system serves)')
    .addOption(option('--nodes <n>', 'size of the cluster (default: 5)', number))
    .addOption(
      option('--concurrency <n>', 'clients at a time, or 2n: two a node (default: 10)', clients),
    )
    .addOption(
      option('--rate <n>', 'operations per second over all clients (default: 100)', number),
    )
    .addOption(
      option('--time-limit <t>', 'time under faults, 60, 60s or 5m (default: 60s)', duration),
    )
    .addOption(
      option('--nemesis <names>', 'faults, by comma; all or none (default: the usual four)', list),
    )
    .addOption(option('--nemesis-interval <t>', 'between faults of a kind (default: 5s)', duration))
    .addOption(
      option(
        '--startup-timeout <t>',
        'containers: time without progress until a start is given up (default: by the machine)',
        duration,
      ),
    )
    .addOption(
      option(
        '--recovery-min <t>',
        'load goes on so long after the last fault (default: as needed)',
        duration,
      ),
    )
    .addOption(option('--recovery-max <t>', 'and at most so long while nothing succeeds', duration))
    .addOption(
      option('--seed <n>', 'settles every random choice (default: drawn, and printed)', number),
    )
    .option('--stop-at-violation', 'end the run at the first violation, and judge it')
    .addOption(option('--mutant <ids>', 'plants known bugs, by comma', list))
    .addOption(option('--rules <files>', 'modules with own variants of the rules, by comma', list))
    .addOption(
      option(
        '--set <name=value>',
        'an option of system, workload or simulator, see: ordeal list options',
        setting,
      ),
    );
}

/** Flags over the file's options. The system may be named in the file alone. */
export function requestOf(named: string | undefined, flags: RunFlags): RunRequest {
  const file = flags.config === undefined ? {} : readConfigFile(flags.config, named);
  if (named !== undefined && file.system !== undefined && file.system !== named) {
    throw usage(`--config ${flags.config}: is for ${file.system}, not for ${named}`);
  }
  const system = named ?? file.system;
  if (system === undefined) throw noSystem('ordeal run raft');
  return withFlags(file, system, flags);
}

/** The same of a program, which a file of options does not name. */
export function requestOfProgram({ system, program }: NamedProgram, flags: RunFlags): RunRequest {
  const { system: _, ...file } =
    flags.config === undefined ? {} : readConfigFile(flags.config, system);
  return { ...withFlags(file, system, flags), program };
}

/** The program that a command is given, where it is one: null for a system by its name or module. */
export function programIn(
  system: string | undefined,
  args: readonly string[],
  { bin }: { readonly bin?: string },
  command: string,
): NamedProgram | null {
  if (bin !== undefined) {
    // All operands are its own.
    const own = system === undefined ? [] : [system, ...args];
    return namedProgram(bin, own);
  }
  if (system !== undefined && isProgramPath(system)) return namedProgram(system, args);
  if (args.length > 0) throw excess(args, command);
  return null;
}

/** Arguments after the system that nobody takes. */
export function excess(args: readonly string[], command: string): HarnessError {
  return usage(
    `too many arguments for '${command}': ${args.join(' ')} (only a program has any, after --)`,
  );
}

function withFlags(file: Partial<RunRequest>, system: string, flags: RunFlags): RunRequest {
  const options = {
    backend: flags.backend,
    workload: flags.workload,
    nodes: flags.nodes,
    concurrency: flags.concurrency,
    rate: flags.rate,
    timeLimitS: flags.timeLimit,
    nemesis: flags.nemesis,
    nemesisIntervalS: flags.nemesisInterval,
    startupTimeoutS: flags.startupTimeout,
    recoveryMinS: flags.recoveryMin,
    recoveryMaxS: flags.recoveryMax,
    seed: flags.seed,
    stopAtViolation: flags.stopAtViolation,
    mutants: flags.mutant,
    rules: flags.rules,
  };
  const given = Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  );
  return { ...file, ...given, system, set: { ...file.set, ...flags.set } };
}

/** A command that needs a system was given none. */
export function noSystem(example: string): HarnessError {
  const known = Object.keys(builtIn.systems).join(', ');
  return usage(`a system is needed: ${known} (as in: ${example})`);
}

/** A time, as a flag's argument: in seconds. */
export function duration(text: string): number {
  const seconds = secondsIn(text);
  if (seconds !== null) return seconds;
  throw unfit('a time is needed: 60, 60s, 5m, 1h or 500ms');
}

/** A number, or one for each node, as a flag's argument. */
export function clients(text: string): number | PerNode {
  const value = clientsIn(text);
  if (value !== null) return value;
  throw unfit('a number is needed, or one for each node: 10 or 2n');
}

/** A number, as a flag's argument. */
export function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) {
    throw unfit('a number is needed');
  }
  return value;
}

/** Names with commas between, as a flag's argument. */
export function list(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.some((name) => name === '')) throw unfit('a name is empty');
  return names;
}

/** One `name=value` after others, as a flag's argument. */
export function setting(text: string, before: Options = {}): Options {
  const at = text.indexOf('=');
  if (at < 1) throw unfit('name=value is needed');
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}
