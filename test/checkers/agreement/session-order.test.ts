import { describe, expect, test } from 'vitest';
import { sessionOrderVerdict } from '../../../checkers/agreement/session-order.ts';
import { type EventType, History } from '../../../checkers/history.ts';

/** `[process, type, f, position]` */
type Event = [number, EventType, string, number?];

function history(...events: readonly Event[]): History {
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

describe('what a session is told', () => {
  test('may be older than what another one was told', () => {
    const events = history(
      [0, 'invoke', 'write'],
      [0, 'ok', 'write', 5],
      [1, 'invoke', 'read'],
      [1, 'ok', 'read', 2],
      [1, 'invoke', 'read'],
      [1, 'ok', 'read', 2],
    );
    expect(sessionOrderVerdict(events)).toEqual({
      checker: 'session-order',
      verdict: { kind: 'valid' },
      stats: { positions: 3, sessions: 2 },
    });
  });

  test('never goes back', () => {
    const events = history(
      [1, 'invoke', 'write'],
      [1, 'ok', 'write', 5],
      [1, 'invoke', 'read'],
      [1, 'ok', 'read', 4],
    );
    expect(sessionOrderVerdict(events).verdict).toMatchObject({
      kind: 'invalid',
      property: 'MonotonicSession',
      events: [1, 3],
      because: 'process 1 was shown an older state than it had already seen',
      detail:
        'MonotonicSession: process 1 was answered a read at position 4 after a write at position 5',
    });
  });

  test('puts an update behind all that came before it', () => {
    const same = (f: string) =>
      sessionOrderVerdict(
        history([0, 'invoke', 'read'], [0, 'ok', 'read', 3], [0, 'invoke', f], [0, 'ok', f, 3]),
      ).verdict.kind;
    expect(same('write')).toBe('invalid');
    expect(same('read')).toBe('valid');
  });

  test('is not judged without positions, nor by what did not succeed', () => {
    const events = history([0, 'invoke', 'write'], [0, 'ok', 'write'], [0, 'info', 'write', 1]);
    expect(sessionOrderVerdict(events).verdict.kind).toBe('unknown');
  });
});
