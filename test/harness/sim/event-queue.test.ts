/** The simulator's queue: order of time, stable ties, recycled slots. */

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EventQueue, type EventReceiver } from '../../../harness/sim/event-queue.ts';
import type { Reply, Request } from '../../../systems/protocol.ts';

/** What a receiver was told, as its method and arguments, each with the time of its event. */
interface Heard {
  readonly atUs: number;
  readonly what: readonly unknown[];
}

/** Delivers one event, or all there are. */
function deliver(queue: EventQueue, count = queue.size): Heard[] {
  const heard: Heard[] = [];
  const note =
    (method: string) =>
    (...args: unknown[]) => {
      heard.push({ atUs: queue.deliveredUs, what: [method, ...args] });
    };
  const receiver: EventReceiver = {
    message: note('message'),
    stream: note('stream'),
    timer: note('timer'),
    synced: note('synced'),
    request: note('request'),
    reply: note('reply'),
    clientTimer: note('clientTimer'),
    wake: note('wake'),
    strobe: note('strobe'),
  };
  for (let i = 0; i < count; i++) queue.deliver(receiver);
  return heard;
}

describe('EventQueue', () => {
  test('gives events in order of time, and those of one time in order of scheduling', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 20 }), { maxLength: 600 }), (times) => {
        const queue = new EventQueue();
        for (const [tag, atUs] of times.entries()) queue.wake(atUs, tag);
        const expected = times
          .map((atUs, tag) => ({ atUs, what: ['wake', tag] }))
          .sort((a, b) => a.atUs - b.atUs || Number(a.what[1]) - Number(b.what[1]));
        expect(deliver(queue)).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  test('behaves like a sorted list when scheduling and delivering alternate', () => {
    const step = fc.oneof(fc.nat({ max: 50 }), fc.constant('deliver' as const));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const queue = new EventQueue();
        const model: { atUs: number; tag: number }[] = [];
        for (const [tag, step] of steps.entries()) {
          if (step !== 'deliver') {
            const atUs = queue.deliveredUs + step;
            queue.wake(atUs, tag);
            model.push({ atUs, tag });
            model.sort((a, b) => a.atUs - b.atUs || a.tag - b.tag);
          } else if (model.length > 0) {
            expect(queue.nextTimeUs()).toBe(model[0]?.atUs);
            expect(deliver(queue, 1)[0]?.what).toEqual(['wake', model.shift()?.tag]);
          }
        }
        expect(queue.size).toBe(model.length);
      }),
      { numRuns: 200 },
    );
  });

  test('hands every kind of event to its method, with what it was scheduled with', () => {
    const queue = new EventQueue();
    const request = { client: 4, id: 1 } as unknown as Request;
    const reply = { kind: 'ok' } as unknown as Reply;
    queue.message(1, 2, 3, { vote: true });
    queue.stream(2, 1, 0, 7);
    queue.timer(3, 2, 5, 9);
    queue.synced(4, 1, 2);
    queue.request(5, 0, request);
    queue.reply(6, 4, 2, 11, reply);
    queue.clientTimer(7, 4);
    queue.wake(8, -1);
    queue.strobe(9, 1, 3);
    expect(deliver(queue).map(({ what }) => what)).toEqual([
      ['message', 2, 3, { vote: true }],
      ['stream', 1, 0, 7],
      ['timer', 2, 5, 9],
      ['synced', 1, 2],
      ['request', 0, request],
      ['reply', 4, 2, 11, reply],
      ['clientTimer', 4],
      ['wake', -1],
      ['strobe', 1, 3],
    ]);
  });

  test('takes nothing for a time that is over', () => {
    const queue = new EventQueue();
    queue.wake(10, 0);
    deliver(queue);
    expect(() => queue.wake(9, 0)).toThrow('nothing is scheduled in the past');
  });
});
