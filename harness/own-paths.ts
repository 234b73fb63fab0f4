/**
 * Paths of a user's own modules as a stored run keeps them: from where it was started, so that it
 * can be made again in another checkout, and found again from another folder.
 */

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { usage } from './errors.ts';
import type { GitState } from './store/format.ts';

/** `./src/mine.ts` for what lies below the folder that we were started in; else the whole path. */
export function fromHere(file: string): string {
  const path = relative(process.cwd(), resolve(file));
  return path.startsWith('..') || isAbsolute(path) ? resolve(file) : `./${path}`;
}

interface OwnFiles {
  readonly modules?: readonly string[];
  readonly rules: readonly string[];
}

/**
 * The configuration of a stored run with its modules where they are now: where it was started, else
 * below the folder at hand. Throws a usage error for one that is in neither.
 */
export function located<Config extends OwnFiles>({
  config,
  startedIn,
}: {
  readonly config: Config;
  readonly startedIn?: string;
}): Config {
  const here = process.cwd();
  const find = (file: string): string => {
    const places = [...new Set([startedIn ?? here, here].map((from) => resolve(from, file)))];
    const there = places.find((place) => existsSync(place));
    if (there !== undefined) return there;
    throw usage(
      `${file}: the run was made with this module, which is not at ${places.join(' nor ')} ` +
        '(start where the project is, or put it back)',
    );
  };
  const { modules, rules } = config;
  const own = modules === undefined ? {} : { modules: modules.map(find) };
  return { ...config, ...own, rules: rules.map(find) };
}

/** What there is of a repository around these files of the user's; null where there is none. */
export function projectState(files: readonly string[]): GitState | null {
  const [first] = files;
  return first === undefined ? null : gitState(dirname(resolve(first)), files);
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
