import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { faultWindows } from '../../../checkers/fault-windows.ts';
import { EXAMPLES, processesWith, runProgram } from './programs.ts';

const QUICK = { timeLimitS: 3, nemesisIntervalS: 0.6 };

describe('kill -9 and a new start', () => {
  test.concurrent('a program that keeps nothing itself is valid', async () => {
    const program = join(EXAMPLES, 'lin-kv.js');
    const request = { workload: 'lin-kv', nemesis: ['kill'], ...QUICK };
    const { summary, stored } = await runProgram([program, '--of-kill-test'], request);
    expect(summary.results.verdict).toMatchObject({ kind: 'valid' });
    expect(faultWindows(stored.history).filter(({ counts }) => counts).length).toBeGreaterThan(1);
    expect(processesWith('--of-kill-test')).toEqual([]);
  });

  test.concurrent('a program that keeps all in memory loses it', async () => {
    const request = {
      workload: 'g-set',
      nodes: 1,
      nemesis: ['kill'],
      set: { 'workload.rest': 1 },
      ...QUICK,
    };
    const { summary } = await runProgram([join(EXAMPLES, 'g-set.js')], request);
    expect(summary.results.verdict).toMatchObject({
      kind: 'invalid',
      because: expect.stringMatching(/lost elements/),
    });
  });
});

test.concurrent.each([
  ['flaky-links'],
  ['slow-links'],
  ['hold-and-release'],
  ['next-messages'],
  ['client-links'],
])('%s: a program that tells others again and again is valid', async (nemesis) => {
  const request = { workload: 'g-set', nemesis: [nemesis], set: { 'workload.rest': 1 }, ...QUICK };
  const { summary, stored } = await runProgram([join(EXAMPLES, 'g-set.js')], request);
  expect(summary.results.verdict).toMatchObject({ kind: 'valid' });
  expect(faultWindows(stored.history).some(({ counts }) => counts)).toBe(true);
});
