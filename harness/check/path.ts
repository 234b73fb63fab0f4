/** Judges what stands at one path: a recorded history, or a stored run again. */

import { statSync } from 'node:fs';
import { join } from 'node:path';
import { worst } from '../../checkers/verdict.ts';
import { EXIT, HarnessError } from '../core/errors.ts';
import { type FormatName, readForeignHistory } from '../formats/index.ts';
import { unpacked } from '../formats/input.ts';
import type { TerminalStyle } from '../report/terminal.ts';
import { FILES } from '../store/format.ts';
import { answers } from './checkers.ts';
import { checkBlock, checkJson, type Judged } from './output.ts';
import type { CheckFlags } from './question.ts';

export interface PathFlags extends CheckFlags {
  readonly format?: FormatName;
  readonly independent?: boolean;
  readonly json?: boolean;
}

/** All that the answer follows from; goes to another thread as it stands. */
export interface PathQuestion {
  readonly path: string;
  readonly flags: PathFlags;
  readonly style: TerminalStyle;
  /** What came through standard input; absent where the path is one of the file system. */
  readonly input?: readonly Uint8Array<ArrayBuffer>[];
}

/** What became of one path. */
export interface Outcome {
  readonly status: number;
  /** On stdout, a block or a line of JSON. */
  readonly out: string;
  /** On stderr, one line; empty when all went well. */
  readonly err: string;
}

/** Prints nothing; whatever goes wrong with the path stays with it. */
export async function checkPath(question: PathQuestion): Promise<Outcome> {
  const { path, flags } = question;
  try {
    return isDirectory(path) && flags.model === undefined && flags.checker === undefined
      ? await checkRun(question)
      : await checkHistory(question);
  } catch (error) {
    return failureOf(question, error);
  }
}

async function checkRun({ path, flags, style }: PathQuestion): Promise<Outcome> {
  // Loads every system and what judges its traces, which a history has no use for.
  const { rejudge } = await import('./stored-run.ts');
  const { rejudgeScenario } = await import('./stored-scenario.ts');
  const { rejudgeProof } = await import('./stored-proof.ts');
  const { isStoredScenario } = await import('../scenario/store.ts');
  const { isKeptProof } = await import('../prove/kept.ts');
  const kinds = [
    { is: isKeptProof, judge: rejudgeProof },
    { is: isStoredScenario, judge: rejudgeScenario },
  ];
  const judge = kinds.find(({ is }) => is(path))?.judge ?? rejudge;
  const { status, text, json } = await judge(path, style);
  return { status, out: flags.json === true ? `${json}\n` : text, err: '' };
}

async function checkHistory({ path, flags, style, input }: PathQuestion): Promise<Outcome> {
  const begunMs = performance.now();
  const { format, independent, model } = flags;
  // With a model or a checker of one's own, the history of a stored run is one like any other.
  const given = isDirectory(path) ? join(path, FILES.history) : path;
  const name = input === undefined ? given : 'standard input';
  const source = input === undefined ? name : unpacked(name, input);
  const file = readForeignHistory(source, { format, independent, model });
  const found = await answers({ ...flags, file, name });
  const seconds = (performance.now() - begunMs) / 1000;
  const judged = found.map((one): Judged => ({ path, format: file.format, file, ...one, seconds }));
  const out =
    flags.json === true
      ? `${checkJson(judged)}\n`
      : judged.map((one) => checkBlock(one, style)).join('');
  return { status: EXIT[worst(found.map(({ verdict }) => verdict)).kind], out, err: '' };
}

/** A path that could not be judged, and why. */
export function failureOf({ path, flags }: PathQuestion, error: unknown): Outcome {
  if (error instanceof HarnessError) {
    const { message, failure: kind } = error;
    const status = kind === 'usage' ? EXIT.usage : EXIT.infrastructure;
    const out = unjudged(path, flags, status, { error: message, failure: kind });
    return { status, out, err: `ordeal: ${message}\n` };
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    status: EXIT.bug,
    out: unjudged(path, flags, EXIT.bug, { error: String(error), failure: 'bug' }),
    err: `ordeal: ${path}: a bug in Ordeal itself; please report it with this stack\n${stack}\n`,
  };
}

/** The document of a path without a verdict; empty where none is asked for. */
export function unjudged(
  path: string,
  { json }: PathFlags,
  exitStatus: number,
  why: { readonly error: string; readonly failure?: string },
): string {
  const document = { file: path, verdict: null, exitStatus, ...why };
  return json === true ? `${JSON.stringify(document)}\n` : '';
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    // Reading it says what is wrong with it.
    return false;
  }
}
