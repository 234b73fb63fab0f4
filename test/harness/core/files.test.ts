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

describe('a disk that is read-only (left out where nothing can be mounted)', () => {
  const disk = join(directory, 'read-only');
  const store = join(disk, 'store');
  let canMount = false;
  beforeAll(async () => {
    canMount = mounted(disk, 20_000);
    if (!canMount) return;
    const { exitCode } = await ordeal('run', 'raft', '--time-limit', '2', '--store', store);
    expect(exitCode).toBeLessThan(3);
    // For root, too, which is refused nothing by the modes of files.
    execFileSync('mount', ['-o', 'remount,ro', disk]);
  });
  afterAll(() => {
    if (canMount) execFileSync('umount', [disk]);
  });

  test.for<readonly [string, readonly string[]]>([
    ['a run', ['run', 'raft', '--time-limit', '2']],
    ['many runs, before the first', ['run', 'raft', '--runs', '1000000']],
    ['a scenario', ['run', 'raft', '--scenario', 'raft-figure-8']],
  ])('is no place for a store: %s is refused in one sentence', async ([, args], context) => {
    if (!canMount) context.skip('no right to mount a file system');
    for (const place of [store, join(disk, 'another')]) {
      const { exitCode, stdout, stderr } = await ordeal(...args, '--store', place);
      expect(stderr).toBe(
        `ordeal: --store ${place}: cannot make a directory there (the disk is read-only)`,
      );
      expect(stdout).toBe('');
      expect(exitCode).toBe(64);
    }
  });

  test('keeps no run from being judged again, which says that nothing was written', async (context) => {
    if (!canMount) context.skip('no right to mount a file system');
    const { exitCode, stdout } = await ordeal('check', join(store, 'latest'));
    expect(exitCode).toBeLessThan(3);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('not written (the store cannot be written');
  });

  test('takes no report: infrastructure, in one sentence', async (context) => {
    if (!canMount) context.skip('no right to mount a file system');
    const { exitCode, stderr } = await ordeal('report', join(store, 'latest'));
    expect(stderr).toMatch(/^ordeal: the store cannot be written: .*: the disk is read-only$/);
    expect(exitCode).toBe(3);
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
