/** Runs on successive seeds: what an interruption may not take away. */

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { prepare } from '../../../harness/run/prepare.ts';
import type { Progress } from '../../../harness/run/progress.ts';
import { runSeries } from '../../../harness/run/series.ts';

const store = mkdtempSync(join(tmpdir(), 'ordeal-series-'));
afterAll(() => rmSync(store, { recursive: true, force: true }));

/** A series that is interrupted while its first run goes on. */
async function interruptedSeries(mutants: readonly string[]) {
  const stop = new AbortController();
  const silent = () => undefined;
  const progress: Progress = {
    line: silent,
    aside: silent,
    state: silent,
    run: silent,
    step: () => stop.abort(),
    end: silent,
  };
  const context = { store, signal: stop.signal, progress: silent, onStart: silent };
  const run = await prepare({ system: 'basic-paxos', mutants, seed: 1, timeLimitS: 10 });
  return runSeries(run, 20, async (_run, make) => make(), context, progress);
}

test('a violation that was found before an interruption is stored and shown', async () => {
  const { tally, summary, interrupted } = await interruptedSeries(['px-ignore-accepted']);
  expect(interrupted).toBe(true);
  expect(tally).toMatchObject({ valid: 0, invalid: 1 });
  expect(summary?.results.exitStatus).toBe(1);
  expect(existsSync(summary?.paths.directory ?? '')).toBe(true);
});

test('an interrupted series that found nothing stores nothing', async () => {
  const { tally, summary, interrupted } = await interruptedSeries([]);
  expect(interrupted).toBe(true);
  expect(tally.valid + tally.unknown).toBe(1);
  expect(summary).toBeNull();
});
