/** `ordeal compare` as it is used: what it tells of two sides, how it ends, what it leaves behind. */

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa, execaSync } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const directory = mkdtempSync(join(tmpdir(), 'ordeal-compare-'));
const temporary = join(directory, 'tmp');
mkdirSync(temporary);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function ordeal(...parameters: string[]) {
  const all = [join(ROOT, 'harness', 'bin.js'), ...parameters];
  const env = { TMPDIR: temporary };
  return execa(process.execPath, all, { cwd: directory, env, reject: false });
}

async function documentOf(...parameters: string[]) {
  const { stdout, exitCode, stderr } = await ordeal(...parameters, '--json', '--quiet');
  if (stdout === '') throw new Error(stderr);
  const document = JSON.parse(stdout);
  expect(document.exitStatus).toBe(exitCode);
  return document;
}

const PLAIN = ['--strategy', 'plain', '--time-limit', '5'];

describe('a planted bug', () => {
  test('is told, made small, explained, and kept as a schedule that then breaks B alone', async () => {
    const line = ['compare', 'raft', '--mutant', 'rf-commit-no-min', '--strategy', 'swarm'];
    const document = await documentOf(...line, '--seeds', '6', '--store', 'planted');
    expect(document.exitStatus).toBe(1);
    expect(document.verdict.because).toMatch(/^B breaks what A keeps: /);
    expect(document.populations.invalid.a).toMatchObject({ hits: 0, of: 6 });
    const [{ small, command }] = document.findings;
    expect(small.story.length).toBeGreaterThan(0);
    expect(small.brokenOnA).toBe(false);
    expect(small.after.operations).toBeLessThan(small.before.operations);
    expect((await ordeal('replay', small.repro)).exitCode).toBe(1);
    const [, , ...again] = command.split(' ');
    expect((await ordeal(...again, '--quiet')).exitCode).toBe(1);
    const page = readFileSync(join(directory, document.directory, 'report.html'), 'utf8');
    expect(page).toContain('B breaks what A keeps');
    expect(page).not.toMatch(/(?:src|href)="http/);
    // The other way round it is gone; what was kept is replayed on both.
    const turned = ['compare', 'raft:mutant=rf-commit-no-min', 'raft', '--strategy', 'swarm'];
    const gone = await documentOf(...turned, '--seeds', '6', '--store', 'planted');
    expect(gone.exitStatus).toBe(0);
    expect(gone.populations.gone.length).toBeGreaterThan(0);
    expect(gone.schedules.length).toBeGreaterThan(0);
    for (const { a, b } of gone.schedules) {
      expect(a.kind).toBe('broken');
      expect(b.kind).not.toBe('broken');
    }
  }, 300_000);

  test('a kept schedule that breaks B alone is a violation, though no run shows one', async () => {
    const kept = join(directory, 'kept');
    mkdirSync(kept);
    const [found] = readdirSync(join(directory, 'planted')).filter((name) =>
      existsSync(join(directory, 'planted', name, 'repro-1.json')),
    );
    const repro = readFileSync(join(directory, 'planted', found ?? '', 'repro-1.json'), 'utf8');
    writeFileSync(join(kept, 'old.json'), repro);
    const line = ['compare', 'raft', ':mutant=rf-commit-no-min', '--nemesis', 'none', ...PLAIN];
    const document = await documentOf(...line, '--seeds', '1', '--repros', kept);
    expect(document.populations.introduced).toEqual([]);
    expect(document.exitStatus).toBe(1);
    expect(document.verdict.because).toMatch(/^1 kept schedule that A survives breaks B/);
  }, 180_000);
});

describe('populations', () => {
  test('are the same again, whatever the number of threads', async () => {
    const line = ['compare', 'raft', ':reads=lease', ...PLAIN, '--seeds', '16'];
    const [one, two] = [
      await documentOf(...line, '--workers', '1'),
      await documentOf(...line, '--workers', '2'),
    ];
    expect(two.populations).toEqual(one.populations);
    expect(one.compared.repeated).toEqual({ pairs: 1, identical: 1 });
    // A lease spares the round of messages of each read.
    const { change } = one.populations.figures.messagesPerOk;
    expect(change.isTold).toBe(true);
    expect(change.high).toBeLessThan(0);
    expect(one.exitStatus).toBe(0);
  }, 300_000);

  test('of few runs say how little they exclude', async () => {
    const line = ['compare', 'raft', ':batch=1', ...PLAIN, '--seeds', '3', '--quiet'];
    const { stdout, exitCode } = await ordeal(...line);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/violations +0 of 3 +0 of 3 +none/);
    expect(stdout).toContain('at most 56 %');
    expect(stdout).toContain('too few pairs');
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      'something in up to 56 % of such runs would not have shown',
    );
    const prose = stdout.split('\n').filter((line) => !/^ {2}(again|report|replay) /.test(line));
    expect(Math.max(...prose.map((line) => line.length))).toBeLessThanOrEqual(80);
  }, 180_000);

  test('a variant that decided nothing otherwise was not compared: unknown', async () => {
    const line = ['compare', 'raft', ':mutant=rf-commit-no-min', '--nodes', '1', ...PLAIN];
    const document = await documentOf(...line, '--nemesis', 'none', '--seeds', '2');
    expect(document.exitStatus).toBe(2);
    expect(document.verdict.because).toMatch(/rf-commit-no-min was/);
  }, 180_000);
});

describe('two revisions of a repository of the user', () => {
  const project = join(directory, 'project');
  const git = (...parameters: string[]) =>
    execaSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@y', ...parameters], {
      cwd: project,
    });
  const SYSTEM = (rule: string) => `import { systems } from '${join(ROOT, 'systems', 'index.ts')}';
const raft = systems.raft;
export const mine = { ...raft, name: 'mine', variants: [], rules: { ...raft.rules ${rule} } };
`;
  beforeAll(() => {
    mkdirSync(join(project, 'src'), { recursive: true });
    git('init', '--quiet', '--initial-branch', 'main');
    writeFileSync(join(project, 'package.json'), '{"type":"module"}');
    writeFileSync(join(project, 'src', 'mine.ts'), SYSTEM(''));
    git('add', '.');
    git('commit', '--quiet', '-m', 'Keep what a majority has');
    git('tag', 'good');
    writeFileSync(join(project, 'src', 'mine.ts'), SYSTEM(', commitIndex: (_state, acks) => 1e9'));
    git('commit', '--quiet', '--all', '-m', 'Break it');
    writeFileSync(join(project, 'src', 'mine.ts'), `import 'no-such-package';\n${SYSTEM('')}`);
    git('commit', '--quiet', '--all', '-m', 'Need a package');
  });

  test('are compared, and nothing of the repository is touched', async () => {
    const before = git('status', '--porcelain=v2', '--branch').stdout;
    writeFileSync(join(project, 'src', 'mine.ts'), SYSTEM(''));
    const line = ['compare', './project/src/mine.ts@good', './project/src/mine.ts', ...PLAIN];
    const document = await documentOf(...line, '--seeds', '2');
    expect(document.exitStatus).toBe(0);
    expect(document.populations.identical).toBe(2);
    expect(document.sides.a.commit.subject).toBe('Keep what a majority has');
    git('checkout', '--quiet', '--', '.');
    expect(git('status', '--porcelain=v2', '--branch').stdout).toBe(before);
    expect(git('worktree', 'list').stdout.split('\n')).toHaveLength(1);
    expect(readdirSync(temporary).filter((name) => name.startsWith('ordeal-'))).toEqual([]);
  }, 180_000);

  test('what needs packages says that a revision has none', async () => {
    const sides = ['./project/src/mine.ts@good', './project/src/mine.ts@main'];
    const { stderr, exitCode } = await ordeal('compare', ...sides, '--seeds', '1');
    expect(exitCode).toBe(64);
    expect(stderr).toMatch(/^ordeal: B .*no-such-package.*checked out without node_modules/m);
    expect(stderr).toContain('main:src/mine.ts');
    expect(readdirSync(temporary).filter((name) => name.startsWith('ordeal-'))).toEqual([]);
  }, 180_000);

  test.each([
    [['./project/src/mine.ts@nowhere', './project/src/mine.ts'], /A: .*no revision "nowhere"/],
    [['./project/src/other.ts@good', './project/src/mine.ts'], /A: .*has no file src\/other\.ts/],
    [['./lost/mine.ts@good', 'raft'], /A: .*no such folder/],
    [['./tmp/mine.ts@good', 'raft'], /A: .*lies in no git repository/],
    [['rafft', 'raft'], /A: unknown system "rafft" \(did you mean "raft"\?\)/],
    [['raft'], /a second side is needed/],
    [['raft', 'zab'], /A is raft and B is zab/],
    [['raft', ':raeds=lease'], /B \(raft:raeds=lease\): --set/],
    [['raft', ':mutant=rf-nothing'], /B \(raft:mutant=rf-nothing\): /],
    [['raft', ':rules=./none.ts'], /B \(raft:rules=\.\/none\.ts\): /],
    [['raft', ':reads=lease', '--strategy', 'swan'], /--strategy: unknown/],
    [['raft', ':reads=lease', '--budget', '0'], /--budget: 0 s is not allowed/],
    [['raft', ':reads=lease', '--repros', './none'], /none: no such file/],
  ])(
    'a mistake is one line: %j',
    async (sides, told) => {
      const { stderr, exitCode } = await ordeal('compare', ...sides);
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
      expect(stderr).toMatch(told);
      expect(exitCode).toBe(64);
    },
    30_000,
  );
});

test('a revision of Ordeal itself is a side, and the same code makes the same runs', async () => {
  const document = await documentOf(
    'compare',
    'fast-paxos@HEAD',
    'fast-paxos@HEAD',
    ...PLAIN,
    '--seeds',
    '2',
  );
  expect(document.populations.identical).toBe(2);
  expect(document.exitStatus).toBe(0);
}, 180_000);

test('interrupted, it tells what is known so far', async () => {
  const run = ordeal('compare', 'raft', ':reads=lease', '--budget', '10m', '--workers', '1');
  // The state is told every ten seconds where there is no terminal: by then there are pairs.
  for await (const line of run.iterable({ from: 'stderr' })) {
    if (/pairs? ·/.test(line)) run.kill('SIGINT');
  }
  const { exitCode, stdout } = await run;
  expect(exitCode).toBe(130);
  expect(stdout).toMatch(/INTERRUPTED/);
  expect(stdout).toMatch(/violations +0 of/);
}, 300_000);
