/** A run that went to its end, and whose repetition somebody interrupts, says that nobody repeated it. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { prepare } from '../../../harness/run/prepare.ts';
import { runAndStore } from '../../../harness/run/run.ts';
import { simulatedBackend } from '../../../harness/run/simulated.ts';

const store = mkdtempSync(join(tmpdir(), 'ordeal-unrepeated-'));
afterAll(() => rmSync(store, { recursive: true, force: true }));

test.each([
  [true, 'interrupted before it was made again: nobody knows whether it repeats itself'],
  [false, undefined],
])('interrupted: %s', async (isInterrupted, note) => {
  const controller = new AbortController();
  const backend: typeof simulatedBackend = {
    ...simulatedBackend,
    compare: async () => {
      if (isInterrupted) controller.abort();
      return null;
    },
  };
  const prepared = await prepare({
    system: 'basic-paxos',
    timeLimitS: 5,
    seed: 1,
    nemesis: ['none'],
  });
  const quiet = { progress: () => undefined, onStart: () => undefined };
  const context = { store, signal: controller.signal, ...quiet };
  const { results } = await runAndStore(prepared, context, backend);
  expect(results.verdict.kind).toBe('valid');
  expect(results.verdict).toEqual(note === undefined ? { kind: 'valid' } : { kind: 'valid', note });
});
