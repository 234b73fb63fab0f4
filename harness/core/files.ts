/** What disks do to those who trust them: full, gone, read-only, or not files at all. */

import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileProblem, HarnessError, infrastructure, messageOf, usage } from './errors.ts';

/** Carries out a write to the store; what keeps it from that is nobody's fault but the machine's. */
export function storing<Result>(path: string, write: () => Result): Result {
  try {
    return write();
  } catch (error) {
    if (error instanceof HarnessError) throw error;
    throw infrastructure(`the store cannot be written: ${path}: ${fileProblem(error)}`, error);
  }
}

/**
 * Makes a directory and those above it. Not by `recursive`, which never returns below a file system
 * that takes no directories, such as `/proc`.
 */
export function makeDirectories(path: string): void {
  const missing: string[] = [];
  for (let at = resolve(path); !existsSync(at); at = dirname(at)) missing.unshift(at);
  for (const directory of missing) {
    try {
      mkdirSync(directory);
    } catch (error) {
      // Somebody else made it in between.
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
  }
}

/** Throws where a path is a pipe or a device: opening it might never return. */
export function requireFile(path: string): void {
  const stats = statSync(path, { throwIfNoEntry: false });
  // Reading says what is wrong with a directory, and with what is not there.
  if (stats === undefined || stats.isFile() || stats.isDirectory()) return;
  const kind = stats.isFIFO() ? 'pipe' : 'device';
  throw new Error(`is a ${kind}, and a file is needed`);
}

/** `requireFile` with the path before what is wrong, as a mistake of the user. */
export function refuseSpecial(path: string): void {
  try {
    requireFile(path);
  } catch (error) {
    throw usage(`${path}: ${messageOf(error)}`);
  }
}

/** Whether something is there, and is neither a directory nor a pipe. */
export function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
