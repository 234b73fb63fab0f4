/** Pairs of runs: the same work on both sides, and no difference between two that are the same code. */

import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Pair } from '../../../harness/compare/pair.ts';
import { populationsOf } from '../../../harness/compare/populations.ts';
import { checkOutSide, type SideAsked, sideSpec } from '../../../harness/compare/side.ts';
import { differencesText } from '../../../harness/compare/words.ts';
import { planOf } from '../../../harness/run/simulate.ts';
import { systems } from '../../../systems/index.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
/** As the same module by its path, as a revision is loaded: another code path than the built-in one. */
function asModule(system: string): SideAsked {
  const { text, ...rest } = sideSpec(system, 'B');
  const file = join(ROOT, 'systems', system, 'index.ts');
  return { ...rest, text, file, commit: null, directory: null };
}

function here(text: string, named = 'A'): SideAsked {
  const { [Symbol.dispose]: _, ...side } = checkOutSide(sideSpec(text, named), named);
  return side;
}

function pairOf(a: SideAsked, b: SideAsked) {
  return Pair.of({ common: { timeLimitS: 5 }, ofB: {}, a, b });
}

describe.each(Object.keys(systems))('two sides that are the same %s', (system) => {
  test('make the same runs, byte for byte, and nothing is told of them', async () => {
    const pair = await pairOf(here(system), asModule(system));
    const tasks = ['plain', 'swarm', 'reactive', 'priority'].flatMap((strategy) =>
      [1, 2, 3].map((seed) => ({ strategy, seed: seed + 3 * strategy.length })),
    );
    const populations = populationsOf(tasks.map((task) => pair.try(task)));
    expect(populations.identical).toBe(tasks.length);
    expect(populations.introduced).toEqual([]);
    expect(populations.gone).toEqual([]);
    expect(differencesText(populations)).toMatch(/^No difference/);
  }, 120_000);
});

describe('the work is the same', () => {
  test.each([
    ['raft', 'raft:reads=lease'],
    ['raft', 'raft:mutant=rf-commit-no-min'],
    ['raft:electionTimeoutMs=300', 'raft:electionTimeoutMs=1000'],
  ])('for %s and %s: operations, faults and times', async (one, other) => {
    const pair = await pairOf(here(one), here(other, 'B'));
    for (const strategy of ['plain', 'swarm', 'reactive']) {
      for (let seed = 1; seed <= 10; seed++) {
        const { a, b } = pair.chosen({ strategy, seed });
        expect(planOf(b.config)).toEqual(planOf(a.config));
        const { mutants: _, set: setA, ...restA } = a.config;
        const { mutants: __, set: setB, ...restB } = b.config;
        expect(restB).toEqual(restA);
        for (const [name, value] of Object.entries(pair.b.pinned)) {
          expect(setB[name]).toBe(value);
          expect(setA[name]).toBe(pair.a.pinned[name]);
        }
        const others = (set: typeof setA) =>
          Object.entries(set).filter(([name]) => !Object.hasOwn(pair.b.pinned, name));
        expect(others(setB)).toEqual(others(setA));
      }
    }
  });
});

test('what only one side sets is at its default on the other, and never drawn', async () => {
  const pair = await pairOf(here('raft'), here('raft:reads=lease', 'B'));
  expect(pair.a.pinned).toEqual({ reads: 'index' });
  expect(pair.b.pinned).toEqual({ reads: 'lease' });
});

test('two systems are no sides of one comparison', async () => {
  await expect(pairOf(here('raft'), here('zab', 'B'))).rejects.toThrow(/^A is raft and B is zab/);
});

test('a setting that one side lacks is a mistake that names the side', async () => {
  await expect(pairOf(here('raft'), here('raft:raeds=lease', 'B'))).rejects.toThrow(
    /^B \(raft:raeds=lease\): --set: unknown option/,
  );
});
