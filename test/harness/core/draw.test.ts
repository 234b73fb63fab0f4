/** Keyed randomness. */

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Draws, drawAt, namedDraw, streamBase } from '../../../harness/core/draw.ts';

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
    expectEven((at) => drawAt(base, at));
  });
});

describe('draws of moments', () => {
  const moments = fc.array(fc.nat({ max: 2 ** 40 }), { maxLength: 30 });
  /** One draw at each moment, in order of time. */
  const drawsAt = (seed: number, who: number, times: readonly number[]) => {
    const draws = new Draws(seed, 1, who);
    return times.map((atUs) => draws.next(atUs));
  };

  test('are re-rolled by nothing that is left out at other moments', () => {
    fc.assert(
      fc.property(fc.nat(), moments, fc.nat(), (seed, some, which) => {
        const times = [...some].sort((a, b) => a - b);
        const left = times[which % Math.max(1, times.length)];
        const kept = times.filter((atUs) => atUs !== left);
        const expected = drawsAt(seed, 3, times).filter((_, at) => times[at] !== left);
        expect(drawsAt(seed, 3, kept)).toEqual(expected);
      }),
    );
  });

  test('differ within a moment, between moments far apart, and between holders', () => {
    const day = 2 ** 37;
    const some = [
      ...drawsAt(5, 0, [7, 7, 7, 8, 7 + 2 ** 32, 7 + day]),
      ...drawsAt(5, 1, [7, 7, 7, 8, 7 + 2 ** 32, 7 + day]),
    ];
    expect(new Set(some).size).toBe(some.length);
  });

  test('spread evenly over buckets, in one moment and over many', () => {
    const crowded = new Draws(7, 2, 0);
    expectEven(() => crowded.next(12_345));
    const spread = new Draws(7, 2, 1);
    expectEven((at) => spread.next(at * 50));
  });
});

/** Buckets of 16,000 draws that are uniform differ by no more. */
function expectEven(draw: (at: number) => number): void {
  const buckets = Array.from({ length: 16 }, () => 0);
  for (let at = 0; at < 16_000; at++) {
    const bucket = draw(at) >>> 28;
    buckets[bucket] = (buckets[bucket] as number) + 1;
  }
  for (const count of buckets) expect(Math.abs(count - 1000)).toBeLessThan(150);
}
