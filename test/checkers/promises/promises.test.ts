import { describe, expect, test } from 'vitest';
import { History, type Value } from '../../../checkers/history.ts';
import { PROMISES, type PromiseName, strongestPromise } from '../../../checkers/promises/index.ts';
import { done, type Event, events } from '../events.ts';

const read = (process: number, value: number | null): Event[] => done(process, 'read', null, value);
const write = (process: number, value: number): Event[] => done(process, 'write', value);

/** Each history with what it keeps first, and what it no longer keeps. */
const HISTORIES: readonly [PromiseName, PromiseName, Event[]][] = [
  [
    // A replica that lags behind, for a client that does not move.
    'ordered-sequential',
    'linearizable',
    [...write(0, 1), ...write(0, 2), ...read(1, 1), ...read(1, 2)],
  ],
  [
    // Writes of two clients take effect in an order that nobody could see, but for the clock.
    'sequential',
    'ordered-sequential',
    [...write(0, 1), ...write(1, 2), ...read(2, 2), ...read(2, 1)],
  ],
  [
    // Two reads during one write: new, then old.
    'regular',
    'sequential',
    [
      ...write(0, 1),
      [0, 'invoke', 'write', 2],
      ...read(1, 2),
      ...read(1, 1),
      [0, 'ok', 'write', 2],
      ...read(1, 2),
    ],
  ],
  ['monotonic-reads', 'read-your-writes', [...write(0, 1), ...write(0, 2), ...read(0, 1)]],
];

describe('the strongest promise that is kept is named', () => {
  test.each(HISTORIES)('%s, not %s', (kept, broken, list) => {
    const result = strongestPromise(events(...list));
    expect(result.strongest).toBe(kept);
    expect(result.kept).not.toContain(broken);
    expect(result.verdict).toMatchObject({ kind: 'valid', note: expect.stringContaining(kept) });
  });

  test('linearizable, with nothing more to say', () => {
    expect(strongestPromise(events(...write(0, 1), ...read(1, 1)))).toMatchObject({
      strongest: 'linearizable',
      verdict: { kind: 'valid', note: 'linearizable' },
    });
  });

  test('the weakest key decides', () => {
    const history = events(
      ...done(0, 'write', 1, 1, 'a'),
      ...done(1, 'read', null, 1, 'a'),
      ...done(0, 'write', 1, 1, 'b'),
      ...done(1, 'read', null, null, 'b'),
    );
    expect(strongestPromise(history)).toMatchObject({ strongest: 'ordered-sequential' });
  });

  test('keys that are sequential each may not be so together', () => {
    // Store buffering: no order of all four operations exists, though one exists for each key.
    const history = events(
      ...done(0, 'write', 1, 1, 'x'),
      ...done(1, 'write', 1, 1, 'y'),
      ...done(0, 'read', null, null, 'y'),
      ...done(1, 'read', null, null, 'x'),
    );
    for (const promise of ['sequential', 'ordered-sequential'] as const) {
      const { verdict, kept, strongest } = strongestPromise(history, { promise });
      expect(verdict).toMatchObject({
        kind: 'invalid',
        because: expect.stringContaining(`not ${promise} over 2 keys together: no order`),
      });
      expect(kept).not.toContain(promise);
      expect(strongest).toBe('read-your-writes');
    }
  });

  test('keys that are too many to search through together are unknown', () => {
    const history = events(
      ...done(0, 'write', 1, 1, 'x'),
      ...done(1, 'write', 1, 1, 'y'),
      ...done(0, 'read', null, null, 'y'),
    );
    const { verdict } = strongestPromise(history, { promise: 'sequential', stepsMax: 1 });
    expect(verdict).toMatchObject({
      kind: 'unknown',
      because: expect.stringContaining('over 2 keys together gave up after 1 configurations'),
    });
  });

  test('keys that are linearizable each are sequential together, and one that is not breaks it', () => {
    const good = [...done(0, 'write', 1, 1, 'x'), ...done(1, 'write', 1, 1, 'y')];
    expect(strongestPromise(events(...good)).kept).toContain('sequential');
    const bad = events(
      ...good,
      ...done(0, 'write', 2, 2, 'x'),
      ...done(2, 'read', null, 2, 'x'),
      ...done(2, 'read', null, 1, 'x'),
    );
    expect(strongestPromise(bad, { promise: 'sequential' }).verdict.kind).toBe('invalid');
  });

  test('a value that nobody wrote breaks every promise', () => {
    expect(strongestPromise(events(...write(0, 1), ...read(1, 9)))).toMatchObject({
      strongest: null,
      verdict: {
        kind: 'invalid',
        events: [2, 3],
        because: expect.stringContaining('which nobody had written'),
      },
    });
  });

  test('an empty history is unknown', () => {
    expect(strongestPromise(new History()).verdict.kind).toBe('unknown');
  });

  test('repeated values leave the weaker promises unknown', () => {
    const history = events(...write(0, 1), ...write(0, 1), ...read(1, null));
    const { keys } = strongestPromise(history);
    expect(keys[0]?.verdicts).toMatchObject({
      linearizable: { kind: 'invalid' },
      sequential: { kind: 'valid' },
      regular: { kind: 'unknown' },
    });
  });

  test('a search that runs out says how far it got', () => {
    const history = events(
      ...write(0, 1),
      ...write(0, 2),
      ...write(1, 1),
      ...write(1, 2),
      ...read(2, 3),
    );
    const ambiguous = strongestPromise(history, { stepsMax: 2 });
    expect(ambiguous.keys[0]?.verdicts.sequential).toMatchObject({
      kind: 'unknown',
      because: expect.stringMatching(
        /gave up after 2 configurations; the longest had \d of 5 operations/,
      ),
    });
  });
});

describe('staleness', () => {
  const history = events(...write(0, 1), ...write(0, 2), ...write(0, 3), ...read(1, 1));

  test('a stale read is measured in milliseconds and versions', () => {
    const { verdict, stats } = strongestPromise(history);
    expect(stats).toMatchObject({ stale_reads: 1, stale_versions_max: 2, stale_max: '3 ms' });
    expect(verdict).toMatchObject({
      note:
        'ordered-sequential, not linearizable; the read of 1 by process 1, events 6 to 7 is 3 ms stale, ' +
        '2 versions behind: the write of 2 by process 0, events 2 to 3 had replaced what it found; ' +
        'also kept: sequential, read-your-writes, monotonic-reads, monotonic-writes, writes-follow-reads',
    });
  });

  test('a bound that is kept is valid, one that is exceeded is not', () => {
    expect(
      strongestPromise(history, { staleness: { versionsMax: 2, msMax: 3 } }).verdict.kind,
    ).toBe('valid');
    for (const staleness of [{ versionsMax: 1 }, { msMax: 2 }]) {
      expect(strongestPromise(history, { staleness }).verdict).toMatchObject({
        kind: 'invalid',
        events: [2, 3, 6, 7],
        property: 'bounded-staleness',
      });
    }
  });
});

describe('a promise that must be kept', () => {
  test('says what contradicts it when it is not', () => {
    const history = events(...write(0, 1), ...write(1, 2), ...read(2, 2), ...read(2, 1));
    expect(strongestPromise(history, { promise: 'ordered-sequential' }).verdict).toMatchObject({
      kind: 'invalid',
      because: 'not ordered-sequential: versions come before each other in a circle',
      witness: {
        sentences: [
          'the write of 1 by process 0, events 0 to 1 was over before the beginning of the write of 2 by process 1, events 2 to 3.',
          'the read of 2 by process 2, events 4 to 5 came first in its session, then the read of 1 by process 2, events 6 to 7.',
        ],
      },
    });
  });

  test('is valid when something stronger is kept', () => {
    const history = events(...write(0, 1), ...read(1, 1));
    expect(strongestPromise(history, { promise: 'sequential' }).verdict.kind).toBe('valid');
  });

  test('two compare-and-sets of one version are no order', () => {
    const history = events(
      ...write(0, 1),
      [1, 'invoke', 'cas', [1, 2]],
      [2, 'invoke', 'cas', [1, 3]],
      [1, 'ok', 'cas', [1, 2]],
      [2, 'ok', 'cas', [1, 3]],
    );
    expect(strongestPromise(history, { promise: 'sequential' }).verdict).toMatchObject({
      kind: 'invalid',
      because: expect.stringContaining('both replaced the same version'),
    });
  });
});

describe('how a history is to be read', () => {
  test('a read of nil says nothing where nil reads are silent', () => {
    const history = events(
      ...write(0, 1),
      [1, 'invoke', 'write', 2],
      ...read(0, 1),
      ...read(0, null),
      [1, 'ok', 'write', 2],
    );
    for (const promise of PROMISES) {
      const silent = strongestPromise(history, { promise, nilReads: 'silent' });
      expect([promise, silent.verdict.kind]).toEqual([promise, 'valid']);
    }
    expect(strongestPromise(history, { promise: 'sequential' }).verdict.kind).toBe('invalid');
  });

  test('a compare-and-set that failed saw another value, where it is an answer', () => {
    const failed: Event[] = [
      [0, 'invoke', 'cas', [1, 2]],
      [0, 'fail', 'cas', [1, 2]],
    ];
    const history = events(...write(0, 1), ...failed, ...read(0, 1));
    const judged = (promise: PromiseName, failedCas: 'observed' | 'absent') =>
      strongestPromise(history, { promise, failedCas }).verdict.kind;
    expect(judged('sequential', 'absent')).toBe('valid');
    expect(judged('sequential', 'observed')).toBe('invalid');
    expect(judged('ordered-sequential', 'observed')).toBe('invalid');
    expect(judged('linearizable', 'observed')).toBe('invalid');
    expect(judged('monotonic-reads', 'observed')).toBe('unknown');
  });

  test('a failed compare-and-set that an order explains leaves the register sequential', () => {
    const history = events(
      ...write(0, 1),
      ...write(0, 2),
      ...read(1, 1),
      [1, 'invoke', 'cas', [2, 3]],
      [1, 'fail', 'cas', [2, 3]],
    );
    const { kept } = strongestPromise(history, { failedCas: 'observed' });
    expect(kept).toContain('sequential');
    expect(kept).not.toContain('linearizable');
  });

  test('without a clock staleness has no milliseconds', () => {
    const history = events(...write(0, 1), ...write(0, 2), ...read(1, 1));
    const { verdict, stats } = strongestPromise(history, { timed: false });
    expect(JSON.stringify([verdict, stats])).not.toMatch(/ ms/);
  });
});

test('a crashed operation need not have happened, also where its process went on', () => {
  const steps: [process: number, type: 'invoke' | 'ok' | 'info', f: string, value: Value][] = [
    [2, 'invoke', 'write', 3],
    [2, 'ok', 'write', 3],
    [1, 'invoke', 'cas', [1, 1]],
    [1, 'info', 'cas', [1, 1]],
    [1, 'invoke', 'read', null],
    [1, 'ok', 'read', null],
    [0, 'invoke', 'cas', [1, 1]],
  ];
  const history = History.from(
    steps.map(([process, type, f, value], index) => ({ time: index, process, type, f, value })),
  );
  expect(strongestPromise(history, { promise: 'sequential' }).verdict.kind).toBe('valid');
});
