import { expect, test } from 'vitest';
import { checkLongFork } from '../../checkers/long-fork.ts';
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
