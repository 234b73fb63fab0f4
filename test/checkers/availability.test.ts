import { describe, expect, test } from 'vitest';
import { availabilityVerdict } from '../../checkers/availability.ts';
import { type EventType, History } from '../../checkers/history.ts';

const SECOND = 1e9;
/** The faults end at 10 s, and operations must succeed again by 15 s. */
const QUIET = { quietAtNs: 10 * SECOND, boundNs: 5 * SECOND };

/** `[process, type, seconds]` */
function history(...events: [number, EventType, number][]): History {
  return History.from(
    events.map(([process, type, at]) => ({
      time: at * SECOND,
      type,
      process,
      f: 'read',
      key: 'x',
      value: null,
    })),
  );
}

describe('availability', () => {
  test('is valid when an operation begun after the quiet end succeeds within the bound', () => {
    const result = availabilityVerdict(
      history([0, 'invoke', 1], [0, 'ok', 2], [0, 'invoke', 11], [0, 'ok', 12]),
      QUIET,
    );
    expect(result.verdict.kind).toBe('valid');
    expect(result.stats).toMatchObject({
      timeToRecoverNs: 2 * SECOND,
      okShareUnderFaults: 1,
      okShareAfterQuiet: 1,
      okShareAfterBound: 'none',
      longestUnavailableNs: 10 * SECOND,
      longestUnavailableAtNs: 2 * SECOND,
    });
  });

  test('does not count an operation that began under faults', () => {
    const late = history([0, 'invoke', 9], [1, 'invoke', 11], [0, 'ok', 12], [1, 'info', 16]);
    expect(availabilityVerdict(late, QUIET).verdict).toMatchObject({
      kind: 'invalid',
      events: [1],
      property: 'Liveness:client-completes',
    });
  });

  test('is invalid when the first success comes after the bound', () => {
    const late = history([0, 'invoke', 11], [0, 'ok', 15.5]);
    const { verdict } = availabilityVerdict(late, QUIET);
    expect(verdict.kind).toBe('invalid');
    expect(verdict).toMatchObject({
      because:
        'the first operation succeeded 5.5 s after the last fault was undone; the bound is 5.0 s',
    });
  });

  test('is invalid when everything begun after the bound fails again', () => {
    const relapse = history(
      [0, 'invoke', 11],
      [0, 'ok', 12],
      [0, 'invoke', 16],
      [0, 'info', 20],
      [1, 'invoke', 20],
      [1, 'fail', 21],
    );
    expect(availabilityVerdict(relapse, QUIET).verdict).toMatchObject({
      kind: 'invalid',
      events: [4],
    });
  });

  test('is unknown when nothing was tried after the quiet end, or the run ended too soon', () => {
    const idle = history([0, 'invoke', 1], [0, 'ok', 2]);
    expect(availabilityVerdict(idle, QUIET).verdict.kind).toBe('unknown');
    const short = history([0, 'invoke', 11], [0, 'info', 12]);
    expect(availabilityVerdict(short, QUIET).verdict.kind).toBe('unknown');
  });

  test('does not judge what happens under faults', () => {
    const dark = history([0, 'invoke', 1], [0, 'info', 9], [1, 'invoke', 10.5], [1, 'ok', 10.6]);
    expect(availabilityVerdict(dark, QUIET).verdict.kind).toBe('valid');
    expect(availabilityVerdict(dark, QUIET).stats).toMatchObject({ okShareUnderFaults: 0 });
  });

  test('counts the wait at the end of a run whose last operations never returned', () => {
    const open = history([0, 'invoke', 10], [0, 'ok', 11], [0, 'invoke', 12], [1, 'invoke', 30]);
    expect(availabilityVerdict(open, QUIET).stats).toMatchObject({
      longestUnavailableNs: 19 * SECOND,
    });
  });
});
