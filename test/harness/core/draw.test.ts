/** Keyed randomness. */

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { drawAt, namedDraw, streamBase } from '../../../harness/core/draw.ts';

describe('draws', () => {
  test('are the same numbers on every machine', () => {
    const base = streamBase(42, 1, 3);
    expect([0, 1, 2].map((counter) => drawAt(base, counter))).toMatchInlineSnapshot(`
      [
        1415278954,
        2072664724,
        3745049562,
      ]
    `);
    expect(namedDraw(42)('gap', 0, 7)).toMatchInlineSnapshot(`4138053563`);
  });

  test('are 32-bit numbers that differ between seeds, domains, holders and counters', () => {
    const word = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
    fc.assert(
      fc.property(
        word,
        fc.nat({ max: 50 }),
        fc.nat({ max: 5000 }),
        fc.nat(),
        (seed, d, who, at) => {
          const draw = drawAt(streamBase(seed, d, who), at);
          expect(Number.isInteger(draw) && draw >= 0 && draw < 2 ** 32).toBe(true);
          const others = [
            drawAt(streamBase(seed + 1, d, who), at),
            drawAt(streamBase(seed, d + 1, who), at),
            drawAt(streamBase(seed, d, who + 1), at),
            drawAt(streamBase(seed, d, who), at + 1),
          ];
          // One equal pair in 2^32 is chance; two at once are a broken hash.
          expect(others.filter((other) => other === draw).length).toBeLessThan(2);
        },
      ),
    );
  });

  test('spread evenly over buckets', () => {
    const base = streamBase(7, 2, 0);
    const buckets = Array.from({ length: 16 }, () => 0);
    for (let i = 0; i < 16_000; i++) {
      const bucket = drawAt(base, i) >>> 28;
      buckets[bucket] = (buckets[bucket] as number) + 1;
    }
    for (const count of buckets) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
});
