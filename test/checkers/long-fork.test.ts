import { describe, expect, test } from 'vitest';
import type { History, Value } from '../../checkers/history.ts';
import { checkLongFork } from '../../checkers/long-fork.ts';
import { done, events } from './events.ts';
import { concurrent, ok, r, w } from './transactional/histories.ts';

const writes = [ok(w('x', 1)), ok(w('y', 1))];

test('readers that disagree on which of two writes came first are a long fork', () => {
  const history = concurrent(...writes, ok(r('x', 1), r('y', null)), ok(r('y', 1), r('x', null)));
  expect(checkLongFork(history).verdict).toMatchObject({
    kind: 'invalid',
    events: [2, 3, 6, 7],
    because: expect.stringContaining('long fork: the read of process 2'),
  });
});

test('readers of which one saw more are valid', () => {
  const history = concurrent(
    ...writes,
    ok(r('x', null), r('y', null)),
    ok(r('x', 1), r('y', null)),
    ok(r('y', 1), r('x', 1)),
  );
  expect(checkLongFork(history).verdict.kind).toBe('valid');
});

test('a fork between reads of different sizes is found too', () => {
  const history = concurrent(
    ...writes,
    ok(w('z', 1)),
    ok(r('x', 1), r('y', null), r('z', null)),
    ok(r('x', null), r('y', 1), r('z', 1)),
  );
  expect(checkLongFork(history).verdict.kind).toBe('invalid');
});

/** As jepsen.tests.long-fork records it: one write a transaction, reads of a whole group, shuffled. */
function jepsenFork(f: readonly [string, string], second: readonly Value[]): History {
  const [write, read] = f;
  return events(
    ...done(0, write, [['w', 4, 1]]),
    [1, 'invoke', write, [['w', 5, 1]]],
    [1, 'info', write, [['w', 5, 1]]],
    // Another group, of which nobody sees anything.
    ...done(2, read, [
      ['r', 7, null],
      ['r', 6, null],
    ]),
    [
      0,
      'invoke',
      read,
      [
        ['r', 4, null],
        ['r', 5, null],
      ],
    ],
    [
      2,
      'invoke',
      read,
      [
        ['r', 5, null],
        ['r', 4, null],
      ],
    ],
    [
      0,
      'ok',
      read,
      [
        ['r', 4, 1],
        ['r', 5, null],
      ],
    ],
    [2, 'ok', read, second],
    [
      3,
      'invoke',
      read,
      [
        ['r', 4, null],
        ['r', 5, null],
      ],
    ],
    [
      3,
      'fail',
      read,
      [
        ['r', 4, null],
        ['r', 5, null],
      ],
    ],
  );
}

describe.each([[['txn', 'txn']], [['write', 'read']]] as const)("Jepsen's %s", (f) => {
  test('reads of one group in any order are compared with each other only', () => {
    const forked = jepsenFork(f, [
      ['r', 5, 1],
      ['r', 4, null],
    ]);
    expect(checkLongFork(forked).verdict).toMatchObject({ kind: 'invalid', events: [6, 7, 8, 9] });
    const chained = jepsenFork(f, [
      ['r', 5, 1],
      ['r', 4, 1],
    ]);
    expect(checkLongFork(chained).verdict.kind).toBe('valid');
  });
});

test('a key that is written twice is unknown', () => {
  const history = concurrent(ok(w('x', 1)), ok(w('x', 2)), ok(r('x', 1)));
  expect(checkLongFork(history).verdict).toMatchObject({
    kind: 'unknown',
    because: expect.stringContaining('each key must be written once'),
  });
});

test('a history without reads is unknown', () => {
  expect(checkLongFork(concurrent(...writes)).verdict.kind).toBe('unknown');
});
