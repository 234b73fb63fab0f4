/** Raft's planted bugs are found, each by a checker that is named for it; harmless changes are not. */

import { describe, expect, test } from 'vitest';
import { raft } from '../../../systems/raft/index.ts';
import { brokenIn, hunt, huntOnce, tryDecoy } from '../hunt.ts';

/** Seeds are tried from 1 on; the hardest bug is found by the thirteenth. */
const SEEDS_MAX = 40;
const DECOY_SEEDS = 3;
/** Generous: a loaded machine is no reason to miss a bug. */
const LIMIT = { timeout: 120_000 };

const mutants = raft.variants.filter(({ kind }) => kind === 'mutant');
/** One of them is found by its script alone (elections.test.ts). */
const hunted = mutants.filter(({ id }) => id !== 'rf-uptodate-needs-both');
const decoys = raft.variants.filter(({ kind }) => kind === 'decoy');

describe('the catalogue', () => {
  test('has at least fifty planted bugs', () => {
    expect(mutants.length).toBeGreaterThanOrEqual(50);
  });

  test('says of every planted bug where it comes from and who should find it', () => {
    for (const { source } of mutants) expect(source).toBeTruthy();
    for (const { expect: expected } of hunted) expect(expected?.length).toBeGreaterThan(0);
  });
});

describe(
  'a planted bug is found, on a seed on which Raft as it should be is not blamed',
  LIMIT,
  () => {
    test.each(hunted.map((mutant) => [mutant.id, mutant] as const))('%s', (_id, mutant) => {
      const found = hunt(raft, mutant, SEEDS_MAX);
      if (found === null) throw new Error(`not found in ${SEEDS_MAX} seeds`);
      expect(brokenIn(huntOnce(raft, mutant, found.seed, false))).toEqual([]);
      expect(
        mutant.expect?.some((name) => found.broken.includes(name)),
        found.broken.join(', '),
      ).toBe(true);
    });
  },
);

describe('a harmless change raises no alarm', LIMIT, () => {
  test.each(decoys.map((decoy) => [decoy.id, decoy] as const))('%s', (_id, decoy) => {
    const { broken, changed } = tryDecoy(raft, decoy, DECOY_SEEDS);
    expect(broken).toEqual([]);
    expect(changed).toBeGreaterThan(0);
  });
});
