/** Where the boxes of a witness stand. */

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { History, type NewEvent } from '../../../checkers/history.ts';
import type { WitnessOperation } from '../../../checkers/verdict.ts';
import { boxesOf, layOut } from '../../../harness/report/witness-layout.ts';

/** Operations with their begin and end; a process has one after the other. */
const anyOperations = fc
  .array(
    fc.record({ process: fc.nat({ max: 3 }), gap: fc.nat({ max: 5 }), length: fc.nat({ max: 5 }) }),
    { minLength: 1, maxLength: 12 },
  )
  .map((drawn) => {
    const free = new Map<number, number>();
    const events: { readonly at: number; readonly event: NewEvent }[] = [];
    for (const { process, gap, length } of drawn) {
      const start = (free.get(process) ?? 0) + gap;
      const end = start + length;
      free.set(process, end + 1);
      const common = { process, f: 'write', value: 12345 } as const;
      events.push({ at: start, event: { ...common, type: 'invoke', time: start } });
      events.push({ at: end, event: { ...common, type: 'ok', time: end } });
    }
    return History.from(events.sort((a, b) => a.at - b.at).map(({ event }) => event));
  });

function witnessOf(history: History): WitnessOperation[] {
  const open = new Map<number | 'nemesis', number>();
  return [...history].flatMap(({ index, process, type }) => {
    if (type === 'invoke') {
      open.set(process, index);
      return [];
    }
    return [{ invoke: open.get(process) as number, complete: index }];
  });
}

describe('the drawing of a witness', () => {
  test('keeps the order of events, overlaps no boxes of a process, and fits every text', () => {
    fc.assert(
      fc.property(anyOperations, (history) => {
        const operations = witnessOf(history);
        const { boxes, instants, width } = layOut(
          boxesOf(operations, (index) => history.event(index)),
          100,
          1000,
        );
        expect(instants.map(({ x }) => x)).toEqual(
          instants.map(({ x }) => x).sort((a, b) => a - b),
        );
        for (const box of boxes) {
          const right = box.right as number;
          expect(box.left).toBeGreaterThanOrEqual(100);
          expect(right).toBeLessThanOrEqual(width);
          expect(right - box.left).toBeGreaterThan(box.text.length * 7);
          const next = boxes.find((other) => other.row === box.row && other.left > box.left);
          if (next !== undefined) expect(next.left).toBeGreaterThan(right);
        }
      }),
      { numRuns: 100 },
    );
  });

  test('leaves an operation of unknown outcome open', () => {
    const history = History.from([
      { time: 1, type: 'invoke', process: 0, f: 'write', value: 1 },
      { time: 2, type: 'info', process: 0, f: 'write', value: 1 },
    ]);
    const boxes = boxesOf([{ invoke: 0, complete: 1 }], (index) => history.event(index));
    expect(layOut(boxes, 0, 100).boxes[0]?.right).toBe(null);
  });
});
