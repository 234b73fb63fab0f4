/** What is in a store. */

import { type Dirent, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileProblem, usage } from '../core/errors.ts';
import { FILES, type ResultsFile } from './format.ts';

/** Stored runs, newest last, each with its verdict. A store that is not there has none. */
export function listRuns(store: string): [name: string, describe: string][] {
  if (!existsSync(store)) return [];
  return entriesOf(store)
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .filter((name) => existsSync(join(store, name, FILES.run)))
    .sort()
    .map((name) => [name, verdictOf(join(store, name, FILES.results))]);
}

function entriesOf(store: string): Dirent[] {
  try {
    return readdirSync(store, { withFileTypes: true });
  } catch (error) {
    throw usage(`--store ${store}: ${fileProblem(error)}`);
  }
}

function verdictOf(path: string): string {
  try {
    const { verdict } = JSON.parse(readFileSync(path, 'utf8')) as ResultsFile;
    return verdict.kind === 'valid' ? 'valid' : `${verdict.kind}: ${verdict.because}`;
  } catch {
    return 'no verdict: the run was cut short';
  }
}
