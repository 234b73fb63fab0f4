/** `ordeal run`: one run, or runs on successive seeds until one is not valid. */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { builtIn, type Catalogue, systemNamed } from '../catalogue.ts';
import { type RunConfig, type RunRequest, resolveConfig } from '../config.ts';
import { EXIT, usage } from '../errors.ts';
import { interruption } from '../interruption.ts';
import { styleOf, terminalBlock } from '../report/terminal.ts';
import { type PreparedRun, type RunContext, runAndStore } from '../run.ts';
import { simulateOnce } from '../simulate.ts';
import { FILES, type RunSummary } from '../store/format.ts';
import { builtInVariant, loadVariants } from '../variants.ts';
import { addRunOptions, number, type RunFlags, requestOf } from './run-options.ts';

interface Flags extends RunFlags {
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
  ordeal run raft --rules ./my-rules.ts --runs 1000`;

export function registerRun(program: Command, done: (status: number) => void): void {
  const command = program
    .command('run')
    .description('run a system under faults and judge what it did')
    .argument('<system>', 'see: ordeal list systems');
  addRunOptions(command)
    .option('--runs <n>', 'runs on successive seeds, until one is not valid (default: 1)', number)
    .option('--store <dir>', 'where runs are stored', 'store')
    .option('--json', 'one JSON document on stdout')
    .option('--quiet', 'no progress on stderr')
    .addHelpText('after', EXAMPLES)
    .action(async (system: string, flags: Flags) => {
      done(await run(requestOf(system, flags), flags));
    });
}

async function run(request: RunRequest, flags: Flags): Promise<number> {
  const prepared = await prepare(request);
  const runs = flags.runs ?? 1;
  if (!Number.isInteger(runs) || runs < 1 || runs > 1_000_000) {
    throw usage(`--runs: ${runs} is not allowed (a whole number 1 to 1000000)`);
  }
  using interrupt = interruption();
  const progress = (line: string) => {
    if (flags.quiet !== true) process.stderr.write(`${line}\n`);
  };
  const context: RunContext = { store: flags.store, signal: interrupt.signal, progress };
  const counts = { valid: 0, invalid: 0, unknown: 0 };
  const last = await lastRun(prepared, runs, counts, context);
  const summary = await runAndStore(last, context);
  counts[summary.results.verdict.kind]++;
  show(summary, runs === 1 ? null : { ...counts, firstSeed: prepared.config.seed }, flags);
  if (summary.results.exitStatus === EXIT.valid && counts.unknown > 0) return EXIT.unknown;
  return summary.results.exitStatus;
}

/** Resolves configuration and variants; nothing has been started yet when this throws. */
export async function prepare(
  request: RunRequest,
  catalogue: Catalogue = builtIn,
): Promise<PreparedRun> {
  const system = systemNamed(request.system, catalogue);
  const builtIn = (request.mutants ?? []).map((name) => builtInVariant(system, name));
  const files = (request.rules ?? []).map((file) => resolve(file));
  const own = (await Promise.all(files.map((file) => loadVariants(file)))).flat();
  const variants = [...builtIn, ...own];
  const hunts = variants.flatMap((variant) => (variant.hunt === undefined ? [] : [variant.hunt]));
  const asked = files.length > 0 ? { ...request, rules: files } : request;
  const config = resolveConfig(asked, hunts, drawSeed, catalogue);
  return { request: asked, config, variants, catalogue };
}

function drawSeed(): number {
  return Math.floor(Math.random() * 2 ** 32);
}

/**
 * Tries successive seeds in memory and returns the one to store: the first that is not valid, or
 * the last. On containers every run but the last is stored as well, since there is no other way.
 */
async function lastRun(
  prepared: PreparedRun,
  runs: number,
  counts: { valid: number; invalid: number; unknown: number },
  context: RunContext,
): Promise<PreparedRun> {
  let config: RunConfig = prepared.config;
  for (let done = 1; done < runs && !context.signal.aborted; done++) {
    const current = { ...prepared, config };
    const kind =
      config.backend === 'sim'
        ? simulateOnce(config, prepared.variants, prepared.catalogue).verdict.kind
        : (await runAndStore(current, context)).results.verdict.kind;
    if (kind === 'invalid') return current;
    counts[kind]++;
    config = { ...config, seed: config.seed + 1 };
    if (done % 50 === 0) context.progress(`${done} runs: ${counts.unknown} unknown`);
    await new Promise(setImmediate);
  }
  return { ...prepared, config };
}

/** Counts over several runs. */
interface Tally {
  readonly valid: number;
  readonly invalid: number;
  readonly unknown: number;
  readonly firstSeed: number;
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
    const total = tally.valid + tally.invalid + tally.unknown;
    process.stdout.write(
      `${total} runs from seed ${tally.firstSeed}: ${tally.valid} valid, ` +
        `${tally.invalid} invalid, ${tally.unknown} unknown\n`,
    );
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
