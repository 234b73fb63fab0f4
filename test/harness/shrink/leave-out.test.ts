/** Leaving items out of a list as long as what is left still fails. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { leaveOut, type Part } from '../../../harness/shrink/leave-out.ts';
import type { Search } from '../../../harness/shrink/pass.ts';

const list: Part<readonly number[], number> = {
  items: (whole) => whole,
  with: (_, items) => items,
};

/** What a search comes to where `fails` decides, and how often it asked. */
function searched<Whole>(
  search: Search<Whole>,
  fails: (whole: Whole) => Whole | null,
): { readonly smallest: Whole; readonly asked: number } {
  let asked = 0;
  let step = search.next();
  while (step.done !== true) {
    asked++;
    step = search.next(fails(step.value));
  }
  return { smallest: step.value, asked };
}

const keeping = (needed: readonly number[]) => (items: readonly number[]) =>
  needed.every((item) => items.includes(item)) ? items : null;

describe('leaving out', () => {
  test('keeps exactly what is needed, in its order, where more never hurts', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(99), { maxLength: 60 }),
        fc.infiniteStream(fc.boolean()),
        (items, draws) => {
          const needed = items.filter(() => draws.next().value);
          const { smallest } = searched(leaveOut(items, list), keeping(needed));
          expect(smallest).toEqual(needed);
        },
      ),
    );
  });

  test('ends with what fails, and of which no single item can be spared, whatever decides', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9), { maxLength: 20 }), fc.nat(40), (items, least) => {
        const isBad = (kept: readonly number[]) =>
          kept.reduce((sum, item) => sum + item, 0) % 7 === least % 7 ||
          kept.length === items.length;
        const { smallest } = searched(leaveOut(items, list), (kept) => (isBad(kept) ? kept : null));
        expect(isBad(smallest)).toBe(true);
        for (const at of smallest.keys()) expect(isBad(smallest.toSpliced(at, 1))).toBe(false);
      }),
    );
  });

  test('goes on with less than it proposed, where that is what still fails', () => {
    const items = [1, 2, 3, 4, 5, 6, 7, 8];
    const upTo5 = (kept: readonly number[]) =>
      kept.includes(5) ? kept.filter((item) => item <= 5) : null;
    expect(searched(leaveOut(items, list), upTo5).smallest).toEqual([5]);
  });

  test('asks about twice the length where one item is all that is needed', () => {
    const items = Array.from({ length: 1024 }, (_, at) => at);
    const { smallest, asked } = searched(leaveOut(items, list), keeping([700]));
    expect(smallest).toEqual([700]);
    expect(asked).toBeLessThan(40);
  });
});
