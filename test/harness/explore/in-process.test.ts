/** Exploring as a program does: what it rejects with, what it keeps, and what it cannot be asked for. */

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ExplorationFailure,
  explore,
  HarnessError,
  replayRepro,
  reprosIn,
  type System,
  type Variant,
} from 'ordeal';
import { afterAll, describe, expect, test } from 'vitest';
import { abdRegister, readsAndWrites } from '../../examples/abd-register.ts';

const directory = mkdtempSync(join(tmpdir(), 'ordeal-in-process-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function failureOf(exploring: Promise<unknown>): Promise<ExplorationFailure> {
  const error = await exploring.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ExplorationFailure);
  return error as ExplorationFailure;
}

const HASTY: Variant = {
  id: 'hasty',
  describe: 'answers before the write is on disk',
  kind: 'variant',
  durability: () => 'unsynced',
};

describe('an exploration', () => {
  test('that finds nothing says how far it went, the same each time', async () => {
    const options = { seeds: 4, timeLimitS: 3, nodes: 3 };
    const [once, again] = [await explore('raft', options), await explore('raft', options)];
    expect(once.verdict.kind).toBe('valid');
    expect(once.runs).toBe(4);
    expect(once.coverage.nodes).toEqual({ 3: 4 });
    expect(again.coverage).toEqual(once.coverage);
  }, 120_000);

  test('rejects with a counterexample, told in its message and kept in a file', async () => {
    const repros = join(directory, 'found');
    const options = { variants: ['rf-commit-no-min'], timeLimitS: 5, keepIn: repros };
    const { message, exitStatus, counterexample } = await failureOf(explore('raft', options));
    expect(exitStatus).toBe(1);
    const { story = [], because = '', path = '' } = counterexample ?? {};
    for (const step of story) expect(message).toContain(step);
    expect(message).toContain(because);
    expect(message).toContain(`again: npx ordeal replay ${path}`);
    expect(reprosIn(repros)).toEqual([path]);
    expect(await replayRepro(path ?? '')).toEqual({ because, identical: true });
  }, 120_000);

  test('of what is passed by value says how a program makes it again', async () => {
    const options = { variants: [HASTY], timeLimitS: 10, nodes: 3, nemesis: ['kill'], shrinkS: 0 };
    const { message, counterexample } = await failureOf(explore('raft', options));
    expect(message).toMatch(/^again: explore with seed: \d+, seeds: 1, strategies: \['\w+'\]$/m);
    expect(counterexample?.path).toBeNull();
    const [, seed, strategy] = /seed: (\d+), seeds: 1, strategies: \['(\w+)'\]/.exec(message) ?? [];
    const one = { ...options, seed: Number(seed), seeds: 1, strategies: [String(strategy)] };
    expect((await failureOf(explore('raft', one))).message).toBe(
      message.replace(/after \d+ runs?/, 'after 1 run'),
    );
  }, 120_000);

  test('of which nothing could be judged is no success', async () => {
    const set = { 'network.latencyMinUs': 2_000_000, 'network.latencyMaxUs': 2_000_000 };
    const options = { set, seeds: 2, strategies: ['plain'], timeLimitS: 5 };
    const { exitStatus, counterexample, message } = await failureOf(explore('raft', options));
    expect([exitStatus, counterexample]).toEqual([2, null]);
    expect(message).toContain('none of 2 runs could be judged');
  }, 120_000);

  test('of a system that keeps state between runs is no success either', async () => {
    let asked = 0;
    const stateful: System = {
      ...abdRegister,
      name: 'stateful',
      protocol: (rules) => {
        const kept = abdRegister.protocol(rules);
        const request: typeof kept.request = (state, env, one) => {
          if (++asked % 100 !== 0) kept.request(state, env, one);
        };
        return { ...kept, request };
      },
    };
    const options = { workload: readsAndWrites, seeds: 3, timeLimitS: 5 };
    const { exitStatus, message } = await failureOf(explore(stateful, options));
    expect(exitStatus).toBe(3);
    expect(message).toMatch(/the same seed gave another run.*most likely stateful/);
  }, 120_000);
});

test.each<[string, Parameters<typeof explore>, string]>([
  ['a strategy', ['raft', { strategies: ['swrm'] }], 'options.strategies: unknown "swrm"'],
  ['no seeds', ['raft', { seeds: 0 }], 'options.seeds: 0 is not allowed (a whole number from 1 on'],
  ['no time', ['raft', { budgetS: 0 }], 'options.budgetS: 0 is not allowed (a time above 0 s'],
  [
    'a word',
    ['raft', { sedes: 3 } as object],
    'options: unknown option "sedes" (did you mean "seeds"?)',
  ],
  [
    'a backend',
    ['raft', { backend: 'docker' } as object],
    'options.backend: only the simulator is explored, not docker',
  ],
  ['a system', ['rfat'], 'unknown system "rfat" (did you mean "raft"?)'],
  [
    'a file of what no file makes again',
    [abdRegister, { workload: readsAndWrites, keepIn: directory }],
    'options.keepIn: no file makes again what is passed by value (',
  ],
])('%s that cannot be had is told in one line', async (_, parameters, line) => {
  const error = await explore(...parameters).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(HarnessError);
  expect((error as HarnessError).message).toContain(line);
});

describe('a corpus', () => {
  test('that is not there, or is empty, guards nothing and is refused', () => {
    expect(() => reprosIn(join(directory, 'nowhere'))).toThrow('nowhere: no such file');
    const empty = mkdtempSync(join(directory, 'empty-'));
    expect(() => reprosIn(empty)).toThrow('has no repro');
  });

  test('is what ends in .json, in order', () => {
    const corpus = mkdtempSync(join(directory, 'corpus-'));
    for (const name of ['b.json', 'README.md', 'a.json']) writeFileSync(join(corpus, name), '{}');
    expect(readdirSync(corpus)).toHaveLength(3);
    expect(reprosIn(corpus)).toEqual([join(corpus, 'a.json'), join(corpus, 'b.json')]);
  });
});
