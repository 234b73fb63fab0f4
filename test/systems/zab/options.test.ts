/** Zab under the options that change who votes, what is sent and how long an epoch lasts. */

import { describe, expect, test } from 'vitest';
import { resolveConfig } from '../../../harness/config/config.ts';
import { type SimulatedRun, simulateOnce } from '../../../harness/run/simulate.ts';
import type { Options } from '../../../systems/protocol.ts';

const SEEDS = [1, 2, 3];

function runs(nodes: number, set: Options, rate = 100): SimulatedRun[] {
  return SEEDS.map((seed) => {
    const request = { system: 'zab', nodes, rate, timeLimitS: 10, nemesisIntervalS: 1, seed, set };
    return simulateOnce(
      resolveConfig(request, [], () => seed),
      [],
    );
  });
}

function expectClean(made: readonly SimulatedRun[]): void {
  for (const { checks } of made) {
    expect(checks.filter(({ verdict }) => verdict.kind === 'invalid')).toEqual([]);
    const clients = checks.find(({ checker }) => checker === 'agreement');
    expect(clients?.verdict.kind).toBe('valid');
  }
}

/** A figure of the agreement checker, over all runs. */
function total(made: readonly SimulatedRun[], figure: string): number {
  return made.reduce((sum, { checks }) => {
    const agreement = checks.find(({ checker }) => checker === 'agreement');
    return sum + Number(agreement?.stats?.[figure] ?? 0);
  }, 0);
}

describe('zab keeps every promise', { timeout: 60_000 }, () => {
  test('with observers', () => {
    expectClean(runs(6, { observers: 2 }));
  });

  test('with weights', () => {
    expectClean(runs(5, { quorum: 'weighted', weights: '3,1,1,1,1' }));
  });

  test('with servers that have no say', () => {
    expectClean(runs(5, { quorum: 'weighted', weights: '1,1,1,0,0' }));
  });

  test('with groups', () => {
    expectClean(runs(9, { quorum: 'hierarchical', groups: '0,0,0,1,1,1,2,2,2' }));
  });

  test('with epochs that are full after a few transactions', () => {
    const made = runs(3, { counterBits: 6 }, 200);
    expectClean(made);
    expect(total(made, 'leaders')).toBeGreaterThan(20);
  });

  test('with servers that are sent snapshots, and histories that are cut', () => {
    const made = runs(5, { snapshotEvery: 5, retained: 0 });
    expectClean(made);
    expect(total(made, 'snapshotsInstalled')).toBeGreaterThan(0);
    const kept = runs(5, { snapshotEvery: 0 });
    expectClean(kept);
    expect(total(kept, 'snapshotsInstalled')).toBe(0);
  });

  test.each(['local', 'sync'])('with reads=%s', (reads) => {
    const made = runs(5, { reads });
    expectClean(made);
    expect(total(made, reads === 'local' ? 'readsLocal' : 'readsSync')).toBeGreaterThan(0);
  });

  test('with a leader that was stopped while it began, and found that it is a leader long after', () => {
    const seed = 7;
    const request = { system: 'zab', seed, nemesis: ['partition', 'pause'], nemesisIntervalS: 3 };
    const config = resolveConfig(request, [], () => seed);
    expectClean([simulateOnce(config, [])]);
  });

  test('with a leader that is cut off and answers in its epoch after a higher one was established', () => {
    const seed = 2223;
    const set = { snapshotEvery: 3, reads: 'sync', counterBits: 16, 'disk.crash': 'torn' };
    const network = { 'network.lossPpm': 0, 'network.latePpm': 1000 };
    const times = { timeLimitS: 10, nemesisIntervalS: 2 };
    const request = { system: 'zab', workload: 'counter', seed, ...times };
    const config = resolveConfig({ ...request, set: { ...set, ...network } }, [], () => seed);
    expectClean([simulateOnce(config, [])]);
  });

  test.each([
    [{ observers: 3 }, '--set observers=3: nobody is left to vote (0 to 2)'],
    [{ weights: '1,2' }, '--set weights=1,2: heads are counted'],
    [{ groups: '1,2', quorum: 'weighted' }, '--set groups=1,2: nobody asks for groups'],
    [
      { weights: '1,1,1', quorum: 'weighted', observers: 1 },
      '3 numbers (at most one for each of 2',
    ],
    [{ weights: '0,0,0', quorum: 'weighted' }, 'nobody has any weight (at least one above 0)'],
  ])('options that make no quorum are refused: %o', (set, refusal) => {
    expect(() => runs(3, set)).toThrow(refusal);
  });

  test('a list of weights that is none is refused by the name of the option', () => {
    expect(() => runs(3, { quorum: 'weighted', weights: 'heavy' })).toThrow(
      '--set weights=heavy: not allowed (numbers with commas between)',
    );
  });
});
