/** A violation that `ordeal prove` found is stored: made again, judged again, shown. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const BIN = join(import.meta.dirname, '..', '..', '..', 'harness', 'bin.js');
const store = mkdtempSync(join(tmpdir(), 'ordeal-prove-'));
const ordeal = (...args: readonly string[]) =>
  execa(process.execPath, [BIN, ...args], { reject: false });

let found: { readonly exitCode?: number; readonly stdout: string };
let kept = '';

beforeAll(async () => {
  const bounds = ['--operations', '0', '--timeouts', '2'];
  const args = ['raft', '--mutant', 'rf-vote-anyone', ...bounds, '--store', store];
  found = await ordeal('prove', ...args);
  const [name = ''] = readdirSync(store).filter((one) => one.endsWith('-prove'));
  kept = join(store, name);
});
afterAll(() => rmSync(store, { recursive: true }));

/** With another text in one of its files, which is there again afterwards. */
async function withOther(
  file: string,
  change: (text: string) => string,
  ask: () => Promise<void>,
): Promise<void> {
  const path = join(kept, file);
  const text = readFileSync(path, 'utf8');
  const changed = change(text);
  expect(changed).not.toBe(text);
  writeFileSync(path, changed);
  await ask().finally(() => writeFileSync(path, text));
}

describe('a violation that is kept', () => {
  test('is named where it is told, and has a report with its steps', () => {
    expect(found.exitCode).toBe(1);
    expect(found.stdout).toContain('ordeal replay');
    expect(found.stdout).toContain('there is no shorter way');
    const report = readFileSync(join(kept, 'report.html'), 'utf8');
    expect(report).toContain('the election timer of n1 runs out');
    expect(report).toContain('n2 voted for two candidates');
    expect(report).toContain('rf-vote-anyone');
  });

  test('comes to the same bytes when it is made again', async () => {
    const { exitCode, stdout } = await ordeal('replay', kept);
    expect(stdout).toMatch(/n2 voted for two candidates[\s\S]+identical: every byte/);
    expect(stdout).toMatch(/^3\. ✖ n1 → n2: RequestVote/m);
    expect(exitCode).toBe(1);
    expect((await ordeal('replay', kept, '--verify')).exitCode).toBe(0);
  });

  test('is judged again by what is on disk, and its report is written again', async () => {
    const { exitCode, stdout } = await ordeal('check', kept);
    expect(stdout).toMatch(/VIOLATION[\s\S]+judged again: invalid \(first verdict: invalid\)/);
    expect(exitCode).toBe(1);
    const report = await ordeal('report', kept);
    expect(report.stdout).toContain('report.html');
    expect(report.exitCode).toBe(0);
  });

  test('is none any more once the code is right, whether its steps can be made or not', async () => {
    const mended = (text: string) => text.replace(/"rf-vote-anyone"(?=\s*\])/, '');
    await withOther('run.json', mended, async () => {
      const { exitCode, stdout } = await ordeal('replay', kept);
      expect(stdout).toMatch(/^no longer a violation \(then: n2 voted for two candidates/);
      expect(exitCode).toBe(0);
      expect((await ordeal('replay', kept, '--verify')).exitCode).toBe(3);
    });
    // Nobody receives what nobody has sent, whatever the file says.
    const unsent = (text: string) => text.replace(/"what": "n1 \{/, '"what": "n3 {');
    await withOther('steps.json', unsent, async () => {
      const { exitCode, stdout } = await ordeal('replay', kept);
      expect(stdout).toMatch(/^no longer a violation: step 3 cannot happen any more/);
      expect(exitCode).toBe(0);
    });
  });

  test('is refused in one line where it cannot be read, and where it is no run', async () => {
    await withOther(
      'steps.json',
      (text) => text.slice(0, 100),
      async () => {
        const { exitCode, stderr } = await ordeal('replay', kept);
        expect(stderr).toContain('steps.json');
        expect(stderr.trim().split('\n')).toHaveLength(1);
        expect(exitCode).toBe(64);
      },
    );
    const { exitCode, stderr } = await ordeal('explain', kept);
    expect(stderr).toContain('was found by prove');
    expect(exitCode).toBe(64);
  });
});
