/** A user's own program as a system: which file it is, and what it is called. */

import { accessSync, constants, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { fileProblem, usage } from '../core/errors.ts';
import { fromHere } from './paths.ts';

/** A program as a run names it. */
export interface NamedProgram {
  readonly system: string;
  readonly program: readonly string[];
}

/**
 * A command as a system. A file is looked at before anything is started: a usage error where it is
 * not there or may not be executed. A name without a slash that is no file is found as shells do.
 */
export function namedProgram(bin: string, args: readonly string[]): NamedProgram {
  const system = basename(bin).replace(/[^\w.-]/g, '-') || 'program';
  if (!bin.includes('/') && !isFile(bin)) return { system, program: [bin, ...args] };
  const file = resolve(bin);
  try {
    if (statSync(file).isDirectory()) throw usage(`${bin}: is a directory`);
    accessSync(file, constants.X_OK);
  } catch (error) {
    const why = fileProblem(error);
    const remedy = ' to execute it (chmod +x it, or name what runs it: --bin python3 -- FILE)';
    throw usage(`${bin}: ${why}${why === 'permission denied' ? remedy : ''}`);
  }
  return { system, program: [fromHere(file), ...args] };
}

function isFile(name: string): boolean {
  try {
    return statSync(name).isFile();
  } catch {
    return false;
  }
}
