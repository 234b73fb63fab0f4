/** What is in a store. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ResultsFile } from './format.ts';

/** Stored runs, newest last, each with its verdict. A store that is not there has none. */
export function listRuns(store: string): [name: string, describe: string][] {
  if (!existsSync(store)) return [];
  return readdirSync(store, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
    .map((name) => [name, verdictOf(join(store, name, 'results.json'))]);
}

function verdictOf(path: string): string {
  try {
    const { verdict } = JSON.parse(readFileSync(path, 'utf8')) as ResultsFile;
    return verdict.kind === 'valid' ? 'valid' : `${verdict.kind}: ${verdict.because}`;
  } catch {
    return 'no verdict: the run was cut short';
  }
}
