/** Whether a difference is told exactly where it is more than noise. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { differenceOf, PAIRS_MIN, studentQuantile } from '../../../harness/compare/difference.ts';
import { namedDraw } from '../../../harness/core/draw.ts';

const FIGURES = 8;

test.each([
  [9, 0.05, 2.262],
  [29, 0.05, 2.045],
  [9, 0.01, 3.25],
  [29, 0.01, 2.756],
  [1000, 0.05, 1.962],
])(
  'with %i degrees of freedom, the chance %f lies beyond what tables of Student have',
  (n, alpha, t) => {
    expect(studentQuantile(n, alpha)).toBeCloseTo(t, 1);
  },
);

const values = fc.double({ min: 0, max: 1e6, noNaN: true });
const pairs = fc.array(fc.tuple(values, values), { minLength: PAIRS_MIN, maxLength: 60 });

describe('by any values', () => {
  test('equal sides differ in nothing, and by nothing', () => {
    fc.assert(
      fc.property(fc.array(values, { minLength: PAIRS_MIN, maxLength: 60 }), (all) => {
        const { change } = differenceOf(
          all.map((one) => [one, one]),
          FIGURES,
        );
        expect(change).toEqual({ share: 0, low: 0, high: 0, isTold: false });
      }),
    );
  });

  test('the change lies in its band, and one is told only where the band excludes none', () => {
    fc.assert(
      fc.property(pairs, (all) => {
        const { change } = differenceOf(all, FIGURES);
        if (change === null) throw new Error('there are pairs enough');
        const { share, low, high, isTold } = change;
        expect(low).toBeLessThanOrEqual(share);
        expect(share).toBeLessThanOrEqual(high);
        expect(isTold).toBe(low > 0 || high < 0);
      }),
    );
  });

  test('whichever side is called A, a difference is told or not', () => {
    fc.assert(
      fc.property(pairs, (all) => {
        const turned = all.map(([a, b]) => [b, a] as const);
        const [one, other] = [differenceOf(all, FIGURES), differenceOf(turned, FIGURES)];
        expect(one.change?.isTold).toBe(other.change?.isTold);
      }),
    );
  });
});

test('twelve hundredths more on every run are told, and told as that', () => {
  const { change } = differenceOf(
    Array.from({ length: 30 }, (_, at) => [10 + at, (10 + at) * 1.12] as const),
    FIGURES,
  );
  expect(change?.isTold).toBe(true);
  expect(change?.share).toBeCloseTo(0.12, 6);
});

test('the least of doubles beside nothing is a change like any other', () => {
  const pairs = Array.from({ length: 20 }, (_, at) =>
    at % 2 === 0 ? ([Number.MIN_VALUE, 0] as const) : ([0, Number.MIN_VALUE] as const),
  );
  expect(differenceOf(pairs, FIGURES).change).toMatchObject({ isTold: false, share: 0 });
});

test('fewer pairs than are needed tell nothing, however much they differ', () => {
  const few = Array.from({ length: PAIRS_MIN - 1 }, () => [1, 2] as const);
  expect(differenceOf(few, FIGURES).change).toBeNull();
});

test('of comparisons of equals that differ by chance, one in twenty at most tells of a difference', () => {
  const draw = namedDraw(1);
  // Skewed, as latencies are: of two values as likely one way as the other.
  const value = (name: string, comparison: number, pair: number) =>
    (-Math.log((draw(name, comparison, pair) + 1) / 2 ** 32)) ** 3;
  let told = 0;
  const COMPARISONS = 400;
  for (let comparison = 0; comparison < COMPARISONS; comparison++) {
    const figures = Array.from({ length: FIGURES }, (_, figure) => {
      const made = Array.from({ length: 25 }, (__, pair) => {
        const of = figure * 1000 + pair;
        return [value('a', comparison, of), value('b', comparison, of)] as const;
      });
      return differenceOf(made, FIGURES);
    });
    if (figures.some(({ change }) => change?.isTold === true)) told++;
  }
  expect(told / COMPARISONS).toBeLessThanOrEqual(0.05);
});
