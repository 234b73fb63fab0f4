/** Quorums by heads, weights and groups: any two of them meet. */

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  maskOf,
  nodesOf,
  type QuorumSpec,
  quorumTable,
  weightOf,
} from '../../../systems/zab/quorums.ts';

const specs = fc.record({
  kind: fc.constantFrom('majority' as const, 'weighted' as const, 'hierarchical' as const),
  weights: fc.array(fc.nat({ max: 4 }), { maxLength: 9 }),
  groups: fc.array(fc.nat({ max: 3 }), { maxLength: 9 }),
});

function votersOf(count: number): number[] {
  return Array.from({ length: count }, (_, node) => node);
}

function hasWeight(spec: QuorumSpec, voters: readonly number[]): boolean {
  return voters.some((node) => weightOf(spec, node) > 0);
}

describe('quorums', () => {
  test('meet, whatever the weights and groups are', () => {
    fc.assert(
      fc.property(specs, fc.integer({ min: 1, max: 9 }), (spec, count) => {
        const voters = votersOf(count);
        fc.pre(hasWeight(spec, voters));
        const table = quorumTable(spec, voters);
        const quorums = table.flatMap((isQuorum, mask) => (isQuorum ? [mask] : []));
        const apart = quorums.some((one) => quorums.some((other) => (one & other) === 0));
        expect(apart).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  test('stay quorums when more servers join them', () => {
    fc.assert(
      fc.property(
        specs,
        fc.integer({ min: 1, max: 7 }),
        fc.nat(),
        fc.nat(),
        (spec, count, a, b) => {
          const voters = votersOf(count);
          fc.pre(hasWeight(spec, voters));
          const table = quorumTable(spec, voters);
          const one = a % table.length;
          if (table[one]) expect(table[one | (b % table.length)]).toBe(true);
        },
      ),
    );
  });

  test('of weights 3,1,1,1,1 are the heavy one with any other, or all the light ones', () => {
    const weights = [3, 1, 1, 1, 1];
    const table = quorumTable({ kind: 'weighted', weights, groups: [] }, votersOf(5));
    expect(table[maskOf([0, 3])]).toBe(true);
    expect(table[maskOf([1, 2, 3, 4])]).toBe(true);
    expect(table[maskOf([1, 2, 3])]).toBe(false);
    expect(table[maskOf([0])]).toBe(false);
    const subsets = table.map((_, mask) => votersOf(5).filter((node) => (mask >> node) % 2 === 1));
    const heavy = subsets.filter((nodes) => {
      return nodes.reduce((sum, node) => sum + (weights[node] ?? 0), 0) >= 4;
    });
    const quorums = subsets.filter((nodes) => table[maskOf(nodes)]);
    expect(quorums).toEqual(heavy);
    expect(quorums).toHaveLength(16);
    const pairs = quorums.flatMap((one) => quorums.map((other) => [one, other] as const));
    expect(pairs.filter(([one, other]) => !one.some((node) => other.includes(node)))).toEqual([]);
  });

  test('of three groups are majorities of two of them', () => {
    const groups = [0, 0, 0, 1, 1, 1, 2, 2, 2];
    const table = quorumTable({ kind: 'hierarchical', weights: [], groups }, votersOf(9));
    expect(table[maskOf([0, 1, 3, 4])]).toBe(true);
    expect(table[maskOf([0, 1, 2, 3, 6])]).toBe(false);
    expect(table[maskOf([0, 1, 2])]).toBe(false);
  });

  test('are none where nobody has any weight', () => {
    const weights = [0, 0, 0];
    expect(() => quorumTable({ kind: 'weighted', weights, groups: [] }, votersOf(3))).toThrow(
      'no quorum',
    );
  });

  test('are sets of nodes', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat({ max: 8 })), (nodes) => {
        expect(nodesOf(maskOf(nodes))).toEqual([...nodes].sort((one, other) => one - other));
      }),
    );
  });
});
