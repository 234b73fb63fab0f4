/** What is printed, where nobody can take it any more. */

import { existsSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, describe, expect, test } from 'vitest';

const BIN = join(import.meta.dirname, '..', '..', 'harness', 'bin.js');
/** Writing to it fails as on a full disk; Linux alone has it. */
const FULL = '/dev/full';
const directory = mkdtempSync(join(tmpdir(), 'ordeal-output-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const wrong = join(directory, 'wrong.jsonl');
writeFileSync(
  wrong,
  ['invoke', 'ok']
    .map(
      (type) => `{"process":0,"type":"${type}","f":"read","value":${type === 'ok' ? 3 : null}}\n`,
    )
    .join(''),
);

describe.skipIf(!existsSync(FULL))('on a disk that is full', () => {
  const check = (...streams: readonly ('stdout' | 'stderr')[]) => {
    const full = openSync(FULL, 'w');
    const options = Object.fromEntries(streams.map((stream) => [stream, full]));
    const line = [BIN, 'check', wrong, '--model', 'register'];
    return execa(process.execPath, line, { ...options, reject: false });
  };

  test('an answer that cannot be printed is said so in one sentence, with status 3', async () => {
    const { exitCode, stderr } = await check('stdout');
    expect(stderr).toMatch(/^ordeal: standard output cannot be written \(ENOSPC.*\)$/);
    expect(exitCode).toBe(3);
  });

  test('an answer is what it is though nothing can be told on the way', async () => {
    const { exitCode, stdout } = await check('stderr');
    expect(stdout).toContain('VIOLATION');
    expect(exitCode).toBe(1);
  });
});
