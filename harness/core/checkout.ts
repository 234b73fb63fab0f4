/**
 * A revision of a git repository as files of its own, in a temporary folder. The repository stays as
 * it is: neither its working tree nor its HEAD nor its index is touched, and nothing is registered in
 * it that would have to be pruned.
 */

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { fileProblem, infrastructure, usage } from './errors.ts';

export interface Commit {
  readonly id: string;
  /** The first line of its message. */
  readonly subject: string;
}

/** Removed when it is disposed of, and at the end of the process at the latest. */
export interface Checkout extends Commit, Disposable {
  readonly directory: string;
}

const PREFIX = 'ordeal-revision-';
const OUTPUT_MAX = 1 << 28;

/** The root of the repository around a folder; null where there is none, or no git. */
export function repositoryAround(folder: string): string | null {
  return gitOrNull(folder, ['rev-parse', '--show-toplevel']);
}

/** Where a file lies below the root of its repository; its folder is to exist, the file need not. */
export function placeIn(repository: string, file: string): string {
  const absolute = resolve(file);
  const folder = realpathSync(dirname(absolute));
  return relative(realpathSync(repository), join(folder, basename(absolute))).replaceAll(sep, '/');
}

/** The commit that a revision names. Throws a usage error, which begins with `named`, for none. */
export function commitNamed(repository: string, revision: string, named: string): Commit {
  const id = gitOrNull(repository, [
    'rev-parse',
    '--verify',
    '--quiet',
    '--end-of-options',
    `${revision}^{commit}`,
  ]);
  if (id === null) throw usage(`${named}: ${repository} has no revision "${revision}"`);
  return { id, subject: git(repository, ['show', '--no-patch', '--format=%s', id]) };
}

/** The files of a commit, all of them; submodules stay empty. */
export function checkedOut(repository: string, commit: Commit): Checkout {
  sweep();
  const root = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  const remove = () => {
    process.off('exit', remove);
    rmSync(root, { recursive: true, force: true });
  };
  process.on('exit', remove);
  const directory = join(root, 'files');
  try {
    mkdirSync(directory);
    const index = { GIT_INDEX_FILE: join(root, 'index') };
    git(repository, ['read-tree', commit.id], index);
    git(repository, ['checkout-index', '--all', '--quiet', `--prefix=${directory}${sep}`], index);
  } catch (error) {
    remove();
    throw infrastructure(`commit ${commit.id} cannot be checked out: ${fileProblem(error)}`, error);
  }
  return { ...commit, directory, [Symbol.dispose]: remove };
}

/** The first ten digits, as people write it. */
export function shortId({ id }: Pick<Commit, 'id'>): string {
  return id.slice(0, 10);
}

/** What processes left behind that were killed before they could remove it. */
function sweep(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's is alive as well, and not ours to remove.
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}

function gitOrNull(folder: string, parameters: readonly string[]): string | null {
  try {
    return git(folder, parameters);
  } catch {
    return null;
  }
}

/** What git prints. Of its hooks' environment nothing counts: the folder says which repository it is. */
export function git(
  folder: string,
  parameters: readonly string[],
  extra: Readonly<Record<string, string>> = {},
): string {
  const { GIT_DIR: _, GIT_WORK_TREE: __, GIT_INDEX_FILE: ___, ...env } = process.env;
  return execFileSync('git', ['-C', folder, ...parameters], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: OUTPUT_MAX,
    env: { ...env, ...extra },
  }).trim();
}
