/** `ordeal shrink`: makes a failing run small, tells it as a story, and keeps it as `repro.json`. */

import type { Command } from 'commander';
import { isVirtual } from '../config/backends.ts';
import type { RunConfig } from '../config/config.ts';
import { deadline } from '../core/deadline.ts';
import { EXIT, usage } from '../core/errors.ts';
import { isFile } from '../core/files.ts';
import { type ExplainedRun, explainStored } from '../explain/keep.ts';
import { reasonLines } from '../explain/text.ts';
import { type Signature, signatureOf, signatureText } from '../judge/signature.ts';
import { located } from '../own/paths.ts';
import { isKeptProof } from '../prove/kept.ts';
import { labelledLines, styleOf, verdictLines, wrap } from '../report/terminal.ts';
import { plain, plural } from '../report/text.ts';
import { interruption } from '../run/interruption.ts';
import { prepare } from '../run/prepare.ts';
import type { RunContext } from '../run/prepared.ts';
import { progressOn } from '../run/progress.ts';
import { type CaseSize, sizeText } from '../shrink/case.ts';
import { readRepro } from '../shrink/repro.ts';
import { shrinkAndStore, storyLines } from '../shrink/shrunk-run.ts';
import { requireStore } from '../store/files.ts';
import { readRun } from '../store/reader.ts';
import { option } from './command-line.ts';
import { printDocument } from './document.ts';
import { duration } from './run-options.ts';

interface Flags {
  readonly budget: number;
  readonly store: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** What an explanation may take of the budget. */
const EXPLAIN_MS = 10_000;

const HELP = `
Leaves out nodes, faults, operations, clients and keys, and simplifies what is
left, as long as the same property is broken. The smaller run is stored like any
other, with repro.json in its directory: some kilobytes to keep beside code.

Examples:
  ordeal shrink store/latest
  ordeal replay repro.json`;

export function registerShrink(program: Command, done: (status: number) => void): void {
  program
    .command('shrink')
    .description('make a failing run small, and tell what is left of it')
    .argument('<run>', 'directory of a stored run, such as store/latest, or a repro.json')
    .addOption(option('--budget <t>', 'time that it may take, 30, 30s or 5m', duration).default(30))
    .option('--store <dir>', 'where the smaller run is stored', 'store')
    .option('--json', 'one JSON document on stdout')
    .option('--quiet', 'no progress on stderr')
    .addHelpText('after', HELP)
    .action(async (path: string, flags: Flags) => done(await shrinkOne(path, flags)));
}

async function shrinkOne(path: string, flags: Flags): Promise<number> {
  const isSpent = budgetOf(flags.budget);
  const { config, signature } = await failingRun(path);
  const prepared = await prepare(config);
  requireStore(flags.store);
  const progress = progressOn(process.stderr, flags.quiet === true);
  using interrupt = interruption('keeping the smallest run so far', progress.aside);
  const context: RunContext = {
    store: flags.store,
    // What was found is kept, also by who wants no more of it.
    signal: new AbortController().signal,
    progress: progress.run,
    onStart: () => undefined,
  };
  const options = {
    isOver: () => interrupt.signal.aborted || isSpent(),
    onProgress: (size: CaseSize, runs: number) =>
      progress.state(plain(`${plural(runs, 'run')}: ${sizeText(size)}`)),
  };
  const shrunk = await shrinkAndStore(prepared, signature, options, context);
  if (shrunk === null) {
    progress.end();
    return tellPassing(path, signature, flags.json === true, 'make smaller');
  }
  progress.state('drawing futures');
  const isLate = deadline(EXPLAIN_MS);
  const isOver = () => options.isOver() || isLate();
  const explained = await explainStored(prepared, shrunk, signature, isOver);
  progress.end();
  return show(explained, flags);
}

/** What is to be made smaller, and what it breaks. */
export async function failingRun(
  path: string,
): Promise<{ readonly config: RunConfig; readonly signature: Signature }> {
  if (isFile(path)) {
    const repro = readRepro(path);
    return { config: located(repro), signature: repro.signature };
  }
  if (isKeptProof(path)) {
    throw usage(
      `${path}: was found by prove, in as few steps as it could; replay makes them again`,
    );
  }
  const { run, results } = readRun(path);
  if (!isVirtual(run.config.backend)) {
    throw usage(`${path}: was made with backend ${run.config.backend}; only sim runs are shrunk`);
  }
  if (run.byValue.length > 0) {
    throw usage(`${path}: was made by a program that passed ${run.byValue.join(', ')} by value`);
  }
  const signature = results === null ? null : signatureOf(results.checks);
  if (signature === null) {
    const what = results === null ? 'was not judged' : `is ${results.verdict.kind}`;
    throw usage(`${path}: ${what}; only a run with a violation can be made smaller`);
  }
  return { config: located(run), signature };
}

/** Whether a budget in seconds, from now on, is used up. */
export function budgetOf(seconds: number): () => boolean {
  if (seconds > 0) return deadline(seconds * 1000);
  throw usage(`--budget: ${seconds} is not allowed (a time above 0, as in 30s)`);
}

/** The run fails no longer: that is valid, and there is nothing to be done (`to` says what not). */
export function tellPassing(
  path: string,
  signature: Signature,
  isJson: boolean,
  to: string,
): number {
  const note = `${path}: no longer breaks ${signatureText(signature)} with this code`;
  if (isJson) printDocument({ verdict: { kind: 'valid', note }, exitStatus: EXIT.valid });
  else process.stdout.write(`${note}: nothing to ${to}\n`);
  return EXIT.valid;
}

function show(explained: ExplainedRun, flags: Flags): number {
  const { summary, before, after, runs, isWhole, repro, story, explanation } = explained;
  const { run, results, paths } = summary;
  const { verdict, exitStatus } = results;
  if (flags.json === true) {
    const shrunk = { before, after, runs, isWhole };
    const told = { repro, story, explanation };
    printDocument({ verdict, exitStatus, run, results, paths, shrunk, ...told });
    return exitStatus;
  }
  const style = styleOf(process.stdout);
  const end = isWhole ? 'nothing smaller was left to try' : 'ended before its time';
  const figures = `${sizeText(before)}, made smaller: ${sizeText(after)} (${plural(runs, 'run')}, ${end})`;
  const again: [string, string][] = [['replay', `npx ordeal replay ${repro}`]];
  if (paths.report !== null) again.push(['report', paths.report.path]);
  const lines = [
    ...wrap(figures, style.columns),
    '',
    ...storyLines(story).flatMap((step) => wrap(step, style.columns)),
    '',
    ...(explanation === null ? [] : [...reasonLines(explanation, style.columns), '']),
    ...verdictLines(summary, style),
    '',
    ...labelledLines(again, style),
  ];
  process.stdout.write(plain(`${lines.join('\n')}\n\n`));
  return exitStatus;
}
