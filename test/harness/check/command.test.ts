/** `ordeal check`: verdicts, statuses, several files, threads, and stored runs. */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, test } from 'vitest';
import { run } from '../../../harness/ordeal.ts';
import { hardCounters } from '../../checkers/linearizable/hard-counters.ts';
import { BAD, check, checkAt, GOOD, ordeal, scratch } from './checking.ts';

const { directory, file } = scratch();

describe('ordeal check', () => {
  test('says valid with status 0, and how it came to that', async () => {
    const path = file('good.jsonl', GOOD);
    const { exitCode, stdout, stderr } = await ordeal(path, '--model', 'register');
    expect(exitCode).toBe(0);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^✔ VALID {2}.*good\.jsonl\n/);
    expect(stdout).toContain('linearizable register, decided by register monitor, 2 operations');
  });

  test('says invalid with status 1 and shows the operations by line, in 80 columns', async () => {
    const path = file('bad.jsonl', BAD);
    const { exitCode, stdout } = await ordeal(path, '--model', 'register');
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^✖ VIOLATION/);
    expect(stdout).toMatch(/line 3-4 +process 0 +read -> 2/);
    for (const line of stdout.split('\n').slice(1)) expect(line.length).toBeLessThanOrEqual(80);
  });

  test('prints a line of JSON for each file, and a refused one does not stop the others', async () => {
    const paths = [
      file('1.jsonl', GOOD),
      file('2.jsonl', '{"type":"ok","process":0,"f":"read"}\n'),
      file('3.jsonl', ''),
      file('4.jsonl', BAD),
    ];
    const { status, out, err } = await check(paths, { model: 'register', json: true });
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ verdict }) => verdict?.kind ?? null)).toEqual([
      'valid',
      null,
      'unknown',
      'invalid',
    ]);
    expect(lines.map((line) => line.file)).toEqual(paths);
    expect(lines[1].error).toContain('2.jsonl:1: process 0 completes read');
    expect(lines[3]).toMatchObject({ format: 'jsonl', checker: 'linearizable' });
    expect(lines[3].verdict.events).toContain(3);
    expect(err).toContain('2.jsonl:1: process 0 completes read');
    expect(status).toBe(1);
  });

  test.each<[readonly string[], number]>([
    [['good', 'empty'], 2],
    [['good', 'refused'], 64],
    [['empty', 'refused'], 64],
    [['refused', 'bad'], 1],
    [['empty'], 2],
    [['refused'], 64],
    [['missing'], 64],
    [['.'], 64],
  ])('on %j has status %i', async (names, status) => {
    file('good', GOOD);
    file('bad', BAD);
    file('empty', '');
    file('refused', 'junk');
    const paths = names.map((name) => join(directory, name));
    expect((await check(paths, { model: 'register' })).status).toBe(status);
  });

  test.each([
    [[], "missing required argument 'path'"],
    [['x', '--model', 'nosuch'], '--model: unknown "nosuch" (known: register,'],
    [['x', '--model', 'regster'], '--model: unknown "regster" (did you mean "register"?)'],
    [['x', '--checker', 'qeuue'], '--checker: unknown "qeuue" (did you mean "queue"?)'],
    [['x', '--budget', '-1'], 'a whole number of steps above 0'],
    [['x', '--threads', '0'], 'a whole number of threads 1 to 256'],
    [['x', '--witness', 'log'], '--witness: "log" is not allowed (known: positions, off)'],
    [['x', '--initial', '{"a":'], 'it begins like JSON, but is none'],
    [['x', '--staleness-ms', 'x'], 'a number from 0 up'],
  ])('refuses %j in one line, with status 64', async (args, message) => {
    const { exitCode, stdout, stderr } = await ordeal(...args);
    expect([exitCode, stdout]).toEqual([64, '']);
    expect(stderr).toContain(message);
    expect(stderr.split('\n')).toHaveLength(1);
  });

  test('shows its help in 80 columns', async () => {
    const { stdout } = await ordeal('--help');
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  test('is not disturbed by a reader that stops early', async () => {
    const path = file('early.jsonl', GOOD);
    const child = execa(
      process.execPath,
      [resolve('harness/bin.js'), 'check', ...Array(2000).fill(path), '--model', 'register'],
      { reject: false, buffer: { stdout: false } },
    );
    child.stdout.destroy();
    const { exitCode, stderr } = await child;
    expect([exitCode, stderr]).toEqual([0, '']);
  });

  test('refuses checkers and levels that there are not', async () => {
    await expect(check(['x'], { checker: 'nosuch' })).rejects.toThrow(
      '--checker: unknown "nosuch"',
    );
    await expect(check(['x'], { level: 'nosuch' })).rejects.toThrow('--level: unknown "nosuch"');
  });
});

describe('several threads', () => {
  test('say what one says, to the byte but for the time it took', async () => {
    const path = join(directory, 'counters.jsonl');
    writeFileSync(path, [...hardCounters()].map((event) => `${JSON.stringify(event)}\n`).join(''));
    for (const json of [true, false]) {
      const flags = { model: 'counter', json };
      const plain = (text: string) => text.replace(/"seconds":[\d.]+|[\d.]+ m?s\n/g, '');
      const alone = await check([path], { ...flags, threads: 1 });
      const together = await check([path], { ...flags, threads: 3 });
      expect(plain(together.out)).toBe(plain(alone.out));
      expect(together.status).toBe(alone.status);
    }
  });
});

describe('a stored run', () => {
  const store = join(directory, 'store');
  let stored = '';
  beforeAll(async () => {
    const summary = await run(
      { system: 'raft', nodes: 3, timeLimitS: 5, nemesis: ['none'], seed: 3 },
      { store },
    );
    stored = resolve(summary.paths.directory ?? '');
  });

  test('is judged again beside its first verdict, with the same answer', async () => {
    const first = readFileSync(join(stored, 'results.json'), 'utf8');
    const { exitCode, stdout } = await ordeal(join(store, 'latest'));
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /judged again: valid \(first verdict: valid\), written to .*results\.\d+T\d+Z.*\.json/,
    );
    expect(readFileSync(join(stored, 'results.json'), 'utf8')).toBe(first);
    const written = readdirSync(stored).filter((name) => /^results\.\d/.test(name));
    expect(written).toHaveLength(1);
    const again = JSON.parse(readFileSync(join(stored, written[0] ?? ''), 'utf8'));
    expect(again.verdict).toEqual(JSON.parse(first).verdict);
  });

  test('is a history like any other for a checker of one’s own', async () => {
    const { status, out } = await checkAt(stored, { checker: 'strongest', json: true });
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ strongest: 'linearizable', format: 'jsonl' });
  });

  test('whose recording is damaged is refused, or judged up to a torn last line', async () => {
    const history = join(stored, 'history.jsonl');
    const whole = readFileSync(history, 'utf8');
    writeFileSync(history, whole.slice(0, -10));
    expect(await checkAt(stored, { json: true })).toMatchObject({ status: 2 });
    writeFileSync(history, whole.replace(/\n.*\n/, '\n'));
    const damaged = await checkAt(stored, { json: true });
    expect(damaged.status).toBe(64);
    expect(damaged.err).toContain('history.jsonl:2:');
    writeFileSync(history, whole);
  });
});
