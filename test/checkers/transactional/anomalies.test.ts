import { describe, expect, test } from 'vitest';
import { History, type Value } from '../../../checkers/history.ts';
import {
  type AnomalyKind,
  checkTransactions,
  type TransactionResult,
} from '../../../checkers/transactional/index.ts';
import { append, concurrent, fail, info, ok, r, sequential, w } from './histories.ts';

const lists = (history: History, level = 'strict-serializable'): TransactionResult =>
  checkTransactions(history, { workload: 'list-append', level });
const registers = (history: History, level = 'strict-serializable'): TransactionResult =>
  checkTransactions(history, { workload: 'rw-register', level });

/** The weakest level that each planted anomaly must rule out. */
const PLANTED: readonly [AnomalyKind, string, TransactionResult][] = [
  [
    'G0',
    'read-uncommitted',
    lists(
      concurrent(
        ok(append('x', 1), append('y', 1)),
        ok(append('x', 2), append('y', 2)),
        ok(r('x', [1, 2]), r('y', [2, 1])),
      ),
    ),
  ],
  ['G1a', 'read-committed', lists(concurrent(fail(append('x', 1)), ok(r('x', [1]))))],
  ['G1a', 'read-committed', registers(concurrent(fail(w('x', 1)), ok(r('x', 1))))],
  [
    'G1b',
    'read-committed',
    lists(concurrent(ok(append('x', 1), append('x', 2)), ok(r('x', [1])), ok(r('x', [1, 2])))),
  ],
  ['G1b', 'read-committed', registers(concurrent(ok(w('x', 1), w('x', 2)), ok(r('x', 1))))],
  [
    'G1c',
    'read-committed',
    lists(concurrent(ok(append('x', 1), r('y', [1])), ok(append('y', 1), r('x', [1])))),
  ],
  [
    'G1c',
    'read-committed',
    registers(concurrent(ok(w('x', 1), r('y', 1)), ok(w('y', 1), r('x', 1)))),
  ],
  [
    'G-single-item',
    'consistent-view',
    lists(concurrent(ok(append('x', 1), append('y', 1)), ok(r('x', [1]), r('y', [])))),
  ],
  [
    'G-single-item',
    'consistent-view',
    registers(concurrent(ok(w('x', 1), w('y', 1)), ok(r('x', 1), r('y', null)))),
  ],
  [
    // A long fork: two readers disagree on which of two writes came first.
    'G-nonadjacent-item',
    'snapshot-isolation',
    lists(
      concurrent(
        ok(append('x', 1)),
        ok(append('y', 1)),
        ok(r('x', [1]), r('y', [])),
        ok(r('x', []), r('y', [1])),
      ),
    ),
  ],
  [
    // Write skew.
    'G2-item',
    'repeatable-read',
    lists(concurrent(ok(r('x', []), append('y', 1)), ok(r('y', []), append('x', 1)))),
  ],
  [
    'G-single-item-process',
    'causal',
    lists(
      sequential(
        { mops: [append('x', 1)], process: 7 },
        { mops: [r('x', [])], process: 7 },
        ok(r('x', [1])),
      ),
    ),
  ],
  [
    'G-single-item-realtime',
    'strong-snapshot-isolation',
    lists(sequential(ok(append('x', 1)), ok(r('x', [])), ok(r('x', [1])))),
  ],
  [
    'G0-realtime',
    'strong-read-uncommitted',
    lists(sequential(ok(append('x', 1)), ok(append('x', 2)), ok(r('x', [2, 1])))),
  ],
  [
    'G1c-process',
    'strong-session-read-committed',
    lists(sequential({ mops: [r('x', [1])], process: 7 }, { mops: [append('x', 1)], process: 7 })),
  ],
  ['G1c-realtime', 'strong-read-committed', lists(sequential(ok(r('x', [1])), ok(append('x', 1))))],
  [
    'lost-update',
    'cursor-stability',
    lists(concurrent(ok(r('x', []), append('x', 1)), ok(r('x', []), append('x', 2)))),
  ],
  [
    'lost-update',
    'cursor-stability',
    registers(concurrent(ok(r('x', null), w('x', 1)), ok(r('x', null), w('x', 2)))),
  ],
  ['internal', 'read-atomic', lists(concurrent(ok(append('x', 1), r('x', []))))],
  ['internal', 'read-atomic', registers(concurrent(ok(w('x', 1), r('x', 2)), ok(w('x', 2))))],
  [
    'unrepeatable-read',
    'consistent-view',
    registers(concurrent(ok(w('x', 1)), ok(w('x', 2)), ok(r('x', 1), r('x', 2)))),
  ],
  [
    'unrepeatable-read',
    'consistent-view',
    registers(concurrent(ok(w('x', 2)), ok(r('x', null), r('x', 2)))),
  ],
  ['future-read', 'read-committed', lists(concurrent(ok(r('x', [1]), append('x', 1))))],
  ['future-read', 'read-committed', registers(concurrent(ok(r('x', 1), w('x', 1))))],
  [
    'incompatible-order',
    'read-committed',
    lists(
      concurrent(ok(append('x', 1)), ok(append('x', 2)), ok(r('x', [1, 2])), ok(r('x', [2, 1]))),
    ),
  ],
  [
    'duplicate-elements',
    'read-uncommitted',
    lists(concurrent(ok(append('x', 1)), ok(r('x', [1, 1])))),
  ],
  [
    'dirty-update',
    'read-committed',
    lists(concurrent(fail(append('x', 1)), ok(append('x', 2)), ok(r('x', [1, 2])))),
  ],
  [
    'non-monotonic-view',
    'monotonic-atomic-view',
    registers(concurrent(ok(w('x', 1), w('y', 1)), ok(r('x', 1), r('y', null)))),
  ],
  [
    // Having seen T1's y after the older x: atomicity is broken, monotonicity is not.
    'fractured-read',
    'read-atomic',
    registers(concurrent(ok(w('x', 1), w('y', 1)), ok(r('y', null), r('x', 1)))),
  ],
  [
    'causality-violation-process',
    'causal',
    registers(concurrent(ok(w('x', 1)), ok(r('x', 1), w('y', 1)), ok(r('y', 1), r('x', null)))),
  ],
];

describe('planted anomalies', () => {
  test.each(PLANTED)('%s is found and rules out %s', (kind, level, result) => {
    expect([...result.counts.keys()]).toContain(kind);
    expect(result.verdict).toMatchObject({ kind: 'invalid', witness: {} });
    expect(result.weakestViolated).toContain(level);
  });

  test('a cycle names each transaction, why it precedes the next, and the circle', () => {
    const { verdict } = lists(
      concurrent(ok(r('x', []), append('y', 1)), ok(r('y', []), append('x', 1))),
    );
    expect(verdict).toMatchObject({
      because: expect.stringContaining('write skew'),
      events: [0, 1, 2, 3],
      witness: {
        operations: [{ invoke: 0 }, { invoke: 1 }],
        sentences: [
          'T0 (process 0, events 0 to 2): read "x" = [], wrote 1 to "y".',
          'T1 (process 1, events 1 to 3): read "y" = [], wrote 1 to "x".',
          'T0 read key "x" as [], without 1, which T1 appended.',
          'T1 read key "y" as [], without 1, which T0 appended.',
          'So T0 before T1 before T0: no order of these transactions explains what they saw.',
        ],
      },
    });
  });
});

describe('transactions that crashed', () => {
  test('count as committed once somebody saw them', () => {
    const seen = concurrent(info(append('x', 1), append('y', 1)), ok(r('x', [1]), r('y', [])));
    expect(lists(seen, 'serializable').verdict).toMatchObject({ property: 'G-single-item' });
  });

  test('count as not having happened while nobody saw them', () => {
    const unseen = concurrent(
      info(append('x', 1), append('y', 1)),
      ok(append('x', 2)),
      ok(r('x', [2])),
    );
    expect(lists(unseen).verdict).toMatchObject({ kind: 'valid' });
  });
});

describe('what cannot be judged is unknown', () => {
  test('a value written twice', () => {
    const twice = concurrent(ok(append('x', 1)), ok(append('x', 1)), ok(r('x', [1])));
    expect(lists(twice).verdict).toMatchObject({
      kind: 'unknown',
      because: expect.stringContaining('both wrote 1'),
    });
  });

  test('no transaction that succeeded', () => {
    expect(lists(concurrent(info(append('x', 1)))).verdict.kind).toBe('unknown');
    expect(lists(new History()).verdict.kind).toBe('unknown');
  });

  test('transactions that never touch the same key', () => {
    expect(lists(concurrent(ok(append('x', 1)), ok(append('y', 1)))).verdict.kind).toBe('unknown');
  });

  test('operations that are no transactions', () => {
    const history = History.from([
      { time: 0, type: 'invoke', process: 0, f: 'read', value: 1 },
      { time: 1, type: 'ok', process: 0, f: 'read', value: 1 },
    ]);
    expect(lists(history).verdict).toMatchObject({
      kind: 'unknown',
      because: 'event 1: expected a list of micro-operations, got 1',
    });
  });

  test('writes in a history of lists', () => {
    expect(lists(concurrent(ok(w('x', 1)))).verdict).toMatchObject({
      kind: 'unknown',
      because: expect.stringContaining('no micro-operation w'),
    });
  });

  test('a level that does not exist is an error of the caller', () => {
    expect(() => lists(concurrent(ok(r('x', []))), 'very-consistent')).toThrow(RangeError);
  });
});

describe('registers', () => {
  test('a value that nobody wrote is noted where one state before the test accounts for it', () => {
    const history = sequential(ok(r('x', 9)), ok(r('x', 9)), ok(w('x', 1)), ok(r('x', 1)));
    expect(registers(history).verdict).toMatchObject({
      kind: 'valid',
      note: expect.stringContaining('which nobody wrote'),
    });
    const strict = checkTransactions(history, { workload: 'rw-register', initial: 'empty' });
    expect(strict.verdict).toMatchObject({ kind: 'invalid', property: 'garbage-read' });
  });

  test.each([
    ['two of them', [ok(r('x', 8)), ok(r('x', 9))], 'T0 read key "x" as 8'],
    ['one beside nil', [ok(r('x', null)), ok(r('x', 9))], 'T0 read key "x" as nil'],
    ['one behind an own write', [ok(w('x', 1), r('x', 9))], 'had written the key by then'],
  ] as const)('values that nobody wrote are no state before the test: %s', (_, txns, why) => {
    for (const level of ['strict-serializable', 'read-uncommitted']) {
      const { verdict } = registers(concurrent(...txns), level);
      expect(verdict).toMatchObject({ kind: 'invalid', property: 'garbage-read' });
      expect(verdict.kind === 'invalid' && verdict.witness?.sentences.join(' ')).toContain(why);
    }
  });

  test('what a key held before the test does not come back after an answered write', () => {
    const history = sequential(ok(w('x', 1)), ok(r('x', 9)));
    expect(registers(history).verdict.kind).toBe('invalid');
    expect(registers(history, 'serializable').verdict.kind).toBe('valid');
  });

  test('a contradiction that no cycle shows is found by looking for a serial order', () => {
    const history = concurrent(
      ok(r('x', null), w('x', 1)),
      ok(w('x', 2), w('y', 1)),
      ok(r('y', 1), r('x', 1)),
    );
    expect(registers(history, 'serializable').verdict).toMatchObject({
      kind: 'invalid',
      property: 'no-serial-order',
      events: [1, 4],
    });
  });

  test('a serial order that is found is a proof, and nothing is noted', () => {
    const history = concurrent(ok(w('x', 1)), ok(w('x', 2)), ok(r('x', 1)), ok(r('x', 2)));
    expect(registers(history).verdict).toEqual({ kind: 'valid' });
  });

  test('keys said to be linearizable order versions that nothing else orders', () => {
    const history = sequential(ok(w('x', 1)), ok(w('x', 2)), ok(r('x', 1)));
    expect(registers(history, 'read-uncommitted').verdict.kind).toBe('valid');
    const { verdict } = checkTransactions(history, {
      workload: 'rw-register',
      level: 'read-uncommitted',
      keyOrder: 'linearizable',
    });
    expect(verdict).toMatchObject({ kind: 'invalid', property: 'cyclic-versions' });
  });
});

test('a component of ten thousand transactions is decided without a time-out', {
  timeout: 60_000,
}, () => {
  // Each transaction misses the write of the next, in one huge circle: G2 and nothing milder.
  const count = 10_000;
  const history = concurrent(
    ...Array.from({ length: count }, (_, i) => ok(r(i, []), append((i + 1) % count, 1))),
  );
  const { verdict, counts } = lists(history, 'serializable');
  expect([...counts.keys()]).toEqual(['G2-item']);
  expect(verdict).toMatchObject({ property: 'G2-item' });
});

describe('what a list held before the test', () => {
  test('is noted where all reads begin with it', () => {
    const history = sequential(ok(r('x', [8, 9])), ok(append('x', 1)), ok(r('x', [8, 9, 1])));
    expect(lists(history).verdict).toMatchObject({
      kind: 'valid',
      note:
        'reads that saw values that nobody wrote, taken for values from before the test: 2 ' +
        '(T0 read key "x" as [8 9], with 8, 9, which nobody appended.)',
    });
  });

  test.each([
    ['behind an element of the test', [ok(append('x', 1)), ok(r('x', [1, 9]))], 'stands behind 1'],
    ['missed by another read', [ok(r('x', [])), ok(r('x', [9]))], 'read the key as []'],
  ] as const)('is no explanation: %s', (_, txns, why) => {
    for (const level of ['strict-serializable', 'read-uncommitted']) {
      const { verdict } = lists(concurrent(...txns), level);
      expect(verdict).toMatchObject({ kind: 'invalid', property: 'garbage-read' });
      expect(verdict.kind === 'invalid' && verdict.witness?.sentences.join(' ')).toContain(why);
    }
  });
});

describe('an answer that does not belong to the question', () => {
  const answered = (asked: Value, result: Value): History =>
    History.from([
      { time: 0, type: 'invoke', process: 0, f: 'txn', value: asked },
      { time: 1, type: 'ok', process: 0, f: 'txn', value: result },
      { time: 2, type: 'invoke', process: 1, f: 'txn', value: [['r', 'x', null]] },
      { time: 3, type: 'ok', process: 1, f: 'txn', value: [['r', 'x', [1]]] },
    ]);

  test.each([
    [
      'another operation',
      [
        ['append', 'x', 1],
        ['append', 'x', [1]],
      ],
      'answered as ["append","x",[1]]',
    ],
    [
      'another key',
      [
        ['append', 'x', 1],
        ['r', 'y', [1]],
      ],
      'answered as ["r","y",[1]]',
    ],
    [
      'another element',
      [
        ['append', 'x', 2],
        ['r', 'x', [2]],
      ],
      'answered as ["append","x",2]',
    ],
    ['one step less', [['append', 'x', 1]], 'which the answer lacks'],
    [
      'one step more',
      [
        ['append', 'x', 1],
        ['r', 'x', [1]],
        ['append', 'x', 3],
      ],
      'that it does not have',
    ],
  ] as const)('is a violation at every level, and named: %s', (_, result, why) => {
    const history = answered(
      [
        ['append', 'x', 1],
        ['r', 'x', null],
      ],
      result,
    );
    for (const level of ['strict-serializable', 'read-uncommitted']) {
      const { verdict } = lists(history, level);
      expect(verdict).toMatchObject({ kind: 'invalid', property: 'wrong-answer', events: [0, 1] });
      expect(verdict.kind === 'invalid' && verdict.witness?.sentences.join(' ')).toContain(why);
    }
  });

  test('is none where only the reads are filled in, or the question was not recorded', () => {
    const steps = [
      ['append', 'x', 1],
      ['r', 'x', [1]],
    ] as const;
    expect(
      lists(
        answered(
          [
            ['append', 'x', 1],
            ['r', 'x', null],
          ],
          steps,
        ),
      ).verdict.kind,
    ).toBe('valid');
    expect(lists(answered(null, steps)).verdict.kind).toBe('valid');
  });
});

test('a write whose value was not recorded may have been any', () => {
  const history = sequential(info(w('x', null)), ok(r('x', 5)), ok(r('x', null)));
  expect(registers(history).verdict).toMatchObject({
    kind: 'unknown',
    because: expect.stringContaining('was not recorded'),
  });
});
