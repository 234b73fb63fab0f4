import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EXAMPLES, hasPython, runProgram } from './programs.ts';

const REST = { 'workload.rest': 1 };
const CUT = ['partition'];

/** A correct program and a broken one for each workload, and the sentence by which it is found. */
const CASES = [
  { workload: 'echo', file: 'echo.js', found: /"Please echo \d*7\d*" was answered with/ },
  { workload: 'unique-ids', file: 'unique-ids.js', found: /the id \d+ was given out twice/ },
  { workload: 'broadcast', file: 'broadcast.js', found: /lost elements/, set: REST, nemesis: CUT },
  { workload: 'g-set', file: 'g-set.js', found: /lost elements/, set: REST },
  {
    workload: 'g-counter',
    file: 'counter.js',
    found: /the final read .*but the sum is/,
    set: REST,
  },
  { workload: 'pn-counter', file: 'counter.js', found: /the final read .*but the sum/, set: REST },
  {
    workload: 'lin-kv',
    file: 'lin-kv.js',
    set: { 'workload.keys': 1 },
    found: /read k\d+ = .* although/,
  },
  {
    workload: 'kafka',
    file: 'kafka.js',
    set: { ...REST, 'workload.keys': 2 },
    found: /found offset \d+ but not \d+, where \d+ is/,
  },
  { workload: 'txn-list-append', file: 'txn.js', found: /not strict-serializable/ },
  { workload: 'txn-rw-register', file: 'txn.js', found: /not strict-serializable/ },
] as const;

describe.each(CASES)('$workload', ({ workload, file, found, ...changes }) => {
  const program = join(EXAMPLES, file);

  test.concurrent(`${file} is valid`, async () => {
    const { summary } = await runProgram([program], { workload, ...changes });
    expect(summary.results.verdict).toMatchObject({ kind: 'valid' });
    expect(summary.results.exitStatus).toBe(0);
  });

  test.concurrent(`${file} --broken is found`, async () => {
    const request = { workload, timeLimitS: 3, ...changes };
    const { summary } = await runProgram([program, '--broken'], request);
    expect(summary.results.verdict).toMatchObject({
      kind: 'invalid',
      because: expect.stringMatching(found),
    });
    expect(summary.results.exitStatus).toBe(1);
  });
});

describe.skipIf(!hasPython)('a program with threads (left out without python3)', () => {
  const program = join(EXAMPLES, 'threads.py');

  test.concurrent('is valid, and what it says on standard error is kept', async () => {
    const { summary, stored } = await runProgram(['python3', program], { workload: 'lin-kv' });
    expect(summary.results.verdict).toMatchObject({ kind: 'valid' });
    expect(stored.run.config.program).toEqual(['python3', program]);
    // A request and an answer, and as many with the services or other nodes as it needed.
    expect(Number(stored.run.backend['messagesPerOperation'])).toBeGreaterThanOrEqual(2);
  });

  test.concurrent('--broken is found', async () => {
    const { summary } = await runProgram([program, '--broken'], { workload: 'lin-kv' });
    expect(summary.results.verdict.kind).toBe('invalid');
  });
});
