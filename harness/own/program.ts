/** A user's own program as a system: which file it is, and what it is called. */

import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { fileProblem, usage } from '../core/errors.ts';
import { isModulePath } from './modules.ts';
import { fromHere } from './paths.ts';

/** A program as a run names it. */
export interface NamedProgram {
  readonly system: string;
  readonly program: readonly string[];
}

/**
 * Whether a name is that of a program, and not of a module to be loaded: a file that is no code of
 * ours, or that begins as a script does and may be executed.
 */
export function isProgramPath(name: string): boolean {
  if (!isModulePath(name)) return false;
  if (!/\.[cm]?[jt]s$/.test(name)) return true;
  try {
    accessSync(name, constants.X_OK);
    return readFileSync(name).subarray(0, 2).toString() === '#!';
  } catch {
    return false;
  }
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
