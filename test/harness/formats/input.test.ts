/** Where a history may come from: files packed or not, pipes; and what is refused at once. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { execa } from 'execa';
import { afterAll, describe, expect, test } from 'vitest';
import { readForeignHistory } from '../../../harness/formats/index.ts';

const directory = mkdtempSync(join(tmpdir(), 'ordeal-input-'));
afterAll(() => rmSync(directory, { recursive: true }));

const TEXT =
  '{"process":0,"type":"invoke","f":"write","value":1}\n{"process":0,"type":"ok","f":"write","value":1}\n';

function file(name: string, bytes: string | Uint8Array): string {
  const path = join(directory, name);
  writeFileSync(path, bytes);
  return path;
}

describe('a packed history', () => {
  test.each([
    ['gzip', gzipSync(TEXT)],
    ['gzip in two members', Buffer.concat([gzipSync(TEXT.slice(0, 20)), gzipSync(TEXT.slice(20))])],
    ['zstd', zstdCompressSync(TEXT)],
    ['gzip behind a byte-order mark', gzipSync(`\ufeff${TEXT}`)],
  ])('is read as what was packed: %s', (name, bytes) => {
    expect(readForeignHistory(file(name, bytes)).history.length).toBe(2);
  });

  test('is refused where it is not whole', () => {
    const path = file('torn.gz', gzipSync(TEXT).subarray(0, 30));
    expect(() => readForeignHistory(path)).toThrow(/torn\.gz: cannot be unpacked as gzip .*whole/);
  });
});

describe('what is no file', () => {
  test('a pipe that nobody writes to is refused at once', () => {
    const path = join(directory, 'pipe');
    execFileSync('mkfifo', [path]);
    expect(() => readForeignHistory(path)).toThrow('a pipe that nobody writes to');
  });

  test('a device and a directory are refused', () => {
    symlinkSync('/dev/zero', join(directory, 'zero'));
    expect(() => readForeignHistory(join(directory, 'zero'))).toThrow('got a device');
    expect(() => readForeignHistory(directory)).toThrow('got a directory');
    expect(() => readForeignHistory(join(directory, 'nothing'))).toThrow('no such file');
  });
});

test('- is standard input', async () => {
  const command = [resolve('harness/bin.js'), 'check', '-', '--model', 'register', '--json'];
  const { stdout } = await execa(process.execPath, command, { input: gzipSync(TEXT) });
  expect(JSON.parse(stdout)).toMatchObject({ file: '-', verdict: { kind: 'valid' } });
});
