/** `--stop-at-violation`: a run ends where it first goes wrong, and is judged as always. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { afterAll, describe, expect, test } from 'vitest';
import { type RunOptions, type RunSummary, run, simulate } from '../../harness/ordeal.ts';

const directory = mkdtempSync(join(tmpdir(), 'ordeal-stop-'));
afterAll(() => rmSync(directory, { recursive: true }));

const common = { system: 'raft', nodes: 3, timeLimitS: 30, seed: 3 } as const;

async function stored(options: Partial<RunOptions>): Promise<RunSummary & { history: string }> {
  const summary = await run({ ...common, ...options }, { store: directory });
  const path = join(resolve(summary.paths.directory ?? ''), 'history.jsonl');
  return { ...summary, history: readFileSync(path, 'utf8') };
}

describe('a simulated run that is to stop at its first violation', () => {
  // The first is seen by clients only, the second by the nodes' trace.
  test.each(['sys-reply-before-apply', 'rf-commit-no-min'])(
    'does so with %s, says when, and is the same each time',
    async (mutant) => {
      const whole = await stored({ variants: [mutant] });
      const { results, history } = await stored({ variants: [mutant], stopAtViolation: true });
      expect(results.verdict.kind).toBe('invalid');
      expect(results.exitStatus).toBe(1);
      expect(results.figures.cutShort).toMatch(/^stopped at the first violation at \d+\.\d s$/);
      expect(results.figures.determinism).toEqual({ replays: 1, identical: 1 });
      expect(history.length).toBeLessThan(whole.history.length);
      expect(whole.history.startsWith(history)).toBe(true);
    },
  );

  test('goes to its end where there is none, with the same bytes', async () => {
    const plain = await stored({});
    const watched = await stored({ stopAtViolation: true });
    expect(watched.results.verdict.kind).toBe(plain.results.verdict.kind);
    expect(watched.results.figures.cutShort).toBeNull();
    expect(watched.history).toBe(plain.history);
  });

  test('stops at the same event in memory, where only clients see it', () => {
    const options = { ...common, variants: ['sys-reply-before-apply'] };
    const { result, verdict } = simulate({ ...options, stopAtViolation: true });
    expect(verdict.kind).toBe('invalid');
    expect(result.ending).toMatchObject({ kind: 'violated' });
    const again = simulate({ ...options, stopAtViolation: true });
    expect([...again.result.history]).toEqual([...result.history]);
  });
});

const yaml = join(directory, 'run.yaml');
writeFileSync(yaml, 'stop-at-violation: true\n');

test.each([
  ['a flag', ['--stop-at-violation']],
  ['a file', ['--config', yaml]],
])('%s can ask for it, and the command to repeat the run names it', async (_, asking) => {
  const bin = resolve('harness/bin.js');
  const flags = ['--nodes', '3', '--time-limit', '5', '--seed', '3', '--nemesis', 'none', '--json'];
  const { stdout, exitCode } = await execa(
    process.execPath,
    [bin, 'run', 'raft', ...flags, ...asking, '--store', directory, '--quiet'],
    { reject: false },
  );
  expect(exitCode).toBe(0);
  const { run: made } = JSON.parse(stdout);
  expect(made.config.stopAtViolation).toBe(true);
  expect(made.command).toContain('--stop-at-violation');
});
