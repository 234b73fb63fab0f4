/** Disks that are full, gone or no disks: infrastructure in one sentence, and nothing ever hangs. */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LinesWriter } from '../../../harness/store/lines.ts';

const directory = mkdtempSync(join(tmpdir(), 'ordeal-disk-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function ordeal(...args: readonly string[]) {
  const bin = resolve('harness/bin.js');
  // Whoever hangs is killed, and that is no exit status.
  return execa(process.execPath, [bin, ...args], {
    reject: false,
    timeout: 60_000,
    cwd: directory,
  });
}

function mounted(path: string, kilobytes: number): boolean {
  mkdirSync(path, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', path], {
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
}

describe('a disk that runs full in mid-run (left out where nothing can be mounted)', () => {
  const small = join(directory, 'small');
  let canMount = false;
  beforeAll(() => {
    canMount = mounted(small, 300);
  });
  afterAll(() => {
    if (canMount) execFileSync('umount', [small]);
  });

  test('is infrastructure; what was recorded is kept, and judged again', async (context) => {
    if (!canMount) context.skip('no right to mount a file system');
    const run = ['run', 'raft', '--time-limit', '20', '--seed', '3', '--quiet'];
    const ran = await ordeal(...run, '--store', join(small, 'store'));
    expect(ran.exitCode).toBe(3);
    expect(ran.stdout).toContain('! NOT JUDGED  the store cannot be written');
    expect(ran.stdout).toContain('no space left on the disk');
    const stored = join(small, 'store', 'latest');
    expect(readFileSync(join(stored, 'history.jsonl'), 'utf8').length).toBeGreaterThan(10_000);
    const checked = await ordeal('check', stored);
    expect(checked.exitCode).toBe(2);
    expect(checked.stdout).toContain('not written (the store cannot be written');
  });
});

test('a write in the background that fails is told by the next one', async () => {
  const path = join(directory, 'lines.jsonl');
  const writer = new LinesWriter(path, 'history', true);
  writer.close();
  // As a disk does that takes no more: the file is closed already.
  expect(() => {
    writer.write('x'.repeat(100_000));
  }).toThrow(/^the store cannot be written: .*lines\.jsonl/);
});

describe('what is no place for a store, and no file', () => {
  test('a directory that takes no directories is refused', async () => {
    const { exitCode, stderr } = await ordeal('run', 'raft', '--store', '/proc/nope');
    expect(exitCode).toBe(64);
    expect(stderr).toContain('--store /proc/nope: cannot make a directory there');
  });

  test('a pipe is refused wherever a file is read', async (context) => {
    const pipe = join(directory, 'pipe');
    try {
      execFileSync('mkfifo', [pipe]);
    } catch {
      context.skip('no mkfifo here');
    }
    for (const args of [
      ['run', 'raft', '--config', pipe],
      ['run', 'raft', '--rules', pipe],
      ['run', 'raft', '--scenario', pipe],
    ]) {
      const { exitCode, stderr } = await ordeal(...args);
      expect(exitCode, args.join(' ')).toBe(64);
      expect(stderr).toContain('is a pipe, and a file is needed');
    }
    expect(existsSync(join(directory, 'store'))).toBe(false);
  });
});
