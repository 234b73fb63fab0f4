/** Judges a stored run again, by what is on disk. The first verdict stays as it was written. */

import { relative } from 'node:path';
import type { Verdict } from '../../checkers/verdict.ts';
import { builtIn } from '../config/catalogue.ts';
import { HarnessError } from '../core/errors.ts';
import { withOwnModules } from '../own/modules.ts';
import { located } from '../own/paths.ts';
import { type TerminalStyle, terminalBlock } from '../report/terminal.ts';
import { judgeStored } from '../run/run.ts';
import { writeResults } from '../store/files.ts';
import type { RunFigures } from '../store/format.ts';
import { readRun } from '../store/reader.ts';

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
  const { catalogue } = await withOwnModules(located(stored.run), builtIn);
  const execution = { ...KILLED, ...stored.results?.figures, interrupted: false };
  const results = judgeStored(stored, execution, catalogue);
  const written = writeAgain(stored.directory, results);
  const first = stored.results?.verdict.kind ?? null;
  const paths = { directory: shown(stored.directory), report: null };
  const block = terminalBlock({ run: stored.run, results, paths }, style);
  const text = `${block}${againText(results.verdict, first, written)}`;
  const { verdict, exitStatus, checks, figures } = results;
  const { kind, ...said } = verdict;
  const { directory } = stored;
  const json = JSON.stringify({
    file: path,
    verdict: kind,
    exitStatus,
    ...said,
    directory,
    firstVerdict: first,
    results: written.path,
    checks,
    figures,
  });
  return { status: results.exitStatus, text, json };
}

/** Where a new verdict was written, or why it was not. */
type Written = { readonly path: string } | { readonly path: null; readonly why: string };

/** The line below what was judged again; `first` is the kind of the first verdict, null for none. */
export function againText(verdict: Verdict, first: Verdict['kind'] | null, to: Written): string {
  const written = to.path === null ? `not written (${to.why})` : `written to ${to.path}`;
  return `judged again: ${verdict.kind} (first verdict: ${first ?? 'none'}), ${written}\n`;
}

/** A full disk, or one that cannot be written, does not take the verdict away. */
export function writeAgain(
  directory: string,
  results: Parameters<typeof writeResults>[1],
): Written {
  try {
    return { path: shown(writeResults(directory, results)) };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const isOfDisk = 'code' in error || error instanceof HarnessError;
    if (!isOfDisk) throw error;
    return { path: null, why: error.message };
  }
}

/** A path as the user would type it. */
export function shown(path: string): string {
  return relative(process.cwd(), path) || '.';
}
