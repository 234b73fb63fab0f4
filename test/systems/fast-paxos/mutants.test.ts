import { describe, expect, test } from 'vitest';
import { fastPaxos } from '../../../systems/fast-paxos/index.ts';
import { brokenIn, hunt, huntOnce } from '../hunt.ts';

const planted = fastPaxos.variants.filter(({ kind }) => kind === 'mutant');
const hunted = planted.filter(({ expect: names }) => (names ?? []).length > 0);
const decoys = fastPaxos.variants.filter(({ kind }) => kind === 'decoy');

describe.each(hunted.map((variant) => [variant.id, variant] as const))('%s', (_id, variant) => {
  test('is found by a checker that is expected to', () => {
    const found = hunt(fastPaxos, variant, 10);
    expect(found).not.toBeNull();
    expect(variant.expect).toEqual(expect.arrayContaining([found?.broken[0]]));
  });

  test('is what breaks: the protocol as it should be is not accused in the same run', () => {
    expect(brokenIn(huntOnce(fastPaxos, variant, 1, false))).toEqual([]);
  });
});

test.each(decoys.map((variant) => [variant.id, variant] as const))(
  '%s raises no alarm',
  (_id, variant) => {
    expect(hunt(fastPaxos, variant, 10)).toBeNull();
  },
);
