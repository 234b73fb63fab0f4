/**
 * Writes one run into the store as it happens. Lines are appended and handed to the system soon;
 * small files appear whole or not at all. A killed run is readable up to its last line.
 */

import {
  existsSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { History } from '../../checkers/history.ts';
import type { TraceLine } from '../../checkers/trace.ts';
import { fileProblem, usage } from '../errors.ts';
import type { Plan } from '../plan.ts';
import { makeDirectories, storing } from './disk.ts';
import { FILES, type ResultsFile, type RunFile } from './format.ts';
import { historyLine, LinesWriter, traceJson } from './lines.ts';

export interface NewRun {
  /** The store's directory; made when it does not exist. */
  readonly store: string;
  readonly run: RunFile;
  /** Whether the run goes on in real time, so that lines must not wait for others. */
  readonly live: boolean;
}

/**
 * A run that is being written. Close it when the run has ended. What the disk refuses is
 * `infrastructure`; what was written before that stays.
 */
export class RunWriter {
  /** The run's own directory, inside the store. */
  readonly directory: string;
  readonly #history: LinesWriter;
  readonly #trace: LinesWriter;
  /** Events of the history written so far. */
  #events = 0;

  /** Makes the directory, writes `run.json` and points `latest` at it. */
  constructor({ store, run, live }: NewRun) {
    this.directory = makeDirectory(store, run);
    storing(this.directory, () => mkdirSync(join(this.directory, FILES.logs)));
    writeWhole(join(this.directory, FILES.run), jsonText(run));
    this.#history = new LinesWriter(join(this.directory, FILES.history), 'history', live);
    this.#trace = new LinesWriter(join(this.directory, FILES.trace), 'trace', live);
    pointAt(this.directory, 'latest');
  }

  /** Replaces `run.json`, when more is known of what is being run. */
  run(run: RunFile): void {
    writeWhole(join(this.directory, FILES.run), jsonText(run));
  }

  /** `plan.json`: an operation or a fault a line. */
  plan({ faults, operations }: Plan): void {
    const rows = (items: readonly unknown[]) =>
      items.map((item) => JSON.stringify(item)).join(',\n');
    const text = `{"faults":[\n${rows(faults)}\n],"operations":[\n${rows(operations)}\n]}\n`;
    writeWhole(join(this.directory, FILES.plan), text);
  }

  /** Appends the events that were recorded since the last call. */
  history(history: History): void {
    for (; this.#events < history.length; this.#events++) {
      this.#history.write(historyLine(history.event(this.#events)));
    }
  }

  trace(lines: Iterable<TraceLine>): void {
    for (const line of lines) this.#trace.write(traceJson(line));
  }

  /** Where to write the log of a node, or of anything else that has one. */
  logPath(name: string): string {
    return join(this.directory, FILES.logs, name);
  }

  /** Hands everything written so far to the system. */
  flush(): void {
    this.#history.flush();
    this.#trace.flush();
  }

  /** Writes what waits; no lines can be written afterwards, small files still can. */
  close(): void {
    try {
      this.#history.close();
    } finally {
      this.#trace.close();
    }
  }

  /** Closes the files of a run that cannot go on. */
  [Symbol.dispose](): void {
    this.#history[Symbol.dispose]();
    this.#trace[Symbol.dispose]();
  }

  /** Removes the run: nothing came of it. */
  discard(): void {
    this.close();
    rmSync(this.directory, { recursive: true, force: true });
    const latest = join(dirname(this.directory), 'latest');
    if (!existsSync(latest)) rmSync(latest, { force: true });
  }
}

/**
 * Writes the verdict of a run and returns the path. The first one is `results.json` and is never
 * changed; a later one is `results.<UTC time>.json`. A run that is not valid becomes
 * `latest-failure`, when it is judged for the first time.
 */
export function writeResults(directory: string, results: ResultsFile): string {
  const text = jsonText(results);
  const first = join(directory, FILES.results);
  if (createOnce(first, text)) {
    if (results.verdict.kind !== 'valid') pointAt(directory, 'latest-failure');
    return first;
  }
  const stamp = compactTime(results.judgedAt);
  for (let attempt = 1; ; attempt++) {
    const path = join(directory, `results.${stamp}${attempt === 1 ? '' : `-${attempt}`}.json`);
    if (createOnce(path, text)) return path;
  }
}

/** Writes `report.html`, `summary.md` or `junit.xml`, over an earlier one; returns the path. */
export function writeDerived(
  directory: string,
  file: 'report' | 'summary' | 'junit',
  text: string,
): string {
  const path = join(directory, FILES[file]);
  writeWhole(path, text);
  return path;
}

/** `2026-11-21T00:31:00.000Z` as `20261121T003100Z`. */
function compactTime(iso: string): string {
  return `${iso.slice(0, 19).replace(/[-:]/g, '')}Z`;
}

function makeDirectory(store: string, { startedAt, config }: RunFile): string {
  const { system, workload, seed } = config;
  const name = `${compactTime(startedAt)}-${system}-${workload}-${seed}`;
  try {
    makeDirectories(store);
    for (let attempt = 1; ; attempt++) {
      const directory = join(store, attempt === 1 ? name : `${name}-${attempt}`);
      if (makeNew(directory)) return directory;
    }
  } catch (error) {
    throw usage(`--store ${store}: cannot make a directory there (${fileProblem(error)})`);
  }
}

/** False when it was there already: another run began in the same second. */
function makeNew(directory: string): boolean {
  try {
    mkdirSync(directory);
    return true;
  } catch (error) {
    if (existsAlready(error)) return false;
    throw error;
  }
}

/** Writes beside the target and renames, so that no reader sees half a file. */
function writeWhole(path: string, text: string): void {
  const beside = temporary(path);
  storing(path, () => {
    try {
      writeFileSync(beside, text);
      renameSync(beside, path);
    } catch (error) {
      rmSync(beside, { force: true });
      throw error;
    }
  });
}

/** Like `writeWhole`, but false when the file exists: a link, unlike a rename, replaces nothing. */
function createOnce(path: string, text: string): boolean {
  if (existsSync(path)) return false;
  const beside = temporary(path);
  return storing(path, () => {
    try {
      writeFileSync(beside, text);
      linkSync(beside, path);
      return true;
    } catch (error) {
      if (existsAlready(error)) return false;
      throw error;
    } finally {
      rmSync(beside, { force: true });
    }
  });
}

/** Replaces a link beside the run's directory in one step, so that it is never missing. */
function pointAt(directory: string, link: 'latest' | 'latest-failure'): void {
  const path = join(dirname(directory), link);
  const beside = temporary(path);
  storing(path, () => symlinkSync(basename(directory), beside));
  try {
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw usage(`${path}: cannot be replaced by a link to the run (${fileProblem(error)})`);
  }
}

let temporaries = 0;

function temporary(path: string): string {
  return join(dirname(path), `.${basename(path)}.${process.pid}.${temporaries++}`);
}

function existsAlready(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
