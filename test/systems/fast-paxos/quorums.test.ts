import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { resolveConfig } from '../../../harness/config/config.ts';
import { quorumFault, quorumSizes } from '../../../systems/fast-paxos/quorums.ts';
import { fastRules } from '../../../systems/fast-paxos/rules.ts';

/** Every set of so many of `nodes` nodes, as a bit mask. */
function setsOf(nodes: number, size: number): number[] {
  const sets: number[] = [];
  for (let set = 0; set < 1 << nodes; set++) {
    if (set.toString(2).replaceAll('0', '').length === size) sets.push(set);
  }
  return sets;
}

/** What Fast Paxos needs, looked for in every combination. */
function meet(nodes: number, classic: number, fast: number): boolean {
  const classics = setsOf(nodes, classic);
  const fasts = setsOf(nodes, fast);
  if (classics.some((one) => classics.some((other) => (one & other) === 0))) return false;
  return classics.every((one) => fasts.every((f) => fasts.every((g) => (one & f & g) !== 0)));
}

describe('quorums', () => {
  test('are allowed exactly if any two classic ones meet, and any classic one and any two fast ones', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.nat({ max: 5 }),
        fc.nat({ max: 5 }),
        (nodes, a, b) => {
          const [classic, fast] = [1 + (a % nodes), 1 + (b % nodes)];
          const isAllowed = quorumFault({ nodes, classic, fast }) === null;
          expect(isAllowed).toBe(meet(nodes, classic, fast));
        },
      ),
    );
  });

  test('that are left open fit the ones that are given, if anything does', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.nat({ max: 9 }),
        fc.nat({ max: 9 }),
        (nodes, classicQuorum, fastQuorum) => {
          const sizes = quorumSizes(nodes, { classicQuorum, fastQuorum });
          if (classicQuorum > 0) expect(sizes.classic).toBe(classicQuorum);
          if (fastQuorum > 0) expect(sizes.fast).toBe(fastQuorum);
          if (classicQuorum * fastQuorum > 0) return;
          const majority = Math.floor(nodes / 2) + 1;
          const canFit =
            classicQuorum === 0
              ? fastQuorum <= nodes && (fastQuorum === 0 || 2 * fastQuorum > nodes)
              : classicQuorum >= majority && classicQuorum <= nodes;
          expect(quorumFault(sizes) === null).toBe(canFit);
        },
      ),
    );
  });

  test.each([
    [1, 1, 1],
    [3, 2, 3],
    [4, 3, 3],
    [5, 3, 4],
    [7, 4, 6],
  ])('of %i nodes are %i and %i by default', (nodes, classic, fast) => {
    expect(quorumSizes(nodes, { classicQuorum: 0, fastQuorum: 0 })).toEqual({
      nodes,
      classic,
      fast,
    });
  });
});

test('phase 1 of a fast round hears of whatever two fast quorums, or a classic one, have done', () => {
  for (let nodes = 1; nodes <= 6; nodes++) {
    for (let classic = 1; classic <= nodes; classic++) {
      for (let fast = 1; fast <= nodes; fast++) {
        const quorums = { nodes, classic, fast };
        if (quorumFault(quorums) !== null) continue;
        const needed = fastRules.promisesNeeded(quorums, true);
        expect(needed).toBeGreaterThanOrEqual(fast);
        for (const heard of setsOf(nodes, needed)) {
          const fasts = setsOf(nodes, fast);
          expect(fasts.every((f) => fasts.every((g) => (heard & f & g) !== 0))).toBe(true);
          expect(setsOf(nodes, classic).every((other) => (heard & other) !== 0)).toBe(true);
        }
      }
    }
  }
});

describe('a run with quorums that need not meet', () => {
  const resolve = (nodes: number, set: Record<string, number>) =>
    resolveConfig({ system: 'fast-paxos', nodes, set }, [], () => 1);

  test.each([
    [
      5,
      { fastQuorum: 3, classicQuorum: 3 },
      /--set fastQuorum=3: .*classic quorum of 3 \(4 to 5\)/,
    ],
    [5, { classicQuorum: 2 }, /--set classicQuorum=2: .*need not meet \(3 to 5\)/],
    [3, { classicQuorum: 4 }, /--set classicQuorum=4: there are only 3 nodes/],
    [3, { fastQuorum: 4 }, /--set fastQuorum=4: there are only 3 nodes/],
  ])('of %i nodes is refused: %o', (nodes, set, message) => {
    expect(() => resolve(nodes, set)).toThrow(message);
  });

  test('is not refused where they do', () => {
    expect(resolve(5, { classicQuorum: 4, fastQuorum: 4 }).set).toMatchObject({ fastQuorum: 4 });
  });
});
