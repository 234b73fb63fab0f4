/** Raft's planted bugs are found, each by a checker that is named for it; harmless changes are not. */

import { describe, expect, test } from 'vitest';
import { resolveConfig } from '../../../harness/config.ts';
import { type SimulatedRun, simulateOnce } from '../../../harness/simulate.ts';
import { raft } from '../../../systems/raft/index.ts';
import type { Variant } from '../../../systems/system.ts';

/** Seeds are tried from 1 on; the hardest bug is found by the twelfth. */
const SEEDS_MAX = 40;
const DECOY_SEEDS = 3;
/** Generous: a loaded machine is no reason to miss a bug. */
const LIMIT = { timeout: 120_000 };

/** Runs under the settings that suit a variant, with it or with Raft as it should be. */
function hunt(variant: Variant, seed: number, active: readonly Variant[]): SimulatedRun {
  const config = resolveConfig({ system: 'raft', seed }, [variant.hunt ?? {}], () => seed);
  return simulateOnce(config, active);
}

/** Properties and checkers that a run broke. */
function broken({ checks }: SimulatedRun): string[] {
  return checks.flatMap(({ checker, verdict }) =>
    verdict.kind === 'invalid' ? [checker, verdict.property ?? checker] : [],
  );
}

const mutants = raft.variants.filter(({ kind }) => kind === 'mutant');
const decoys = raft.variants.filter(({ kind }) => kind === 'decoy');

describe('the catalogue', () => {
  test('has at least thirty planted bugs', () => {
    expect(mutants.length).toBeGreaterThanOrEqual(30);
  });

  test('gives every variant an id of its own', () => {
    const ids = raft.variants.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('says of every planted bug where it comes from and who should find it', () => {
    for (const { source, expect: expected } of mutants) {
      expect(source).toBeTruthy();
      expect(expected?.length).toBeGreaterThan(0);
    }
  });
});

describe(
  'a planted bug is found, on a seed on which Raft as it should be is not blamed',
  LIMIT,
  () => {
    test.each(mutants.map((mutant) => [mutant.id, mutant] as const))('%s', (_id, mutant) => {
      let found: string[] = [];
      let seed = 0;
      while (seed < SEEDS_MAX && found.length === 0) found = broken(hunt(mutant, ++seed, [mutant]));
      expect(broken(hunt(mutant, seed, []))).toEqual([]);
      expect(
        mutant.expect?.some((name) => found.includes(name)),
        found.join(', '),
      ).toBe(true);
    });
  },
);

describe('a harmless change raises no alarm', LIMIT, () => {
  test.each(decoys.map((decoy) => [decoy.id, decoy] as const))('%s', (_id, decoy) => {
    let changed = 0;
    for (let seed = 1; seed <= DECOY_SEEDS; seed++) {
      const run = hunt(decoy, seed, [decoy]);
      expect(broken(run)).toEqual([]);
      for (const reach of Object.values(run.reached)) changed += reach.changed;
    }
    expect(changed).toBeGreaterThan(0);
  });
});
