/** Who led and who was down when, and which lines are kept around a conflict. */

import { describe, expect, test } from 'vitest';
import type { TraceEvent, TraceLine } from '../../../checkers/trace.ts';
import { traceFacts } from '../../../harness/report/trace-facts.ts';

function line(time: number, node: number, event: TraceEvent): TraceLine {
  return { time, node, incarnation: 1, sequence: time, lamport: time, event };
}

function leads(time: number, node: number, term: number): TraceLine {
  return line(time, node, { kind: 'leader', term, certificate: [], last: { term: 0, index: 0 } });
}

const BOOT: TraceEvent = {
  kind: 'boot',
  protocol: 'raft',
  nodes: [0, 1, 2],
  recovered: { term: 0, votedFor: null, snapshot: { term: 0, index: 0 }, entries: [] },
  variants: [],
};

const NOTHING = { positions: [], moment: null };

describe('what a trace tells of the nodes', () => {
  test('a node leads until it reports a higher term, steps down or crashes', () => {
    const { spans } = traceFacts(
      [
        line(0, 2, BOOT),
        leads(1, 0, 1),
        line(5, 0, { kind: 'term', term: 2 }),
        leads(6, 1, 2),
        line(9, 1, { kind: 'step-down', term: 2, reason: 'no quorum' }),
        leads(10, 2, 3),
        line(12, 2, { kind: 'crash' }),
        leads(13, 0, 4),
      ],
      NOTHING,
    );
    expect(spans.map(({ node, kind, startNs, endNs }) => [node, kind, startNs, endNs])).toEqual([
      [0, 'leader', 1, 5],
      [1, 'leader', 6, 9],
      [2, 'leader', 10, 12],
      [2, 'down', 12, null],
      [0, 'leader', 13, null],
    ]);
  });

  test('a node is down from a crash to its start, and not known to be where it tells of no start', () => {
    const { spans } = traceFacts(
      [
        line(0, 0, BOOT),
        line(3, 0, { kind: 'crash' }),
        line(4, 1, { kind: 'crash' }),
        line(5, 0, BOOT),
        line(7, 1, { kind: 'crash' }),
        line(9, 1, { kind: 'term', term: 1 }),
      ],
      NOTHING,
    );
    expect(spans.map(({ node, kind, startNs, endNs }) => [node, kind, startNs, endNs])).toEqual([
      [0, 'down', 3, 5],
      [1, 'unknown', 4, 7],
      [1, 'unknown', 7, 9],
    ]);
  });

  test('nothing is kept around a conflict where there is none', () => {
    expect(traceFacts([leads(1, 0, 1)], NOTHING).around).toEqual([]);
  });
});

describe('the lines around a conflict', () => {
  const terms = (count: number) =>
    Array.from({ length: count }, (_, at) => line(at, at % 3, { kind: 'term', term: at }));

  test('hold the conflicting ones, marked, and some of every node around them', () => {
    const { around } = traceFacts(terms(300), { positions: [100, 200], moment: null });
    const marked = around.filter(({ conflict }) => conflict).map(({ position }) => position);
    expect(marked).toEqual([100, 200]);
    const positions = around.map(({ position }) => position);
    expect(positions).toEqual(expect.arrayContaining([98, 99, 101, 102, 199, 201]));
    expect(positions).not.toContain(150);
  });

  test('are bounded, and what is dropped is said', () => {
    const positions = Array.from({ length: 50 }, (_, at) => at * 60);
    const { around, cut } = traceFacts(terms(3000), { positions, moment: null });
    expect(around.length).toBeLessThan(150);
    expect(around.filter(({ conflict }) => conflict)).toHaveLength(50);
    expect(cut).not.toEqual([]);
  });

  test('are those around a moment where the trace itself has no conflict', () => {
    const { around } = traceFacts(terms(300), { positions: [], moment: { node: 1, timeNs: 150 } });
    expect(around.map(({ position }) => position)).toEqual(expect.arrayContaining([149, 151]));
    expect(around.length).toBeLessThan(60);
  });
});
