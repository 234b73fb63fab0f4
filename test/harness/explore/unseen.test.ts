/** How much is unseen: never less than nothing, none where all is known, and right where it can be counted. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { namedDraw } from '../../../harness/core/draw.ts';
import { unseenOf } from '../../../harness/explore/unseen.ts';

const seen = fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 60 });

describe('what further runs would show', () => {
  test('is never below nothing nor above all that is left, and grows with the runs', () => {
    fc.assert(
      fc.property(
        seen,
        fc.integer({ min: 50, max: 500 }),
        fc.nat(1000),
        (counts, runs, further) => {
          const one = unseenOf(counts, runs, further);
          const more = unseenOf(counts, runs, further + 1);
          expect(one.next).toBeGreaterThanOrEqual(0);
          expect(one.next).toBeLessThanOrEqual(one.left + 1e-9);
          expect(more.next).toBeGreaterThanOrEqual(one.next - 1e-9);
          expect(unseenOf(counts, runs, 0).next).toBe(0);
        },
      ),
    );
  });

  test('is nothing where all was seen again and again', () => {
    expect(unseenOf([3, 4, 90], 100, 1_000_000)).toMatchObject({ left: 0, next: 0 });
    expect(unseenOf([], 0, 10)).toMatchObject({ left: 0, next: 0 });
  });

  test('of things that are alike is about what the next runs do show', () => {
    // So many things, each in a run with a chance of one in a hundred.
    const [things, runs, further] = [300, 100, 100];
    const draw = namedDraw(1);
    const isIn = (thing: number, run: number) => draw('in', thing, run) % 100 === 0;
    const counts = Array.from({ length: things }, (_, thing) => {
      const all = Array.from({ length: runs }, (_run, run) => isIn(thing, run));
      return all.filter(Boolean).length;
    });
    const fresh = counts.filter((count, thing) => {
      const later = Array.from({ length: further }, (_run, run) => isIn(thing, runs + run));
      return count === 0 && later.some(Boolean);
    }).length;
    const known = counts.filter((count) => count > 0);
    const { next } = unseenOf(known, runs, further);
    expect(next).toBeGreaterThan(0.7 * fresh);
    expect(next).toBeLessThan(1.3 * fresh);
  });
});
