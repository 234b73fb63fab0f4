/** The command line of Maelstrom, as a user of it types it. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { EXAMPLES, scratch } from './programs.ts';

const BIN = join(import.meta.dirname, '../../../harness/bin.js');
const SHORT = '--time-limit 2 --quiet --seed 1';

async function maelstrom(cwd: string, ...words: readonly string[]) {
  const options = { cwd, reject: false, forceKillAfterDelay: false } as const;
  return execa(process.execPath, [BIN, 'maelstrom', ...words], options);
}

/** A test of an example; `flags` as they are typed. */
async function tested(cwd: string, example: string, flags: string) {
  const bin = ['--bin', join(EXAMPLES, example)];
  return maelstrom(cwd, 'test', ...bin, ...`${SHORT} ${flags}`.trim().split(' '));
}

function configIn(directory: string) {
  const file = join(directory, 'store/latest/run.json');
  return JSON.parse(readFileSync(file, 'utf8')).config;
}

test.concurrent('what Maelstrom is told, a run is told in its own words', async () => {
  using directory = scratch();
  const { exitCode, stderr } = await tested(
    directory.path,
    'txn.js',
    '-w txn-list-append --node-count 3 --concurrency 2n --rate 30 --nemesis partition ' +
      '--nemesis-interval 1 --latency 5 --latency-dist uniform --consistency-models serializable ' +
      '--key-count 4 --max-txn-length 2 --max-writes-per-key 8 --availability 0.1 --topology line ' +
      '-- --of-its-own',
  );
  expect(exitCode).toBe(0);
  expect(stderr).toBe('ordeal: --topology has no meaning for txn-list-append: it is left aside');
  expect(configIn(directory.path)).toMatchObject({
    backend: 'process',
    workload: 'txn-list-append',
    program: [join(EXAMPLES, 'txn.js'), '--of-its-own'],
    nodes: 3,
    concurrency: 6,
    rate: 30,
    timeLimitS: 2,
    nemesis: ['partition'],
    nemesisIntervalS: 1,
    set: {
      latencyMs: 5,
      latencyDist: 'uniform',
      answeredPpm: 100_000,
      'workload.consistency': 'serializable',
      'workload.keys': 4,
      'workload.length': 2,
      'workload.keyLimit': 8,
    },
  });
});

test.concurrent('what is not said is as with Maelstrom', async () => {
  using directory = scratch();
  await tested(directory.path, 'lin-kv.js', '');
  expect(configIn(directory.path)).toMatchObject({
    workload: 'lin-kv',
    nodes: 5,
    concurrency: 5,
    rate: 5,
    nemesis: [],
    nemesisIntervalS: 10,
    set: { latencyMs: 0, latencyDist: 'constant', answeredPpm: 0 },
  });
});

test.concurrent('total availability is owed by whoever promises it, under faults as well', async () => {
  using directory = scratch();
  const { exitCode, stdout } = await tested(
    directory.path,
    'kafka.js',
    '-w kafka --availability total --nemesis partition --nemesis-interval 1 --rate 60 --json',
  );
  expect(exitCode).toBe(1);
  expect(JSON.parse(stdout).verdict.because).toMatch(
    /operations were answered, .* where 100 % must be \("no answer in time"/,
  );
});

test.concurrent('25 nodes are not too many: exercises ask for as many', async () => {
  using directory = scratch();
  const { exitCode, stdout } = await tested(
    directory.path,
    'unique-ids.js',
    '-w unique-ids --node-count 25 --rate 50',
  );
  expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/25 nodes/)]);
});

describe('what is not here is refused in one line', () => {
  test.concurrent.each([
    [['serve'], /^ordeal: maelstrom serve: nothing is served: .*report.html$/],
    [['tset'], /^ordeal: maelstrom tset: did you mean "test"\?$/],
    [['test', '-w', 'echo'], /^ordeal: maelstrom test: --bin FILE is needed/],
    [['test', '-w', 'ehco'], /^ordeal: --workload: "ehco" is not allowed \(did you mean "echo"/],
    [['test', '--availability', '2'], /^ordeal: --availability: "2" is not allowed \(total, or/],
    [['test', '--latency', 'x'], /^ordeal: --latency: "x" is not allowed/],
    [
      ['test', '--consistency-models', 'serializable,causal'],
      /^ordeal: --consistency-models: .* \(one at a time/,
    ],
    [['test', '--ssh'], /^ordeal: unknown option '--ssh'/],
  ] as const)('%j', async (words, sentence) => {
    using directory = scratch();
    const { exitCode, stderr } = await maelstrom(directory.path, ...words);
    expect([exitCode, stderr]).toEqual([64, expect.stringMatching(sentence)]);
  });
});
