import { describe, expect, test } from 'vitest';
import { checkSetFull } from '../../checkers/set-full.ts';
import { done, events } from './events.ts';

const read = (...elements: number[]) => done(0, 'read', null, elements);

describe('set-full', () => {
  test('an element that every later read has is stable', () => {
    const { verdict, stats } = checkSetFull(events(...done(1, 'add', 1), ...read(1), ...read(1)));
    expect(verdict.kind).toBe('valid');
    expect(stats).toMatchObject({ stable: 1, lost: 0, stale: 0 });
  });

  test('an element that vanishes is lost, and the last read that had it is named', () => {
    const { verdict } = checkSetFull(events(...done(1, 'add', 1), ...read(1), ...read()));
    expect(verdict).toMatchObject({
      kind: 'invalid',
      because: 'lost elements: 1',
      events: [0, 1, 2, 3, 4, 5],
      witness: {
        sentences: [
          '1: last seen by the read of process 0, events 2 to 3, missing from the read of process 0, ' +
            'events 4 to 5 and from every read that began later.',
        ],
      },
    });
  });

  test('an element that shows up late is stale: a violation only of a linearizable set', () => {
    const history = events(...done(1, 'add', 1), ...read(), ...read(1));
    expect(checkSetFull(history)).toMatchObject({
      verdict: { kind: 'valid' },
      // Acknowledged by event 1, still missing from a read that began with event 2: a millisecond.
      stats: { stale: 1, stable_p50_ms: 1, stable_max_ms: 1 },
    });
    expect(checkSetFull(history, { linearizable: true }).verdict).toMatchObject({
      kind: 'invalid',
      because: expect.stringContaining('1 for 1 ms'),
    });
  });

  test('an element that a read holds twice is a violation', () => {
    expect(checkSetFull(events(...done(1, 'add', 1), ...read(1, 1))).verdict).toMatchObject({
      because: 'the read of process 0, events 2 to 3 holds 1 twice',
    });
  });

  test('an element that nobody added is a violation', () => {
    expect(checkSetFull(events(...done(1, 'add', 1), ...read(1, 2))).verdict.kind).toBe('invalid');
  });

  test('a read concurrent with the add may miss the element', () => {
    const history = events(
      [0, 'invoke', 'read'],
      ...done(1, 'add', 1),
      [0, 'ok', 'read', []],
      ...read(1),
    );
    expect(checkSetFull(history, { linearizable: true }).verdict.kind).toBe('valid');
  });

  test('a crashed add that is never seen is neither lost nor stable', () => {
    const history = events(
      ...done(2, 'add', 2),
      [1, 'invoke', 'add', 1],
      [1, 'info', 'add', 1],
      ...read(2),
    );
    expect(checkSetFull(history)).toMatchObject({
      verdict: { kind: 'valid' },
      stats: { neverRead: 1 },
    });
  });

  test.each([
    ['valid', [read(), read(1), read(), read(1)]],
    ['invalid', [read(1), read(), read(1), read()]],
  ] as const)(
    'an element that comes and goes is judged by the last read of all: %s',
    (kind, reads) => {
      const history = events(...done(1, 'add', 1), ...reads.flat());
      expect(checkSetFull(history).verdict.kind).toBe(kind);
    },
  );

  test('reads that overlap are ordered by when they began, as in Jepsen', () => {
    const overlapping = (first: number[], second: number[]) =>
      events(
        ...done(1, 'add', 1),
        [2, 'invoke', 'read'],
        [3, 'invoke', 'read'],
        [3, 'ok', 'read', second],
        [2, 'ok', 'read', first],
      );
    expect(checkSetFull(overlapping([], [1])).verdict.kind).toBe('valid');
    expect(checkSetFull(overlapping([1], [])).verdict.kind).toBe('invalid');
  });

  test('an add without an answer that was seen once and then is missing is lost', () => {
    const history = events([1, 'invoke', 'add', 1], ...read(1), ...read());
    expect(checkSetFull(history).verdict.kind).toBe('invalid');
  });

  test('an element that only reads concurrent with its add missed was never read', () => {
    const history = events([0, 'invoke', 'read'], ...done(1, 'add', 1), [0, 'ok', 'read', []]);
    expect(checkSetFull(history)).toMatchObject({
      verdict: { kind: 'unknown' },
      stats: { lost: 0, neverRead: 1 },
    });
  });

  test('a set of which nothing was ever read is unknown', () => {
    expect(checkSetFull(events(...done(1, 'add', 1))).verdict.kind).toBe('unknown');
  });
});
