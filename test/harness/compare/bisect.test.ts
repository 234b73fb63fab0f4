/** `ordeal bisect`: the commit that brought a failure, in a repository of the user that stays as it is. */

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa, execaSync } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const directory = mkdtempSync(join(tmpdir(), 'ordeal-bisect-'));
const temporary = join(directory, 'tmp');
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function ordeal(...parameters: string[]) {
  const all = [join(ROOT, 'harness', 'bin.js'), ...parameters];
  const env = { TMPDIR: temporary };
  return execa(process.execPath, all, { cwd: directory, env, reject: false });
}

function git(...parameters: string[]): string {
  const who = ['-c', 'user.name=x', '-c', 'user.email=x@y'];
  return execaSync('git', [...who, ...parameters], { cwd: directory }).stdout;
}

/** Raft with a comment, and with a planted bug in its rules where that is asked for. */
function system(comment: string, hasBug: boolean): string {
  return `// ${comment}
import { systems } from '${join(ROOT, 'systems', 'index.ts')}';
const { raft } = systems;
const bug = raft.variants.find(({ id }) => id === 'rf-commit-no-min');
const rules = { ...raft.rules, ...${hasBug ? 'bug.rules()' : '{}'} };
export const mine = { ...raft, rules, variants: [] };
`;
}

function commit(subject: string, text: string): string {
  writeFileSync(join(directory, 'mine.ts'), text);
  git('add', '--all');
  git('commit', '--quiet', '-m', subject);
  return git('rev-parse', 'HEAD');
}

let culprit = '';
let repro = '';

beforeAll(async () => {
  mkdirSync(temporary);
  git('init', '--quiet', '--initial-branch', 'main');
  writeFileSync(join(directory, 'package.json'), '{"type":"module"}');
  writeFileSync(join(directory, '.gitignore'), 'tmp\nstore\n*.json\n!package.json\n');
  commit('Begin', system('one', false));
  git('tag', 'good');
  commit('Say more', system('two', false));
  commit('Say it wrongly', `${system('three', false)} export const = 1;`);
  culprit = commit('Commit what leaders say', system('four', true));
  git('tag', 'bad');
  commit('Say less', system('five', true));
  commit('Say nothing', system('six', true));
  const line = ['explore', './mine.ts', '--set', 'batch=1', '--time-limit', '5', '--seed', '1'];
  const { stdout } = await ordeal(...line, '--seeds', '20', '--first', '--json', '--quiet');
  repro = JSON.parse(stdout).found[0].small.repro;
}, 300_000);

/** All that git knows of it, and every file. */
function state(): unknown {
  const index = readFileSync(join(directory, '.git', 'index')).toString('base64');
  const known = [git('status', '--porcelain'), git('rev-parse', 'HEAD'), git('stash', 'list')];
  return [index, known, git('worktree', 'list'), readdirSync(directory), readdirSync(temporary)];
}

describe('the commit that brought a failure', () => {
  test('is found, though one cannot run, and nothing is touched', async () => {
    writeFileSync(join(directory, 'mine.ts'), `${system('not committed', true)}`);
    git('status');
    const before = state();
    const line = ['bisect', repro, '--good', 'good', '--bad', 'main'];
    const { stdout } = await ordeal(...line, '--json', '--quiet');
    const { exitStatus, suspects, steps } = JSON.parse(stdout);
    expect(state()).toEqual(before);
    const answers = steps.map(({ answer }: { answer: { kind: string } }) => answer.kind);
    if (answers.includes('skipped')) expect(suspects.length).toBeLessThanOrEqual(2);
    else expect(suspects).toHaveLength(1);
    expect(suspects[0]).toEqual({ id: culprit, subject: 'Commit what leaders say' });
    expect(exitStatus).toBe(suspects.length === 1 ? 0 : 2);
  }, 300_000);

  test('is told with its subject and the command that shows it', async () => {
    git('checkout', '--quiet', '--force', 'main');
    const ends = ['--good', 'bad~2', '--bad', 'main'];
    const { stdout, stderr, exitCode } = await ordeal('bisect', repro, ...ends, '--quiet');
    expect(stderr).toBe('');
    // Between the two lies a commit that cannot run: it may have brought it as well.
    expect(exitCode).toBe(2);
    expect(stdout).toContain(`${culprit}  Commit what leaders say`);
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(/ skipped \(.*: Say it wrongly/);
    expect(stdout).toContain(`npx ordeal replay ${repro}`);
  }, 300_000);
});

test.each([
  [['--good', 'nowhere', '--bad', 'main'], /--good: .*has no revision "nowhere"/],
  [['--good', 'main', '--bad', 'good'], /--good \w+ is no ancestor of --bad/],
  [['--good', 'main', '--bad', 'main'], /are the same commit/],
  [['--good', 'bad', '--bad', 'main'], /--good bad: breaks .* as well/],
  [['--good', 'good', '--bad', 'good~0'], /are the same commit/],
  [['--good', 'good', '--bad', 'bad~2'], /--bad bad~2: does not break/],
])(
  'a mistake is one line: %j',
  async (ends, told) => {
    const { stderr, exitCode } = await ordeal('bisect', repro, ...ends, '--quiet');
    expect(stderr).toMatch(told);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(exitCode).toBe(64);
  },
  60_000,
);
