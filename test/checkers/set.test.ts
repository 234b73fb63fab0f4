import { describe, expect, test } from 'vitest';
import { checkSet } from '../../checkers/set.ts';
import { done, events } from './events.ts';

describe('set', () => {
  test('a final read with every acknowledged element is valid', () => {
    const { verdict, stats } = checkSet(
      events(
        ...done(0, 'add', 1),
        [1, 'invoke', 'add', 2],
        [1, 'info', 'add', 2],
        ...done(0, 'read', null, [1, 2]),
      ),
    );
    expect(verdict.kind).toBe('valid');
    expect(stats).toMatchObject({ acknowledged: 1, recovered: 1, lost: 0 });
  });

  test('an acknowledged element that the final read lacks is lost', () => {
    const { verdict } = checkSet(
      events(...done(0, 'add', 1), ...done(0, 'add', 2), ...done(0, 'read', null, [2])),
    );
    expect(verdict).toMatchObject({
      kind: 'invalid',
      events: [0, 1, 4, 5],
      because: 'the final read (process 0, events 4 to 5) lacks acknowledged elements: 1',
    });
  });

  test('an element that nobody added is a violation', () => {
    expect(
      checkSet(events(...done(0, 'add', 1), ...done(0, 'read', null, [1, 9]))).verdict.kind,
    ).toBe('invalid');
  });

  test('an element whose add failed is a violation', () => {
    const history = events(
      [0, 'invoke', 'add', 1],
      [0, 'fail', 'add', 1],
      ...done(0, 'read', null, [1]),
    );
    expect(checkSet(history).verdict.kind).toBe('invalid');
  });

  test('an add that is acknowledged during the final read may be missing from it', () => {
    const history = events([0, 'invoke', 'read'], ...done(1, 'add', 1), [0, 'ok', 'read', []]);
    expect(checkSet(history).verdict.kind).toBe('valid');
  });

  test('a set that was never read is unknown', () => {
    expect(checkSet(events(...done(0, 'add', 1))).verdict.kind).toBe('unknown');
  });

  test('keys are judged apart', () => {
    const history = events(
      ...done(0, 'add', 1, 1, 'a'),
      ...done(0, 'read', null, [1], 'a'),
      ...done(0, 'add', 1, 1, 'b'),
      ...done(0, 'read', null, [], 'b'),
    );
    expect(checkSet(history).verdict).toMatchObject({ because: expect.stringContaining('key b') });
  });
});
