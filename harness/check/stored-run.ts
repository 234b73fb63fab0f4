/** Judges a stored run again, by what is on disk. The first verdict stays as it was written. */

import { relative } from 'node:path';
import type { Verdict } from '../../checkers/verdict.ts';
import { builtIn } from '../config/catalogue.ts';
import { endingOf, whyCutShort } from '../core/ending.ts';
import { HarnessError } from '../core/errors.ts';
import { withOwnModules } from '../own/modules.ts';
import { located } from '../own/paths.ts';
import { type TerminalStyle, terminalBlock } from '../report/terminal.ts';
import { judgeStored } from '../run/run.ts';
import type { ExecutionFigures } from '../store/figures.ts';
import { writeResults } from '../store/files.ts';
import { readRun, type StoredRun } from '../store/reader.ts';

/** A run that was judged again. */
export interface Rejudged {
  readonly status: number;
  /** For a terminal, with a line feed at its end. */
  readonly text: string;
  /** One line of JSON. */
  readonly json: string;
}

/** What only the execution knew, of a run that has no first verdict to take it from. */
const KILLED = {
  simulatedS: null,
  realS: 0,
  reached: null,
  determinism: null,
  ending: { kind: 'broken-off', because: 'the run was killed before it was judged' },
} as const satisfies ExecutionFigures;

export async function rejudge(path: string, style: TerminalStyle): Promise<Rejudged> {
  const stored = readRun(path);
  const { catalogue } = await withOwnModules(located(stored.run), builtIn);
  const results = judgeStored(stored, executionOf(stored), catalogue);
  const written = writeAgain(stored.directory, results);
  const firstVerdict = stored.results?.verdict ?? null;
  const { run } = stored;
  const directory = shown(stored.directory);
  const block = terminalBlock({ run, results, paths: { directory, report: null } }, style);
  const { verdict, exitStatus } = results;
  const text = `${block}${againText(verdict, firstVerdict, written)}`;
  const paths = { directory, report: null, results: written.path };
  const json = JSON.stringify({
    file: path,
    verdict,
    exitStatus,
    firstVerdict,
    run,
    results,
    paths,
  });
  return { status: exitStatus, text, json };
}

function executionOf({ results }: StoredRun): ExecutionFigures {
  if (results === null) return KILLED;
  const { idle = null, simulatedS, realS, reached, determinism, ...figures } = results.figures;
  const execution = { idle, simulatedS, realS, reached, determinism };
  const ending = endingOf(figures);
  if (ending.kind !== 'interrupted') return { ...execution, ending };
  // Judging again was not.
  return { ...execution, ending: { kind: 'broken-off', because: whyCutShort(ending) } };
}

/** Where a new verdict was written, or why it was not. */
type Written = { readonly path: string } | { readonly path: null; readonly why: string };

/** The line below what was judged again; `first` is the verdict before, null for none. */
export function againText(verdict: Verdict, first: Verdict | null, to: Written): string {
  const written = to.path === null ? `not written (${to.why})` : `written to ${to.path}`;
  return `judged again: ${verdict.kind} (first verdict: ${first?.kind ?? 'none'}), ${written}\n`;
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
