/** Where in a user's own code something went wrong. */

import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Place } from '../core/panics.ts';
import { REPOSITORY } from './code.ts';

/** Folders of ours that are never where a user's mistake stands. */
const OURS = ['harness', 'systems', 'checkers', 'workloads', 'nemesis'].map(
  (folder) => join(REPOSITORY, folder) + sep,
);

/** The innermost line of the user's code that an error came through, as a part of its owner. */
export function placeInOwn(owner: string, part: string, error: unknown): Place {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  for (const [, at = '', line] of stack.matchAll(
    /^\s+at .*?\(?((?:file:\/\/)?\/[^()]+):(\d+):\d+\)?$/gm,
  )) {
    const file = at.startsWith('file:') ? fileURLToPath(at) : at;
    if (OURS.some((folder) => file.startsWith(folder))) continue;
    return { owner, part, file, line: Number(line) };
  }
  return { owner, part, file: null, line: null };
}
