import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  meetsEveryQuorum,
  type QuorumSystem,
  quorumSystem,
} from '../../../../checkers/agreement/zab/quorums.ts';

const bits = (...nodes: readonly number[]): number =>
  nodes.reduce((set, node) => set | (1 << node), 0);

/** Up to seven voters, with weights and groups, and observers in between. */
const systems: fc.Arbitrary<QuorumSystem> = fc
  .uniqueArray(fc.nat(8), { minLength: 1, maxLength: 7 })
  .chain((nodes) => {
    const each = <T>(value: fc.Arbitrary<T>) =>
      fc.array(value, { minLength: nodes.length, maxLength: nodes.length });
    return fc.tuple(
      fc.constant(nodes),
      fc.option(each(fc.nat(3)), { nil: undefined }),
      fc.option(each(fc.nat(2)), { nil: undefined }),
    );
  })
  .map(([nodes, weights, groups]) => quorumSystem(nodes, weights, groups));

function* subsets(voters: number): Generator<number> {
  for (let set = voters; ; set = (set - 1) & voters) {
    yield set;
    if (set === 0) return;
  }
}

describe('quorums', () => {
  test('any two of them meet', () => {
    fc.assert(
      fc.property(systems, ({ voters, isQuorum }) => {
        const quorums = [...subsets(voters)].filter(isQuorum);
        for (const a of quorums) for (const b of quorums) expect(a & b).not.toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  test('more nodes are a quorum still, and observers change nothing', () => {
    fc.assert(
      fc.property(systems, fc.nat(511), fc.nat(511), ({ voters, isQuorum }, set, more) => {
        if (isQuorum(set)) expect(isQuorum(set | more)).toBe(true);
        expect(isQuorum(set)).toBe(isQuorum(set & voters));
      }),
    );
  });

  test('a set meets every quorum exactly if none avoids it', () => {
    fc.assert(
      fc.property(systems, fc.nat(511), (system, set) => {
        const avoids = [...subsets(system.voters)].some(
          (quorum) => system.isQuorum(quorum) && (quorum & set) === 0,
        );
        expect(meetsEveryQuorum(system, set)).toBe(!avoids);
      }),
    );
  });

  test('of heads are majorities', () => {
    const { isQuorum } = quorumSystem([0, 1, 2, 3]);
    expect(isQuorum(bits(0, 1))).toBe(false);
    expect(isQuorum(bits(0, 1, 3))).toBe(true);
  });

  test('of weights are more than half of the weight', () => {
    const { isQuorum } = quorumSystem([0, 1, 2, 3, 4], [3, 1, 1, 1, 1]);
    expect(isQuorum(bits(0, 1))).toBe(true);
    expect(isQuorum(bits(1, 2, 3))).toBe(false);
    expect(isQuorum(bits(1, 2, 3, 4))).toBe(true);
  });

  test('of groups are majorities of most groups; a group without weight has no say', () => {
    const nodes = [0, 1, 2, 3, 4, 5, 6, 7, 8];
    const groups = [0, 0, 0, 1, 1, 1, 2, 2, 2];
    const all = quorumSystem(nodes, undefined, groups);
    expect(all.isQuorum(bits(0, 1, 3, 4))).toBe(true);
    expect(all.isQuorum(bits(0, 1, 2, 3, 6))).toBe(false);
    const idle = quorumSystem(nodes, [1, 1, 1, 1, 1, 1, 0, 0, 0], groups);
    expect(idle.isQuorum(bits(0, 1, 3))).toBe(false);
    expect(idle.isQuorum(bits(0, 1, 4, 5))).toBe(true);
  });

  test('of nobody there are none', () => {
    expect(quorumSystem([]).isQuorum(0)).toBe(false);
    expect(quorumSystem([0, 1], [0, 0]).isQuorum(bits(0, 1))).toBe(false);
  });
});
