import { describe, expect, test } from 'vitest';
import { checkTotalQueue } from '../../checkers/total-queue.ts';
import { done, events } from './events.ts';

describe('total queue', () => {
  test('everything that went in and came out, by dequeue or drain, is valid', () => {
    const history = events(
      ...done(0, 'enqueue', 1),
      ...done(0, 'enqueue', 2),
      ...done(0, 'dequeue', null, 1),
      ...done(0, 'drain', null, [2]),
    );
    expect(checkTotalQueue(history).verdict.kind).toBe('valid');
  });

  test('an acknowledged value that never came out is lost', () => {
    const history = events(...done(0, 'enqueue', 1), ...done(0, 'drain', null, []));
    expect(checkTotalQueue(history).verdict).toMatchObject({
      kind: 'invalid',
      because: 'acknowledged values that never came out: 1',
    });
  });

  test('what nobody tried to take out after it was acknowledged may still be in', () => {
    const undrained = events(...done(0, 'enqueue', 1), ...done(0, 'enqueue', 2));
    expect(checkTotalQueue(undrained)).toMatchObject({
      verdict: { kind: 'unknown', because: expect.stringContaining('nobody tried to take') },
      stats: { acknowledged: 2, lost: 0 },
    });
    const late = events(
      ...done(0, 'enqueue', 1),
      ...done(0, 'dequeue', null, 1),
      ...done(0, 'enqueue', 1),
    );
    expect(checkTotalQueue(late).verdict.kind).toBe('unknown');
    const early = events(
      ...done(0, 'enqueue', 1),
      ...done(0, 'drain', null, []),
      ...done(0, 'enqueue', 1),
    );
    expect(checkTotalQueue(early)).toMatchObject({
      verdict: { kind: 'invalid' },
      stats: { lost: 1 },
    });
  });

  test('a value whose enqueue never answered came out after all: recovered, as in Jepsen', () => {
    const history = events(
      [1, 'invoke', 'enqueue', 1],
      ...done(2, 'enqueue', 2),
      ...done(3, 'dequeue', null, 1),
      ...done(3, 'dequeue', null, 2),
    );
    expect(checkTotalQueue(history)).toMatchObject({
      verdict: { kind: 'valid' },
      stats: { attempted: 2, acknowledged: 1, recovered: 1, lost: 0 },
    });
  });

  test('a dequeue that crashed may have taken the missing value', () => {
    const history = events(
      ...done(0, 'enqueue', 1),
      [1, 'invoke', 'dequeue'],
      [1, 'info', 'dequeue'],
      ...done(0, 'drain', null, []),
    );
    expect(checkTotalQueue(history).verdict.kind).toBe('unknown');
  });

  test('a value that nobody put in is a violation', () => {
    const history = events(...done(0, 'enqueue', 1), ...done(0, 'drain', null, [1, 7]));
    expect(checkTotalQueue(history).verdict.kind).toBe('invalid');
  });

  test('a value that came out twice is a violation only where at-least-once is not enough', () => {
    const history = events(...done(0, 'enqueue', 1), ...done(0, 'drain', null, [1, 1]));
    expect(checkTotalQueue(history)).toMatchObject({
      verdict: { kind: 'valid' },
      stats: { duplicated: 1 },
    });
    expect(checkTotalQueue(history, { allowDuplicates: false }).verdict.kind).toBe('invalid');
  });

  test('an unused queue is unknown', () => {
    expect(checkTotalQueue(events(...done(0, 'drain', null, []))).verdict.kind).toBe('unknown');
  });
});
