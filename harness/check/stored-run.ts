/** Judges a stored run again, by what is on disk. The first verdict stays as it was written. */

import { relative } from 'node:path';
import { builtIn } from '../catalogue.ts';
import { HarnessError } from '../errors.ts';
import { withOwnModules } from '../own-modules.ts';
import { type TerminalStyle, terminalBlock } from '../report/terminal.ts';
import { judgeStored } from '../run.ts';
import type { ResultsFile, RunFigures } from '../store/format.ts';
import { readRun } from '../store/reader.ts';
import { writeResults } from '../store/writer.ts';

/** A run that was judged again. */
export interface Rejudged {
  readonly status: number;
  /** For a terminal, with a line feed at its end. */
  readonly text: string;
  /** One line of JSON. */
  readonly json: string;
}

/**
 * What only the execution knew: taken from the first verdict, or absent where there is none. Judging
 * again was not interrupted, whatever the run was.
 */
const KILLED = {
  simulatedS: null,
  realS: 0,
  reached: null,
  determinism: null,
  cutShort: 'the run was killed before it was judged',
  interrupted: false,
  failure: null,
} as const satisfies Partial<RunFigures>;

export async function rejudge(path: string, style: TerminalStyle): Promise<Rejudged> {
  const stored = readRun(path);
  const { catalogue } = await withOwnModules(stored.run.config, builtIn);
  const execution = { ...KILLED, ...stored.results?.figures, interrupted: false };
  const results = judgeStored(stored, execution, catalogue);
  const written = write(stored.directory, results);
  const before = stored.results;
  const first = before === null ? 'none' : before.verdict.kind;
  const paths = { directory: shown(stored.directory), report: null };
  const text =
    `${terminalBlock({ run: stored.run, results, paths }, style)}` +
    `judged again: ${results.verdict.kind} (first verdict: ${first}), ${
      written.path === null ? `not written (${written.why})` : `written to ${written.path}`
    }\n`;
  const { verdict, checks, figures } = results;
  const { kind, ...said } = verdict;
  const { directory } = stored;
  const json = JSON.stringify({
    file: path,
    verdict: kind,
    ...said,
    directory,
    firstVerdict: before?.verdict.kind ?? null,
    results: written.path,
    checks,
    figures,
  });
  return { status: results.exitStatus, text, json };
}

/** A full disk, or one that cannot be written, does not take the verdict away. */
function write(
  directory: string,
  results: ResultsFile,
): { readonly path: string } | { readonly path: null; readonly why: string } {
  try {
    return { path: shown(writeResults(directory, results)) };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const isOfDisk = 'code' in error || error instanceof HarnessError;
    if (!isOfDisk) throw error;
    return { path: null, why: error.message };
  }
}

function shown(path: string): string {
  return relative(process.cwd(), path) || '.';
}
