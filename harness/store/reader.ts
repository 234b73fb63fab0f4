/** Reads a stored run back: a finished one, or what a killed one left. */

import { existsSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { hasTraceChecker } from '../../checkers/agreement/index.ts';
import { History } from '../../checkers/history.ts';
import type { TraceLine } from '../../checkers/trace.ts';
import { usage } from '../core/errors.ts';
import type { Plan } from '../core/plan.ts';
import { hasNodeTraces, readTraces } from '../host/node-traces.ts';
import { decodeFile } from './decode.ts';
import { type Explanation, readExplanation } from './explanation.ts';
import { FILES, type ResultsFile, type RunFile } from './format.ts';
import { endsTorn, historyEventOf, readLines } from './lines.ts';
import { plan, resultsFile, runFile } from './stored-files.ts';
import { type Payloads, traceLineOf } from './trace-lines.ts';

export interface StoredRun {
  /** With links such as `latest` resolved. */
  readonly directory: string;
  readonly run: RunFile;
  /** The first verdict; null where the run was killed before it was judged. */
  readonly results: ResultsFile | null;
  readonly history: History;
  /** Lines of the trace in their order, read from disk each time that they are asked for. */
  readonly trace: Iterable<TraceLine>;
  /** Why lines that nodes had written are not in the trace; null where all are. */
  readonly lost: string | null;
  /** Whether history or trace end within a line: the run was killed. */
  readonly truncated: boolean;
  /** Why it fails; null where nobody asked, or it does not. */
  readonly explanation: Explanation | null;
}

/** Reads the run in this directory, or at the end of this link. */
export function readRun(path: string): StoredRun {
  const directory = runDirectory(path);
  const historyPath = join(directory, FILES.history);
  const tracePath = join(directory, FILES.trace);
  const run = decodeFile(join(directory, FILES.run), runFile);
  const payloads = payloadsOf(run.config, run.byValue);
  const trace = traceOf(tracePath, join(directory, FILES.logs), payloads);
  const resultsPath = join(directory, FILES.results);
  return {
    directory,
    run,
    results: existsSync(resultsPath) ? decodeFile(resultsPath, resultsFile) : null,
    history: readHistory(historyPath),
    trace: trace.lines,
    lost: trace.lost,
    truncated: endsTorn(historyPath) || (existsSync(tracePath) && endsTorn(tracePath)),
    explanation: readExplanation(directory),
  };
}

/** The plan of the run in this directory; null where the run was killed before it was written. */
export function readPlan(path: string): Plan | null {
  const file = join(runDirectory(path), FILES.plan);
  return existsSync(file) ? decodeFile(file, plan) : null;
}

/** The history of a `.jsonl` file, up to the last whole line. */
export function readHistory(path: string): History {
  const history = new History();
  for (const { json, where } of readLines(path, 'history')) {
    history.push(historyEventOf(json, where, history.length));
  }
  return history;
}

/**
 * The trace as it was stored; where the controller of a live run was killed before that, what its
 * nodes wrote themselves.
 */
function traceOf(
  path: string,
  logDirectory: string,
  payloads: Payloads,
): { readonly lines: Iterable<TraceLine>; readonly lost: string | null } {
  const isStored = existsSync(path) && !readTrace(path, payloads).next().done;
  if (!isStored && hasNodeTraces(logDirectory)) return readTraces(logDirectory);
  const lines = { [Symbol.iterator]: () => (isStored ? readTrace(path, payloads) : [].values()) };
  return { lines, lost: null };
}

/** The lines of a `.jsonl` file, one at a time, up to the last whole one. */
export function* readTrace(path: string, payloads: Payloads): Generator<TraceLine> {
  for (const { json, where } of readLines(path, 'trace')) yield traceLineOf(json, where, payloads);
}

/** Code of a user's may report what it likes, also in place of a protocol of ours. */
export function payloadsOf(
  { system, modules = [], rules }: Pick<RunFile['config'], 'system' | 'modules' | 'rules'>,
  byValue: readonly string[] = [],
): Payloads {
  const isOurs = modules.length === 0 && rules.length === 0 && byValue.length === 0;
  return isOurs && hasTraceChecker(system) ? 'ours' : 'own';
}

/** The directory of a run, with links resolved; says what is wrong where it is none. */
function runDirectory(path: string): string {
  if (!existsSync(path)) throw usage(`${path}: no such run (see: ordeal list runs)`);
  const directory = realpathSync(path);
  if (!statSync(directory).isDirectory()) {
    throw usage(`${path}: expected the directory of a stored run, got a file`);
  }
  for (const file of [FILES.run, FILES.history]) {
    if (existsSync(join(directory, file))) continue;
    throw usage(`${path}: not a stored run (it has no ${file})`);
  }
  return directory;
}
