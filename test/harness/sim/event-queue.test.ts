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
  const receiver = noting(queue, heard);
  for (let i = 0; i < count; i++) queue.deliver(receiver);
  return heard;
}

function noting(queue: EventQueue, heard: Heard[]): EventReceiver {
  const note =
    (method: string) =>
    (...args: unknown[]) => {
      heard.push({ atUs: queue.deliveredUs, what: [method, ...args] });
    };
  return {
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

  test('shows what is to come in the order in which it comes', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 20 }), { maxLength: 60 }), (times) => {
        const queue = new EventQueue();
        for (const [tag, atUs] of times.entries()) queue.timer(atUs, tag, 1, 2);
        const shown = queue.pending().map((event) => {
          const { atUs, kind } = event;
          return { atUs, what: [kind, ...(event.kind === 'timer' ? [event.node, 1, 2] : [])] };
        });
        expect(shown).toEqual(deliver(queue));
      }),
    );
  });

  test('delivers out of turn whatever is chosen, and everything once', () => {
    const choice = fc.record({ schedule: fc.nat({ max: 20 }), choose: fc.nat() });
    fc.assert(
      fc.property(fc.array(choice, { maxLength: 200 }), (choices) => {
        const queue = new EventQueue();
        const heard: Heard[] = [];
        const expected: unknown[] = [];
        for (const [tag, { schedule, choose }] of choices.entries()) {
          queue.wake(queue.deliveredUs + schedule, tag);
          if (choose % 3 === 0) continue;
          const pending = queue.pending();
          const chosen = pending[choose % pending.length];
          if (chosen?.kind !== 'wake') continue;
          expected.push(['wake', chosen.client]);
          queue.deliverOutOfTurn(chosen.number, noting(queue, heard));
        }
        const rest = queue.pending().map((event) => event.kind === 'wake' && event.client);
        heard.push(...deliver(queue));
        expect(heard.map(({ what }) => what)).toEqual([
          ...expected,
          ...rest.map((client) => ['wake', client]),
        ]);
        expect(new Set(heard.map(({ what }) => what[1])).size).toBe(choices.length);
      }),
      { numRuns: 200 },
    );
  });

  test('takes nothing for a time that is over', () => {
    const queue = new EventQueue();
    queue.wake(10, 0);
    deliver(queue);
    expect(() => queue.wake(9, 0)).toThrow('nothing is scheduled in the past');
  });
});
