/** Stamps and cuts, against the definition: a line is in the cut with everything before it. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CausalClock, consistentCut, type StampedLine } from '../../../harness/host/causality.ts';

const NODES = 3;

/** A line, or a message (to another node or to itself: a restart on what the disk remembers). */
type Step = { readonly node: number; readonly to: number | null };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    node: fc.nat(NODES - 1),
    to: fc.option(fc.nat(NODES - 1), { freq: 2 }),
  }),
  { maxLength: 60 },
);
const ends = fc.tuple(...Array.from({ length: NODES }, () => fc.nat(20)));

/** What the steps leave: lines with their stamps, and by definition the lines before each. */
function execute(all: readonly Step[]): { lines: StampedLine[][]; causes: Set<string>[][] } {
  const clocks = Array.from({ length: NODES }, () => new CausalClock(NODES));
  const news = clocks.map(() => false);
  const known = clocks.map(() => new Set<string>());
  const lines: StampedLine[][] = clocks.map(() => []);
  const causes: Set<string>[][] = clocks.map(() => []);
  for (const { node, to } of all) {
    const clock = clocks[node] as CausalClock;
    const own = lines[node] as StampedLine[];
    if (to === node) {
      // A new life: it knows its file and what stands on its disk.
      const disk = clock.stamp();
      clocks[node] = new CausalClock(NODES);
      news[node] = (clocks[node] as CausalClock).witness(disk);
    } else if (to === null) {
      const after = news[node] === true ? { after: clock.stamp().lines } : {};
      news[node] = false;
      const stamps = { time: 0, node, incarnation: 1, sequence: own.length };
      causes[node]?.push(new Set(known[node]));
      known[node]?.add(`${node}:${own.length}`);
      own.push({ ...stamps, lamport: clock.tick(node), ...after, event: { kind: 'crash' } });
    } else {
      if (clocks[to]?.witness(clock.stamp()) === true) news[to] = true;
      for (const cause of known[node] ?? []) known[to]?.add(cause);
    }
  }
  return { lines, causes };
}

/** The largest cut within these ends, found the slow way. */
function largest(causes: readonly Set<string>[][], within: readonly number[]): number[] {
  const kept = causes.map((of, node) => Math.min(of.length, within[node] as number));
  const isIn = (cause: string) => {
    const [node, at] = cause.split(':').map(Number) as [number, number];
    return at < (kept[node] as number);
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (const [node, of] of causes.entries()) {
      const bad = of.slice(0, kept[node]).findIndex((before) => ![...before].every(isIn));
      if (bad === -1) continue;
      kept[node] = bad;
      changed = true;
    }
  }
  return kept;
}

describe('a consistent cut', () => {
  test('is the largest within any ends in which every line has its causes', () => {
    fc.assert(
      fc.property(steps, ends, (all, within) => {
        const { lines, causes } = execute(all);
        const cut = consistentCut(lines.map((own, node) => own.slice(0, within[node])));
        expect(cut.kept).toEqual(largest(causes, within));
      }),
    );
  });

  test('of traces that are whole is everything, and nobody has heard of more', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const { lines } = execute(all);
        const { kept, heardOf } = consistentCut(lines);
        const counts = lines.map((own) => own.length);
        expect(kept).toEqual(counts);
        for (const [node, heard] of heardOf.entries()) {
          expect(heard).toBeLessThanOrEqual(counts[node] as number);
        }
      }),
    );
  });

  test('tells of lines that are lost from those who had heard of them', () => {
    const all: Step[] = [
      { node: 0, to: null },
      { node: 0, to: null },
      { node: 0, to: 1 },
      { node: 1, to: null },
    ];
    const { lines } = execute(all);
    const [first = [], ...others] = lines;
    const { kept, heardOf } = consistentCut([first.slice(0, 1), ...others]);
    expect(kept).toEqual([1, 0, 0]);
    expect(heardOf).toEqual([2, 0, 0]);
  });

  test('keeps the order of Lamport times along every message', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const { lines, causes } = execute(all);
        for (const [node, own] of lines.entries()) {
          for (const [at, { lamport }] of own.entries()) {
            for (const cause of causes[node]?.[at] ?? []) {
              const [from, index] = cause.split(':').map(Number) as [number, number];
              expect(lines[from]?.[index]?.lamport).toBeLessThan(lamport);
            }
          }
        }
      }),
    );
  });
});
