/** Proportions, their bands, and what counts as a rise. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rise, wilson } from '../../../harness/core/proportion.ts';

const proportion = fc
  .integer({ min: 1, max: 500 })
  .chain((of) => fc.record({ hits: fc.integer({ min: 0, max: of }), of: fc.constant(of) }));

describe('the band of a proportion', () => {
  test('is as the textbooks have it', () => {
    // Agresti and Coull 1998: of ten without a hit, up to 27.8 %.
    expect(wilson({ hits: 0, of: 10 }).low).toBe(0);
    expect(wilson({ hits: 0, of: 10 }).high).toBeCloseTo(0.2775, 3);
    expect(wilson({ hits: 50, of: 100 }).low).toBeCloseTo(0.4038, 3);
    expect(wilson({ hits: 50, of: 100 }).high).toBeCloseTo(0.5962, 3);
    expect(wilson({ hits: 0, of: 0 })).toEqual({ low: 0, high: 1 });
  });

  test('holds the proportion, lies within 0 and 1, and is mirrored by the misses', () => {
    fc.assert(
      fc.property(proportion, ({ hits, of }) => {
        const { low, high } = wilson({ hits, of });
        expect(low).toBeLessThanOrEqual(hits / of + 1e-12);
        expect(high).toBeGreaterThanOrEqual(hits / of - 1e-12);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(wilson({ hits: of - hits, of }).low).toBeCloseTo(1 - high, 9);
      }),
    );
  });

  test('is narrower by more tries', () => {
    const width = (of: number) => {
      const { low, high } = wilson({ hits: of / 2, of });
      return high - low;
    };
    expect(width(100)).toBeLessThan(width(20));
    expect(width(1000)).toBeLessThan(width(100));
  });
});

describe('a rise', () => {
  test('is one only where the bands do not overlap, and never downwards', () => {
    expect(rise({ hits: 9, of: 100 }, { hits: 66, of: 100 })).toBeCloseTo(0.57);
    expect(rise({ hits: 4, of: 10 }, { hits: 6, of: 10 })).toBeNull();
    expect(rise({ hits: 66, of: 100 }, { hits: 9, of: 100 })).toBeNull();
    fc.assert(
      fc.property(proportion, (one) => {
        expect(rise(one, one)).toBeNull();
      }),
    );
  });
});
