/** What is in a store. */

import { type Dirent, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { fileProblem, usage } from '../core/errors.ts';
import { decodeFile } from './decode.ts';
import { FILES } from './format.ts';
import { verdict as verdictSchema } from './stored-files.ts';

/** What results of any kind have. */
const judged = z.looseObject({ verdict: verdictSchema });

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
    const { verdict } = decodeFile(path, judged);
    return verdict.kind === 'valid' ? 'valid' : `${verdict.kind}: ${verdict.because}`;
  } catch {
    return 'no verdict: the run was cut short';
  }
}
