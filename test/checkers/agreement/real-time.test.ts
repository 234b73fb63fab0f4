import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { realTimeVerdict } from '../../../checkers/agreement/real-time.ts';
import { type EventType, History } from '../../../checkers/history.ts';

/** `[process, type, f, position]` */
type Event = [number, EventType, string, number?];

function history(events: readonly Event[]): History {
  return History.from(
    events.map(([process, type, f, position], time) => ({
      time,
      type,
      process,
      f,
      key: 'x',
      value: null,
      ...(position === undefined ? {} : { position }),
    })),
  );
}

describe('real-time order', () => {
  test('holds for operations one after the other, and for any order of concurrent ones', () => {
    const sequential = history([
      [0, 'invoke', 'write'],
      [0, 'ok', 'write', 3],
      [1, 'invoke', 'read'],
      [1, 'ok', 'read', 3],
      [0, 'invoke', 'write'],
      [0, 'ok', 'write', 4],
    ]);
    expect(realTimeVerdict(sequential).verdict.kind).toBe('valid');
    const concurrent = history([
      [0, 'invoke', 'write'],
      [1, 'invoke', 'write'],
      [0, 'ok', 'write', 4],
      [1, 'ok', 'write', 3],
    ]);
    expect(realTimeVerdict(concurrent).verdict.kind).toBe('valid');
  });

  test('is broken by a read that stands before a write answered earlier', () => {
    const stale = history([
      [0, 'invoke', 'write'],
      [0, 'ok', 'write', 3],
      [1, 'invoke', 'read'],
      [1, 'ok', 'read', 2],
    ]);
    expect(realTimeVerdict(stale).verdict).toEqual({
      kind: 'invalid',
      property: 'RealTimeOrder',
      because:
        "process 1's read of x began after process 0's write of x had been answered, and took effect before it",
      detail:
        'RealTimeOrder: a read that began after a write at position 3 had been answered took ' +
        'effect at position 2',
      events: [1, 2, 3],
    });
  });

  test('is broken by two writes at one position', () => {
    const twice = history([
      [0, 'invoke', 'write'],
      [0, 'ok', 'write', 3],
      [1, 'invoke', 'write'],
      [1, 'ok', 'write', 3],
    ]);
    expect(realTimeVerdict(twice).verdict.kind).toBe('invalid');
  });

  test('is unknown where no answer has a position', () => {
    const silent = history([
      [0, 'invoke', 'write'],
      [0, 'ok', 'write'],
      [1, 'invoke', 'write'],
      [1, 'info', 'write'],
    ]);
    expect(realTimeVerdict(silent).verdict.kind).toBe('unknown');
  });

  test('agrees with the comparison of all pairs', () => {
    // Operations as intervals with a position; even processes write, odd ones read.
    const operation = fc.record({
      start: fc.integer({ min: 0, max: 30 }),
      length: fc.integer({ min: 1, max: 12 }),
      position: fc.integer({ min: 1, max: 6 }),
    });
    fc.assert(
      fc.property(fc.array(operation, { minLength: 1, maxLength: 6 }), (operations) => {
        const timed = operations.flatMap(({ start, length, position }, process) => {
          const f = process % 2 === 0 ? 'write' : 'read';
          const invoke: Event = [process, 'invoke', f];
          const ok: Event = [process, 'ok', f, position];
          // Distinct times: what begins when another ends begins before.
          return [
            { at: start * 20 + process, event: invoke },
            { at: (start + length) * 20 + 10 + process, event: ok },
          ];
        });
        timed.sort((a, b) => a.at - b.at);
        const broken = operations.some((one, a) =>
          operations.some((other, b) => {
            const after = (one.start + one.length) * 20 + 10 + a < other.start * 20 + b;
            const isRead = b % 2 === 1;
            const behind = isRead ? other.position >= one.position : other.position > one.position;
            return a !== b && after && !behind;
          }),
        );
        const { verdict } = realTimeVerdict(history(timed.map(({ event }) => event)));
        expect(verdict.kind).toBe(broken ? 'invalid' : 'valid');
      }),
      { numRuns: 500 },
    );
  });
});
