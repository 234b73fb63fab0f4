/**
 * Paths of a user's own modules as a stored run keeps them: from where it was started, so that it
 * can be made again in another checkout, and found again from another folder.
 */

import { existsSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import { usage } from '../core/errors.ts';
import { type GitState, gitState } from '../core/git.ts';

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
