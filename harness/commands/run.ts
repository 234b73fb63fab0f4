/** `ordeal run`: one run, or runs on successive seeds until one is invalid. */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { type RunRequest, resolveConfig } from '../config/config.ts';
import { EXIT, usage } from '../core/errors.ts';
import type { Tally } from '../report/tally.ts';
import { tallyLines, tallyText } from '../report/tally.ts';
import { styleOf, terminalBlock, wrap } from '../report/terminal.ts';
import { interruption } from '../run/interruption.ts';
import { prepare } from '../run/prepare.ts';
import type { PreparedRun, RunContext } from '../run/prepared.ts';
import { type Progress, progressOn } from '../run/progress.ts';
import { refuseEarly, runAndStore } from '../run/run.ts';
import { commandOf } from '../run/run-file.ts';
import { runSeries, type Saying } from '../run/series.ts';
import { StartProgress } from '../run/start-progress.ts';
import { requireStore } from '../store/files.ts';
import { FILES, type RunSummary } from '../store/format.ts';
import { option } from './command-line.ts';
import { printDocument } from './document.ts';
import {
  addRunOptions,
  excess,
  noSystem,
  number,
  programIn,
  type RunFlags,
  requestOf,
  requestOfProgram,
} from './run-options.ts';
import { runScenario } from './scenario.ts';

/** How many runs are made of a request, where they are stored, and how they are told. */
export interface MakingFlags {
  readonly runs?: number;
  readonly store: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

interface Flags extends RunFlags, MakingFlags {
  readonly scenario?: string;
  readonly bin?: string;
}

const EXAMPLES = `
Examples:
  ordeal run raft
  ordeal run raft --nemesis partition,kill --nodes 3 --seed 7
  ordeal run raft --mutant rf-commit-old-term --runs 200
  ordeal run raft --backend docker --time-limit 30
  ordeal run raft --rules ./my-rules.ts --runs 1000
  ordeal run raft --scenario raft-figure-8
  ordeal run ./my-node --workload lin-kv --time-limit 20 -- --its-own-flag`;

export function registerRun(program: Command, done: (status: number) => void): void {
  const command = program
    .command('run')
    .description('run a system under faults and judge what it did')
    .argument('[system]', 'a name (see: ordeal list systems), a module, or a program')
    .argument('[args...]', 'of a program, after --');
  addRunOptions(command)
    .addOption(
      option('--runs <n>', 'runs on successive seeds, until one is invalid (default: 1)', number),
    )
    .option('--bin <file>', 'a program that speaks JSON lines; its arguments after --')
    .option('--scenario <name>', 'plays a script: see list scenarios, or an own file (.yaml)')
    .option('--store <dir>', 'where runs are stored; a scenario only if given', 'store')
    .option('--json', 'one JSON document on stdout')
    .option('--quiet', 'no progress on stderr')
    .addHelpText('after', EXAMPLES)
    .action(async (system: string | undefined, args: readonly string[], flags: Flags) => {
      const { scenario } = flags;
      if (scenario === undefined) {
        done(await run(requestFor(system, args, flags), flags));
        return;
      }
      if (args.length > 0) throw excess(args, 'run');
      const given = Object.keys(flags).filter((flag) => {
        return command.getOptionValueSource(flag) === 'cli';
      });
      if (system === undefined) throw noSystem('ordeal run raft --scenario raft-figure-8');
      done(await runScenario(system, scenario, flags, given));
    });
}

/** A run of a program, where one is named, else of a system by its name or module. */
function requestFor(system: string | undefined, args: readonly string[], flags: Flags): RunRequest {
  const named = programIn(system, args, flags, 'run');
  return named === null ? requestOf(system, flags) : requestOfProgram(named, flags);
}

/** Makes the runs that are asked for, tells what came of them, and returns the exit status. */
export async function run(request: RunRequest, flags: MakingFlags): Promise<number> {
  const prepared = await prepare(request);
  const runs = flags.runs ?? 1;
  if (!Number.isInteger(runs) || runs < 1 || runs > 1_000_000) {
    throw usage(`--runs: ${runs} is not allowed (a whole number 1 to 1000000)`);
  }
  await refuseEarly(prepared);
  const progress = progressOn(process.stderr, flags.quiet === true);
  using interrupt = interruption('undoing faults, judging what there is', progress.aside);
  const { signal } = interrupt;
  requireStore(flags.store);
  using start = new StartProgress(progress);
  const context: RunContext = {
    store: flags.store,
    signal,
    progress: progress.run,
    onStart: start.tell,
  };
  const hint = huntText(prepared);
  if (hint !== null) progress.line(hint);
  const saying = sayingOn(progress);
  if (runs === 1) {
    const summary = await saying(prepared, () => runAndStore(prepared, context));
    progress.end();
    return show(summary, null, flags);
  }
  const series = await runSeries(prepared, runs, saying, context, progress);
  const { tally, summary, interrupted } = series;
  if (interrupted && flags.json !== true) {
    process.stderr.write(`${tallyText(tally)}, then interrupted\n`);
  }
  if (summary !== null) return show(summary, tally, flags);
  if (flags.json === true) {
    const verdict = { kind: 'unknown', because: 'interrupted before a run was stored' };
    printDocument({ verdict, exitStatus: EXIT.interrupted, runs: tally });
  }
  return EXIT.interrupted;
}

/** What variants ask for beyond what was asked for: they are hunted where they show. */
function huntText({ request, config, variants, catalogue }: PreparedRun): string | null {
  if (variants.every(({ hunt }) => hunt === undefined)) return null;
  const plain = resolveConfig({ ...request, seed: config.seed }, [], () => config.seed, catalogue);
  const changes = [
    ['nodes', plain.nodes, config.nodes],
    ['workload', plain.workload, config.workload],
    ['nemesis', plain.nemesis.join(',') || 'none', config.nemesis.join(',') || 'none'],
    ['nemesis-interval', plain.nemesisIntervalS, config.nemesisIntervalS],
    ['rate', plain.rate, config.rate],
    ['time-limit', plain.timeLimitS, config.timeLimitS],
    ...Object.entries(config.set).map(([name, value]) => ['set', plain.set[name], value, name]),
  ].filter(([, before, now]) => before !== now);
  if (changes.length === 0) return null;
  const flags = changes.map(([flag, , now, name]) => {
    return name === undefined ? `--${flag} ${now}` : `--set ${name}=${now}`;
  });
  const ids = variants.filter(({ hunt }) => hunt !== undefined).map(({ id }) => id);
  const { columns } = styleOf(process.stderr);
  const text = `${ids.join(', ')} is run where it shows best: ${flags.join(' ')} (flags of yours win)`;
  return wrap(text, columns - 2).join('\n  ');
}

/** A run that ends in an error must not take its seed along, which may have been drawn. */
function sayingOn(progress: Progress): Saying {
  return async ({ request, config }, make) => {
    try {
      return await make();
    } catch (error) {
      const command = commandOf(request, config);
      progress.aside(() => process.stderr.write(`ordeal: to run it again: ${command}\n`));
      throw error;
    }
  };
}

/** Prints what a run came to and returns its exit status. */
function show(summary: RunSummary, tally: Tally | null, flags: MakingFlags): number {
  const { run, results, paths } = summary;
  const { verdict, exitStatus } = results;
  if (flags.json === true) {
    const digest = digestOf(paths.directory);
    printDocument({ verdict, exitStatus, ...digest, run, results, paths, runs: tally });
    return exitStatus;
  }
  if (tally !== null)
    process.stdout.write(`${tallyLines(tally, styleOf(process.stdout).columns).join('\n')}\n`);
  process.stdout.write(`${terminalBlock(summary, styleOf(process.stdout))}\n`);
  return exitStatus;
}

/** Digests of the recording, so that two runs can be compared without their files. */
function digestOf(directory: string | null): Record<string, string> {
  if (directory === null) return {};
  const digest = (file: string) =>
    createHash('sha256')
      .update(readFileSync(join(directory, file)))
      .digest('hex');
  return { historySha256: digest(FILES.history), traceSha256: digest(FILES.trace) };
}
