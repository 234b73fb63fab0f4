import { expect, test } from 'vitest';
import { checkQueue } from '../../checkers/queue.ts';
import { done, events } from './events.ts';

test('what was put in may come out, also while it is being put in', () => {
  const history = events(
    ...done(0, 'enqueue', 1),
    ...done(0, 'dequeue', null, 1),
    [0, 'invoke', 'enqueue', 2],
    ...done(1, 'dequeue', null, 2),
  );
  expect(checkQueue(history).verdict.kind).toBe('valid');
});

test('a value that comes out before it goes in is a violation', () => {
  const history = events(...done(1, 'dequeue', null, 1), ...done(0, 'enqueue', 1));
  expect(checkQueue(history).verdict).toMatchObject({
    kind: 'invalid',
    because:
      '1 came out (process 1, events 0 to 1), which process 0 began to put in only later (event 2)',
  });
});

test('a value that comes out twice is a violation that names both', () => {
  const history = events(
    ...done(0, 'enqueue', 1),
    ...done(1, 'dequeue', null, 1),
    ...done(2, 'dequeue', null, 1),
  );
  expect(checkQueue(history).verdict).toMatchObject({ kind: 'invalid', events: [2, 3, 4, 5] });
});

test('a value whose enqueue failed must not come out', () => {
  const history = events(
    [0, 'invoke', 'enqueue', 1],
    [0, 'fail', 'enqueue', 1],
    ...done(1, 'dequeue', null, 1),
  );
  expect(checkQueue(history).verdict.kind).toBe('invalid');
});

test('a queue from which nothing came is unknown', () => {
  expect(checkQueue(events(...done(0, 'enqueue', 1))).verdict.kind).toBe('unknown');
});
