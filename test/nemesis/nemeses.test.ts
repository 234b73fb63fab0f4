/** Laws that every nemesis keeps. */

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Fault, type PlannedFault, targetsOf } from '../../nemesis/fault.ts';
import { nemeses } from '../../nemesis/index.ts';

const cluster = fc.integer({ min: 1, max: 9 }).chain((size) =>
  fc.record({
    nodes: fc.constant(Array.from({ length: size }, (_, node) => node)),
    leader: fc.option(fc.nat({ max: size - 1 }), { nil: null }),
  }),
);

const draws = fc.integer({ min: 0, max: 2 ** 32 - 1 });

function planned(lane: string, form: string, draw: number): PlannedFault {
  return { id: 0, lane, form, draw, startUs: 0, endUs: 1 };
}

describe.each(Object.values(nemeses))('$name', (nemesis) => {
  test('chooses the same targets from the same draw, all of them members', () => {
    fc.assert(
      fc.property(cluster, draws, fc.nat(), (view, draw, pick) => {
        const forms = nemesis.forms.filter((form) => form.minNodes <= view.nodes.length);
        if (forms.length === 0) return;
        const form = forms[pick % forms.length]?.form as string;
        const fault = nemesis.resolve(planned(nemesis.name, form, draw), view);
        expect(nemesis.resolve(planned(nemesis.name, form, draw), view)).toEqual(fault);
        if (fault === null) return;
        expect(fault.kind).toBe(nemesis.needs);
        expect(view.nodes).toEqual(expect.arrayContaining([...targetsOf(fault)]));
      }),
    );
  });
});

describe.each(Object.values(nemeses).filter(({ lagging }) => lagging !== undefined))(
  'the lagging form of $name',
  (nemesis) => {
    test('leaves the leader and a quorum in touch, and one other node out', () => {
      fc.assert(
        fc.property(fc.integer({ min: 3, max: 9 }), draws, fc.nat(), (size, draw, pick) => {
          const nodes = Array.from({ length: size }, (_, node) => node);
          const leader = pick % size;
          const form = nemesis.lagging?.form as string;
          const fault = nemesis.resolve(planned(nemesis.name, form, draw), { nodes, leader });
          if (fault === null) throw new Error('no fault');
          if (fault.kind !== 'partition') {
            expect(targetsOf(fault)).toHaveLength(1);
            expect(targetsOf(fault)).not.toContain(leader);
            return;
          }
          expect(sees(size, fault, leader)).toBe(size - 1);
          expect(nodes.filter((node) => sees(size, fault, node) === 1)).toHaveLength(1);
        }),
      );
    });
  },
);

/** Nodes that still hear and are heard by each other, from the point of view of one of them. */
function sees(size: number, fault: Fault & { kind: 'partition' }, node: number): number {
  let count = 1;
  for (let other = 0; other < size; other++) {
    const cut = fault.cuts.some(
      ({ from, to }) => (from === node && to === other) || (from === other && to === node),
    );
    if (other !== node && !cut) count++;
  }
  return count;
}

describe('partition', () => {
  const partition = nemeses['partition'];
  const resolve = (form: string, size: number, draw: number) => {
    const nodes = Array.from({ length: size }, (_, node) => node);
    const fault = partition?.resolve(planned('partition', form, draw), { nodes, leader: 0 });
    if (fault?.kind !== 'partition') throw new Error('no partition');
    return fault;
  };

  test('a ring leaves every node a majority, and no two the same one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 9 }), draws, (size, draw) => {
        const fault = resolve('majorities-ring', size, draw);
        for (let node = 0; node < size; node++) {
          expect(sees(size, fault, node)).toBeGreaterThan(size / 2);
          if (size > 4) expect(sees(size, fault, node)).toBeLessThan(size);
        }
      }),
    );
  });

  test('a bridge leaves exactly one node that sees everybody', () => {
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 9 }), draws, (size, draw) => {
        const fault = resolve('bridge', size, draw);
        const views = Array.from({ length: size }, (_, node) => sees(size, fault, node));
        expect(views.filter((count) => count === size)).toHaveLength(1);
      }),
    );
  });

  test('a one-way cut leaves the other direction open', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 9 }), draws, (size, draw) => {
        const { cuts } = resolve('one-way', size, draw);
        for (const { from, to } of cuts) expect(cuts).not.toContainEqual({ from: to, to: from });
      }),
    );
  });
});
