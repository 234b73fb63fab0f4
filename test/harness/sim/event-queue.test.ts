/** The simulator's queue: order of time, stable ties, recycled slots. */

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EventQueue } from '../../../harness/sim/event-queue.ts';

function drain(queue: EventQueue): { time: number; tag: number }[] {
  const drained = [];
  while (queue.size > 0) {
    const slot = queue.pop();
    drained.push({ time: queue.poppedUs, tag: queue.a[slot] as number });
  }
  return drained;
}

describe('EventQueue', () => {
  test('gives events in order of time, and those of one time in order of scheduling', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 20 }), { maxLength: 600 }), (times) => {
        const queue = new EventQueue();
        for (const [tag, time] of times.entries()) queue.push(time, 0, tag, 0, 0, null);
        const expected = times
          .map((time, tag) => ({ time, tag }))
          .sort((a, b) => a.time - b.time || a.tag - b.tag);
        expect(drain(queue)).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  test('behaves like a sorted list when pushes and pops alternate', () => {
    const step = fc.oneof(fc.nat({ max: 50 }), fc.constant('pop' as const));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const queue = new EventQueue();
        const model: { time: number; tag: number }[] = [];
        for (const [tag, what] of steps.entries()) {
          if (what !== 'pop') {
            queue.push(what, 0, tag, 0, 0, null);
            model.push({ time: what, tag });
            model.sort((a, b) => a.time - b.time || a.tag - b.tag);
          } else if (model.length > 0) {
            expect(queue.nextTimeUs()).toBe(model[0]?.time);
            expect(queue.a[queue.pop()]).toBe(model.shift()?.tag);
          }
        }
        expect(queue.size).toBe(model.length);
      }),
      { numRuns: 200 },
    );
  });
});
