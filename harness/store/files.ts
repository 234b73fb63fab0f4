/**
 * Files and directories in a store. Small files appear whole or not at all; what a disk refuses is
 * `infrastructure`, a place where nothing can be made is `usage`.
 */

import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Verdict } from '../../checkers/verdict.ts';
import { fileProblem, usage } from '../core/errors.ts';
import { makeDirectories, storing } from '../core/files.ts';
import { FILES } from './format.ts';

/** What of a verdict's file decides its name, and whether it is a failure. */
interface Judged {
  /** UTC, ISO 8601. */
  readonly judgedAt: string;
  readonly verdict: Verdict;
}

/**
 * Writes the verdict of a run and returns the path. The first one is `results.json` and is never
 * changed; a later one is `results.<UTC time>.json`. A run that is not valid becomes
 * `latest-failure`, when it is judged for the first time.
 */
export function writeResults(directory: string, results: Judged): string {
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

/**
 * Throws where no directory of a run could be made in a store, which is made when it does not exist.
 * To be asked before work begins whose result is to be stored.
 */
export function requireStore(store: string): void {
  inStore(store, () => rmdirSync(mkdtempSync(join(store, '.ordeal-'))));
}

/**
 * Makes the directory of a run in a store, which is made when it does not exist. `startedAt` is UTC,
 * ISO 8601; `name` says what is run.
 */
export function makeRunDirectory(store: string, startedAt: string, what: string): string {
  // An empty text, of a variable that is not set, would be the folder at hand.
  if (store === '') throw usage('--store: a directory is needed, got an empty text');
  const name = `${compactTime(startedAt)}-${what}`;
  return inStore(store, () => {
    for (let attempt = 1; ; attempt++) {
      const directory = join(store, attempt === 1 ? name : `${name}-${attempt}`);
      if (makeNew(directory)) return directory;
    }
  });
}

/** Makes the store, and then something in it; where it cannot be, the user named another place. */
function inStore<Made>(store: string, make: () => Made): Made {
  try {
    makeDirectories(store);
    return make();
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
export function writeWhole(path: string, text: string): void {
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
export function pointAt(directory: string, link: 'latest' | 'latest-failure'): void {
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

export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
