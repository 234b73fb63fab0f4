/** The portfolio: more work for what finds more, a least share for all, the same choices each time. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Portfolio } from '../../../harness/explore/portfolio.ts';

const NAMES = ['a', 'b', 'c'];
const EVENTS = 100_000;

/** The work that each gets in so many runs, in events; `finds` says what a run shows. */
function workBy(
  runs: number,
  costs: Readonly<Record<string, number>>,
  finds: (name: string, run: number) => readonly string[],
): Record<string, number> {
  const portfolio = new Portfolio(Object.keys(costs));
  const work: Record<string, number> = {};
  for (let run = 0; run < runs; run++) {
    const name = portfolio.next();
    const events = costs[name] as number;
    portfolio.told(name, events, finds(name, run));
    work[name] = (work[name] ?? 0) + events;
  }
  return work;
}

describe('a portfolio', () => {
  test('gives all the same work where none finds anything, whatever their runs cost', () => {
    const work = workBy(3000, { cheap: 10_000, dear: 200_000 }, () => []);
    expect((work['cheap'] ?? 0) / (work['dear'] ?? 1)).toBeGreaterThan(0.8);
    expect((work['cheap'] ?? 0) / (work['dear'] ?? 1)).toBeLessThan(1.25);
  });

  test('spends most on what finds kinds, and a least share on the others', () => {
    const costs = { finder: EVENTS, idle: EVENTS, lazy: EVENTS };
    let kinds = 0;
    const work = workBy(2000, costs, (name) => (name === 'finder' ? [`kind ${kinds++}`] : []));
    const total = 2000 * EVENTS;
    expect((work['finder'] ?? 0) / total).toBeGreaterThan(0.7);
    for (const other of ['idle', 'lazy']) {
      expect((work[other] ?? 0) / total).toBeGreaterThan(0.05);
    }
  });

  test('counts a kind for less each time that it is seen again', () => {
    const costs = { same: EVENTS, fresh: EVENTS };
    let kinds = 0;
    const work = workBy(2000, costs, (name) => (name === 'same' ? ['known'] : [`${kinds++}`]));
    expect(work['fresh'] ?? 0).toBeGreaterThan(4 * (work['same'] ?? 0));
  });

  test('chooses the same after the same outcomes, and its shares are of one whole', () => {
    const outcome = fc.record({ events: fc.integer({ min: 1, max: 10 ** 7 }), kind: fc.nat(5) });
    fc.assert(
      fc.property(fc.array(outcome), (outcomes) => {
        const [one, other] = [new Portfolio(NAMES), new Portfolio(NAMES)];
        for (const { events, kind } of outcomes) {
          const name = one.next();
          expect(other.next()).toBe(name);
          const kinds = kind < 3 ? [] : [String(kind)];
          one.told(name, events, kinds);
          other.told(name, events, kinds);
          const shares = [...one.shares().values()];
          expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1);
          expect(Math.min(...shares)).toBeGreaterThan(0.06);
        }
      }),
    );
  });

  test('does not give all runs to one while none has come to its end', () => {
    const portfolio = new Portfolio(NAMES);
    expect([portfolio.next(), portfolio.next(), portfolio.next()].sort()).toEqual(NAMES);
  });
});
