/** `ordeal mutants` as it is used: the matrix that it prints and stores, and what it is held to. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..', '..', '..');
const directory = mkdtempSync(join(tmpdir(), 'ordeal-matrix-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function mutants(...parameters: string[]) {
  const all = [join(ROOT, 'harness', 'bin.js'), 'mutants', ...parameters];
  return execa(process.execPath, all, { cwd: directory, reject: false });
}

/** What a run of the command with few seeds says; the time of a core is no limit then. */
const FEW = ['--seeds', '8', '--budget', '10m', '--strategy', 'swarm,portfolio'];
const TWO = ['--mutant', 'px-quorum-half', 'px-promise-equal'];

/** What does not depend on how fast the machine is. */
function untimed(matrix: object): unknown {
  return JSON.parse(
    JSON.stringify(matrix, (name, value) =>
      ['coreS', 'small', 'startedAt'].includes(name) ? undefined : value,
    ),
  );
}

describe('the matrix', () => {
  test('is stored as it is told, and is the same again with as many seeds', async () => {
    const [once, again] = await Promise.all([1, 2].map(() => mutants(...TWO, ...FEW, '--json')));
    const [first, second] = [once, again].map((one) => JSON.parse(one?.stdout ?? ''));
    expect(once?.exitCode).toBe(0);
    expect(untimed(second.matrix)).toEqual(untimed(first.matrix));
    const stored = JSON.parse(readFileSync(join(directory, first.path), 'utf8'));
    expect(stored).toMatchObject({ ...first.matrix, kind: 'kill-matrix' });
    const [bug, decoy] = first.matrix.rows;
    expect(bug.cells.swarm.kill).toMatchObject({ strategy: 'swarm', small: { nodes: 2 } });
    expect(decoy).toMatchObject({ kind: 'decoy', cells: { portfolio: { kill: null } } });
  });

  test('has several systems, each as it should be beside its bugs', async () => {
    const own = join(ROOT, 'test', 'examples', 'abd-register.ts');
    const flags = ['--seeds', '1', '--strategy', 'plain', '--no-shrink', '--json'];
    const { stdout, exitCode } = await mutants(own, 'basic-paxos', ...flags);
    const { matrix, wrong } = JSON.parse(stdout);
    const correct = matrix.rows.filter(({ kind }: { kind: string }) => kind === 'correct');
    expect(correct.map(({ system }: { system: string }) => system)).toEqual([
      'abd-register',
      'basic-paxos',
    ]);
    const found = matrix.rows.filter(
      ({ cells }: { cells: { plain: { kill: object | null } } }) => cells.plain.kill !== null,
    );
    expect(found.length).toBeGreaterThan(15);
    expect(exitCode).toBe(wrong.length === 0 ? 0 : 3);
  });

  test('says what was broken, by whom, and what is left of it', async () => {
    const { stdout } = await mutants('--mutant', 'px-quorum-half', ...FEW);
    expect(stdout).toMatch(/^✔ basic-paxos\/px-quorum-half$/m);
    expect(stdout).toMatch(/^ {4}swarm 1 run .* · portfolio 1 run /m);
    expect(stdout).toMatch(/^ {4}agreement: .* · 2 nodes, \d faults?, \d operations?$/m);
    expect(stdout).toMatch(/^ {2}matrix +store\/.*-basic-paxos-mutants\/kill-matrix\.json$/m);
  });
});

describe('with a baseline', () => {
  const matrixIn = (stdout: string) =>
    readFileSync(join(directory, JSON.parse(stdout).path), 'utf8');
  const baseline = (text: string) => {
    writeFileSync(join(directory, 'baseline.json'), text);
    return ['--baseline', 'baseline.json'];
  };

  test('what it found must be found again, and is named where it is not', async () => {
    const found = await mutants('--mutant', 'px-dup-promise-counted', ...FEW, '--json');
    expect(found.exitCode).toBe(0);
    const held = baseline(matrixIn(found.stdout));
    const again = await mutants('--mutant', 'px-dup-promise-counted', ...FEW, ...held);
    expect(again.exitCode).toBe(0);
    expect(again.stdout).toContain('everything that was found is found again');
    // Nothing is found in one run.
    const less = ['--seeds', '1', '--seed', '7', '--strategy', 'plain'];
    const missed = await mutants(
      '--mutant',
      'px-no-backoff',
      ...less,
      ...FEW.slice(2, 4),
      '--json',
    );
    expect(missed.exitCode).toBe(3);
    const claimed = JSON.parse(matrixIn(missed.stdout));
    const [row] = claimed.rows;
    const kinds = [{ checker: 'liveness', property: 'Progress' }];
    row.cells.plain.kill = { strategy: 'plain', seed: 1, kinds, small: null };
    const { stdout, exitCode } = await mutants(
      '--mutant',
      'px-no-backoff',
      ...less,
      ...baseline(JSON.stringify(claimed)),
    );
    expect(exitCode).toBe(3);
    expect(stdout).toMatch(/found before, and missed now: basic-paxos\/px-no-backoff/);
  });

  test.each([
    ['{"schema": 1, "kind": "kill-mat', /^ordeal: baseline\.json: expected JSON \(.*\)$/],
    ['{"schema": 1, "kind": "run"}', /^ordeal: baseline\.json:1: "kind": expected "kill-matrix"/],
    ['{"schema": 99}', /^ordeal: baseline\.json: schema 99 is not known/],
    [
      null,
      /^ordeal: --baseline baseline\.json: has none of the bugs that are hunted here \(of raft\)$/,
    ],
  ])('a file that says nothing of it is one line: %j', async (text, line) => {
    const other = async () =>
      matrixIn((await mutants('--mutant', 'px-quorum-half', ...FEW, '--json')).stdout);
    const held = baseline(text ?? (await other()));
    const { stderr, stdout, exitCode } = await mutants('raft', ...held);
    expect(exitCode).toBe(64);
    expect(stdout).toBe('');
    expect(stderr).toMatch(line);
    expect(stderr.split('\n')).toHaveLength(1);
  });
});

test.each([
  [['--budget', '0'], '--budget: 0 s is not allowed (a time above 0 s'],
  [['--workers', '0'], '--workers: 0 is not allowed (a whole number 1 to'],
  [['--seeds', '0'], '--seeds: 0 is not allowed (a whole number 1 to'],
  [['--strategy', 'swrm'], '--strategy: unknown "swrm" (did you mean "swarm"?)'],
  [['--tiers', '--baseline', 'x.json'], '--baseline: goes without --tiers'],
  [['--first'], '--first: a hunt ends at the first anyway (see --tiers)'],
  [['--baseline', 'nowhere.json'], 'nowhere.json: expected JSON (no such file)'],
])('%j is refused in one line', async (flags, line) => {
  const { stderr, stdout, exitCode } = await mutants('raft', ...flags);
  expect(exitCode).toBe(64);
  expect(stdout).toBe('');
  expect(stderr.split('\n')).toHaveLength(1);
  expect(stderr).toContain(line);
});
