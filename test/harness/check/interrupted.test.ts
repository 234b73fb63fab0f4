/** `ordeal check --json` prints its one document also when it is interrupted. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { afterAll, expect, test } from 'vitest';

const directory = mkdtempSync(join(tmpdir(), 'ordeal-check-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Whether a process would hear of SIGHUP, which Node by itself does not catch. */
function catchesHangup(pid: number): boolean {
  const [, mask] =
    /^SigCgt:\s*([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return mask !== undefined && (BigInt(`0x${mask}`) & 1n) === 1n;
}

test.skipIf(process.platform !== 'linux')(
  'a check that is interrupted ends with one document, of status 130, and no path after it',
  async () => {
    const long = join(directory, 'long.jsonl');
    const operation = (value: number) =>
      ['invoke', 'ok']
        .map((type) => JSON.stringify({ type, process: 0, f: 'write', value }))
        .join('\n');
    writeFileSync(long, `${Array.from({ length: 200_000 }, (_, i) => operation(i)).join('\n')}\n`);
    const parameters = [resolve('harness/bin.js'), 'check', long, long];
    const child = execa(process.execPath, [...parameters, '--model', 'register', '--json'], {
      reject: false,
      timeout: 60_000,
    });
    while (!catchesHangup(child.pid as number)) {
      await new Promise((again) => setTimeout(again, 5));
    }
    child.kill('SIGHUP');
    const { exitCode, stdout } = await child;
    expect(JSON.parse(stdout)).toEqual({
      file: long,
      verdict: null,
      exitStatus: 130,
      error: 'interrupted before it was judged',
    });
    expect(exitCode).toBe(130);
  },
);
