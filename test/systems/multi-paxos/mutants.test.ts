import { describe, expect, test } from 'vitest';
import { multiPaxos } from '../../../systems/multi-paxos/index.ts';
import { brokenIn, hunt, huntOnce, tryDecoy } from '../hunt.ts';

const planted = multiPaxos.variants.filter(({ kind }) => kind === 'mutant');
const hunted = planted.filter(({ expect: names }) => (names ?? []).length > 0);
const decoys = multiPaxos.variants.filter(({ kind }) => kind === 'decoy');

describe.each(hunted.map((variant) => [variant.id, variant] as const))('%s', (_id, variant) => {
  test('is found by a checker that is expected to', () => {
    const found = hunt(multiPaxos, variant, 20);
    expect(found).not.toBeNull();
    expect(variant.expect).toEqual(expect.arrayContaining([found?.broken[0]]));
  });

  test('is what breaks: the protocol as it should be is not accused in the same run', () => {
    expect(brokenIn(huntOnce(multiPaxos, variant, 1, false))).toEqual([]);
  });
});

test.each(decoys.map((variant) => [variant.id, variant] as const))(
  '%s decides otherwise, and raises no alarm',
  (_id, variant) => {
    const { broken, changed } = tryDecoy(multiPaxos, variant, 3);
    expect(broken).toEqual([]);
    expect(changed).toBeGreaterThan(0);
  },
);
