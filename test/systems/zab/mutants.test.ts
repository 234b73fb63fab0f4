/** Zab's planted bugs are found, each by a checker that is named for it; harmless changes are not. */

import { describe, expect, test } from 'vitest';
import { zab } from '../../../systems/zab/index.ts';
import { brokenIn, hunt, huntOnce, tryDecoy } from '../hunt.ts';

const planted = zab.variants.filter(({ kind }) => kind === 'mutant');
const decoys = zab.variants.filter(({ kind }) => kind === 'decoy');
/** Generous: a loaded machine is no reason to miss a bug. */
const LIMIT = { timeout: 120_000 };

/** A decoy may cost time, as long as nothing is lost: elections that repeat are no safety alarm. */
const LIVENESS = /^(Liveness:|availability|Disruption)/;

describe.each(planted.map((variant) => [variant.id, variant] as const))(
  '%s',
  LIMIT,
  (_id, variant) => {
    test('is found by a checker that is expected to', () => {
      const found = hunt(zab, variant, 20);
      expect(found).not.toBeNull();
      expect(variant.expect).toEqual(expect.arrayContaining([found?.broken[0]]));
    });

    test('is what breaks: the protocol as it should be is not accused in the same run', () => {
      expect(brokenIn(huntOnce(zab, variant, 1, false))).toEqual([]);
    });
  },
);

test.each(decoys.map((variant) => [variant.id, variant] as const))(
  '%s decides otherwise, and raises no alarm about safety',
  LIMIT,
  (_id, variant) => {
    const { broken, changed } = tryDecoy(zab, variant, 3);
    expect(broken.filter((name) => !LIVENESS.test(name))).toEqual([]);
    expect(changed).toBeGreaterThan(0);
  },
);
