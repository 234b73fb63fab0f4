/** `ordeal check` ends in order whenever it is interrupted. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const directory = mkdtempSync(join(tmpdir(), 'ordeal-check-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Whether a process would hear of SIGHUP, which Node by itself does not catch. */
function catchesHangup(pid: number): boolean {
  const [, mask] =
    /^SigCgt:\s*([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return mask !== undefined && (BigInt(`0x${mask}`) & 1n) === 1n;
}

const long = join(directory, 'long.jsonl');
const brief = join(directory, 'brief.jsonl');

beforeAll(() => {
  const operation = (value: number) =>
    ['invoke', 'ok']
      .map((type) => `${JSON.stringify({ type, process: 0, f: 'write', value })}\n`)
      .join('');
  writeFileSync(long, Array.from({ length: 200_000 }, (_, i) => operation(i)).join(''));
  writeFileSync(brief, operation(1));
});

async function interrupted(
  signal: NodeJS.Signals,
  parameters: readonly string[],
  input?: 'pipe that stays open',
) {
  const all = [resolve('harness/bin.js'), 'check', ...parameters, '--model', 'register'];
  const stdin = input === undefined ? 'ignore' : 'pipe';
  const child = execa(process.execPath, all, {
    reject: false,
    timeout: 60_000,
    stdin,
    forceKillAfterDelay: false,
  });
  child.stdin?.write(readFileSync(brief));
  while (!catchesHangup(child.pid as number)) {
    await new Promise((again) => setTimeout(again, 5));
  }
  child.kill(signal);
  return child;
}

describe.skipIf(process.platform !== 'linux')('a check that is interrupted', () => {
  test('ends with one document, of status 130, and no path after it', async () => {
    const { exitCode, stdout } = await interrupted('SIGHUP', [long, long, '--json']);
    expect(JSON.parse(stdout)).toEqual({
      file: long,
      verdict: null,
      exitStatus: 130,
      error: 'interrupted before it was judged',
    });
    expect(exitCode).toBe(130);
  });

  test.each(['SIGINT', 'SIGTERM'] as const)(
    'says which path was not judged, after what was: %s',
    async (signal) => {
      const { exitCode, stdout, stderr } = await interrupted(signal, [brief, long, brief]);
      expect(exitCode).toBe(130);
      expect(stdout.match(/VALID/g) ?? []).toHaveLength(stderr.includes('1 of 3') ? 1 : 0);
      expect(stderr).toMatch(
        /^ordeal: .*: interrupted before it was judged \([01] of 3 paths were\)$/m,
      );
    },
  );

  test('does not wait for what may still come through standard input', async () => {
    const { exitCode, stdout, stderr } = await interrupted('SIGINT', ['-'], 'pipe that stays open');
    expect(exitCode).toBe(130);
    expect(stdout).toBe('');
    expect(stderr).toContain('ordeal: -: interrupted before it was judged');
  });
});

test('what comes through standard input is judged as a file is, however long it is', async () => {
  for (const file of [brief, long]) {
    const all = [resolve('harness/bin.js'), 'check', '-', '--model', 'register', '--json'];
    const { stdout } = await execa(process.execPath, all, { inputFile: file });
    expect(JSON.parse(stdout)).toMatchObject({ file: '-', verdict: { kind: 'valid' } });
  }
});

test('what is wrong with standard input is told of it by that name', async () => {
  const all = [resolve('harness/bin.js'), 'check', '-', '--model', 'counter'];
  const { exitCode, stderr } = await execa(process.execPath, all, {
    inputFile: brief,
    reject: false,
  });
  expect(exitCode).toBe(64);
  expect(stderr).toContain('ordeal: standard input:1: expected an operation that model counter');
});
