/** What a user does who changes more than rules: every way that a variant has, wrong and harmless. */

import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hunt, simulate } from '../../harness/ordeal.ts';
import { loadVariants } from '../../harness/own/variants.ts';
import * as examples from './own-effects.ts';

const variants = Object.values(examples);
const mutants = variants
  .filter(({ kind }) => kind === 'mutant')
  .map((one) => [one.id, one] as const);
const decoys = variants.filter(({ kind }) => kind === 'decoy').map((one) => [one.id, one] as const);

const OPTIONS = { system: 'raft', timeLimitS: 20 } as const;

/** The properties that a hunt breaks, of whatever tier. */
function broken(found: ReturnType<typeof hunt>): readonly string[] {
  const verdicts = found?.checks.map(({ verdict }) => verdict) ?? [];
  return verdicts.flatMap((verdict) => (verdict.kind === 'invalid' ? [verdict.because] : []));
}

describe('a wrong change', () => {
  test.each(mutants)('%s is found', (_, variant) => {
    let found: readonly string[] = [];
    for (let seed = 1; seed <= 40 && found.length === 0; seed++) {
      found = broken(hunt({ ...OPTIONS, seed, variants: [variant] }, 1));
    }
    expect(found).not.toEqual([]);
  });
});

describe('a harmless change', () => {
  test.each(decoys)('%s is tried and raises no alarm', (_, variant) => {
    for (let seed = 1; seed <= 2; seed++) {
      const { checks, reached } = simulate({
        ...OPTIONS,
        timeLimitS: 5,
        seed,
        variants: [variant],
      });
      expect(checks.filter(({ verdict }) => verdict.kind === 'invalid')).toEqual([]);
      const changed = Object.values(reached).map((reach) => reach.changed);
      expect(Math.min(...changed)).toBeGreaterThan(0);
    }
  });
});

test('makes the same run of the same seed', () => {
  const run = () =>
    simulate({ ...OPTIONS, timeLimitS: 5, seed: 5, variants: [examples.sendsTwice] });
  expect([...run().result.history]).toEqual([...run().result.history]);
});

test('--rules takes the same file', async () => {
  const loaded = await loadVariants(join(import.meta.dirname, 'own-effects.ts'));
  expect(loaded.map(({ id }) => id).sort()).toEqual(variants.map(({ id }) => id).sort());
});
