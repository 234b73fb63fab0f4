/** What git says of the code that was run. */

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve, sep } from 'node:path';

/** A commit, and what has been changed since. */
export interface GitState {
  readonly commit: string;
  /** Digest of the uncommitted changes; null where there are none. */
  readonly dirty: string | null;
}

/**
 * Commit and uncommitted changes of the checkout around a directory; null where it is none. `files`
 * count although they have never been added.
 */
export function gitState(directory: string, files: readonly string[] = []): GitState | null {
  const git = (...parameters: string[]): string =>
    execFileSync('git', ['-C', directory, ...parameters], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 1 << 28,
    });
  try {
    const commit = git('rev-parse', 'HEAD').trim();
    const absolute = files.map((file) => resolve(file));
    const known = absolute.length === 0 ? '' : git('ls-files', '--full-name', '--', ...absolute);
    const isKnown = (file: string) =>
      known.split('\n').some((name) => name !== '' && file.endsWith(`${sep}${name}`));
    const unknown = absolute.filter((file) => !isKnown(file)).map((file) => readFileSync(file));
    const changes = [git('diff', 'HEAD'), ...unknown];
    if (changes.every((change) => change.length === 0)) return { commit, dirty: null };
    const hash = createHash('sha256');
    for (const change of changes) hash.update(change);
    return { commit, dirty: hash.digest('hex').slice(0, 12) };
  } catch {
    return null;
  }
}
