/** `ordeal run`: one run, or runs on successive seeds until one is invalid. */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Verdict } from '../../checkers/verdict.ts';
import { builtIn, type Catalogue, systemNamed } from '../catalogue.ts';
import { type RunRequest, resolveConfig } from '../config.ts';
import { EXIT, usage } from '../errors.ts';
import { interruption } from '../interruption.ts';
import { leadToUs, withOwnModules } from '../own-modules.ts';
import { styleOf, terminalBlock } from '../report/terminal.ts';
import { type PreparedRun, type RunContext, refuseEarly, runAndStore } from '../run.ts';
import { commandOf } from '../run-file.ts';
import { simulateOnce } from '../simulate.ts';
import { FILES, type RunSummary } from '../store/format.ts';
import { huntsOf } from '../variants/hunts.ts';
import { loadVariants } from '../variants/load.ts';
import { applyVariants, builtInVariant } from '../variants.ts';
import { addRunOptions, number, type RunFlags, requestOf } from './run-options.ts';
import { runScenario } from './scenario.ts';

interface Flags extends RunFlags {
  readonly scenario?: string;
  readonly runs?: number;
  readonly store: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const EXAMPLES = `
Examples:
  ordeal run raft
  ordeal run raft --nemesis partition,kill --nodes 3 --seed 7
  ordeal run raft --mutant rf-commit-old-term --runs 200
  ordeal run raft --backend docker --time-limit 30
  ordeal run raft --rules ./my-rules.ts --runs 1000
  ordeal run raft --scenario raft-figure-8`;

export function registerRun(program: Command, done: (status: number) => void): void {
  const command = program
    .command('run')
    .description('run a system under faults and judge what it did')
    .argument('<system>', 'see: ordeal list systems');
  addRunOptions(command)
    .option('--runs <n>', 'runs on successive seeds, until one is invalid (default: 1)', number)
    .option('--scenario <name>', 'plays a script: see list scenarios, or an own file (.yaml)')
    .option('--store <dir>', 'where runs are stored', 'store')
    .option('--json', 'one JSON document on stdout')
    .option('--quiet', 'no progress on stderr')
    .addHelpText('after', EXAMPLES)
    .action(async (system: string, flags: Flags) => {
      const { scenario } = flags;
      if (scenario === undefined) {
        done(await run(requestOf(system, flags), flags));
        return;
      }
      const given = Object.keys(flags).filter((flag) => {
        return command.getOptionValueSource(flag) === 'cli';
      });
      done(await runScenario(system, scenario, flags, given));
    });
}

async function run(request: RunRequest, flags: Flags): Promise<number> {
  const prepared = await prepare(request);
  const runs = flags.runs ?? 1;
  if (!Number.isInteger(runs) || runs < 1 || runs > 1_000_000) {
    throw usage(`--runs: ${runs} is not allowed (a whole number 1 to 1000000)`);
  }
  await refuseEarly(prepared);
  using interrupt = interruption();
  const progress = (line: string) => {
    if (flags.quiet !== true) process.stderr.write(`${line}\n`);
  };
  const context: RunContext = { store: flags.store, signal: interrupt.signal, progress };
  if (runs === 1) {
    const summary = await runSaying(prepared, context);
    show(summary, null, flags);
    return summary.results.exitStatus;
  }
  const { summary, ...tally } = await runMany(prepared, runs, context);
  if (summary === null) {
    process.stderr.write(`${tallyText(tally)}, then interrupted\n`);
    return EXIT.interrupted;
  }
  show(summary, tally, flags);
  return summary.results.exitStatus;
}

/** Resolves configuration and variants; nothing has been started yet when this throws. */
export async function prepare(
  request: RunRequest,
  base: Catalogue = builtIn,
): Promise<PreparedRun> {
  if ((request.rules ?? []).length > 0) leadToUs();
  const { request: named, catalogue } = await withOwnModules(request, base);
  const system = systemNamed(named.system, catalogue);
  const planted = (request.mutants ?? []).map((name) => builtInVariant(system, name));
  const files = (request.rules ?? []).map((file) => resolve(file));
  const own = (await Promise.all(files.map((file) => loadVariants(file)))).flat();
  const variants = [...planted, ...own];
  // Refuses what does not fit the system before anything is started.
  applyVariants(system, variants);
  const hunts = huntsOf(system, variants, catalogue);
  // The command that is told keeps the user's paths; the configuration has names.
  const rules = files.length > 0 ? { rules: files } : {};
  const asked = { ...request, ...rules };
  const config = resolveConfig({ ...named, ...rules }, hunts, drawSeed, catalogue);
  return { request: asked, config, variants, catalogue, byValue: [] };
}

function drawSeed(): number {
  return Math.floor(Math.random() * 2 ** 32);
}

/** A run that ends in an error must not take its seed along, which may have been drawn. */
async function runSaying(prepared: PreparedRun, context: RunContext): Promise<RunSummary> {
  try {
    return await runAndStore(prepared, context);
  } catch (error) {
    process.stderr.write(`ordeal: the run was: ${commandOf(prepared.request, prepared.config)}\n`);
    throw error;
  }
}

/** How much a reader wants to see a run of this verdict, out of several. */
const INTEREST = { valid: 0, unknown: 1, invalid: 2 } as const;

/**
 * Successive seeds until one is invalid. In the simulator they are tried in memory, and the one to
 * be shown is made again and stored: the invalid one, else the first unknown one, else the last.
 * On containers every run is stored. The summary is null when it was interrupted before that.
 */
async function runMany(
  prepared: PreparedRun,
  runs: number,
  context: RunContext,
): Promise<Tally & { readonly summary: RunSummary | null }> {
  const counts = { valid: 0, invalid: 0, unknown: 0 };
  const firstSeed = prepared.config.seed;
  let shown: { kind: Verdict['kind']; run: PreparedRun; summary: RunSummary | null } | null = null;
  for (let done = 0; done < runs && counts.invalid === 0; done++) {
    if (context.signal.aborted) return { ...counts, firstSeed, summary: null };
    const run = { ...prepared, config: { ...prepared.config, seed: firstSeed + done } };
    const simulated = run.config.backend === 'sim';
    const summary = simulated ? null : await runSaying(run, context);
    const { kind } = summary?.results.verdict ?? simulateSaying(run).verdict;
    counts[kind]++;
    // Of runs that are equally interesting, the first; but of valid ones the last.
    const gain = INTEREST[kind] - (shown === null ? -1 : INTEREST[shown.kind]);
    if (gain > 0 || (gain === 0 && kind === 'valid')) shown = { kind, run, summary };
    if (done % 50 === 49) context.progress(tallyText({ ...counts, firstSeed }));
    await new Promise(setImmediate);
  }
  if (shown === null) throw new Error('no run was made');
  return { ...counts, firstSeed, summary: shown.summary ?? (await runSaying(shown.run, context)) };
}

function simulateSaying(run: PreparedRun): ReturnType<typeof simulateOnce> {
  try {
    return simulateOnce(run.config, run.variants, run.catalogue);
  } catch (error) {
    process.stderr.write(`ordeal: the run was: ${commandOf(run.request, run.config)}\n`);
    throw error;
  }
}

/** Counts over several runs. */
interface Tally {
  readonly valid: number;
  readonly invalid: number;
  readonly unknown: number;
  readonly firstSeed: number;
}

function tallyText({ valid, invalid, unknown, firstSeed }: Tally): string {
  const total = valid + invalid + unknown;
  return `${total} runs from seed ${firstSeed}: ${valid} valid, ${invalid} invalid, ${unknown} unknown`;
}

function show(summary: RunSummary, tally: Tally | null, flags: Flags): void {
  if (flags.json === true) {
    const { run, results, paths } = summary;
    const digest = digestOf(paths.directory);
    const document = { verdict: results.verdict, ...digest, run, results, paths, runs: tally };
    process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
    return;
  }
  if (tally !== null) {
    process.stdout.write(`${tallyText(tally)}\n`);
  }
  process.stdout.write(`${terminalBlock(summary, styleOf(process.stdout))}\n`);
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
