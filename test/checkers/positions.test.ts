/** Positions in answers never go back, for a session and for what began after them. */

import { expect, test } from 'vitest';
import { History, type NewEvent } from '../../checkers/history.ts';
import { checkPositions } from '../../checkers/positions.ts';

type Step = readonly [
  process: number,
  type: 'invoke' | 'ok',
  f: string,
  position?: number | undefined,
  key?: string | undefined,
];

function history(...steps: readonly Step[]): History {
  return History.from(
    steps.map(
      ([process, type, f, position, key], time): NewEvent => ({
        time,
        type,
        process,
        f,
        value: null,
        position,
        key,
      }),
    ),
  );
}

const done = (process: number, f: string, position?: number, key?: string): Step[] => [
  [process, 'invoke', f, undefined, key],
  [process, 'ok', f, position, key],
];

test('a session that is answered an earlier position than before is a violation', () => {
  const { verdict } = checkPositions(history(...done(0, 'read', 5), ...done(0, 'read', 4)));
  expect(verdict).toMatchObject({ kind: 'invalid', property: 'positions', events: [1, 2, 3] });
});

test('a change that takes effect before what had been answered is a violation, a stale read is none', () => {
  const write = history(...done(0, 'write', 5), ...done(1, 'write', 4));
  expect(checkPositions(write).verdict.kind).toBe('invalid');
  const read = history(...done(0, 'write', 5), ...done(1, 'read', 4));
  expect(checkPositions(read).verdict.kind).toBe('valid');
});

test('overlapping changes, equal positions and failures go back nowhere', () => {
  const overlapping = history(
    [0, 'invoke', 'write'],
    [1, 'invoke', 'write'],
    [0, 'ok', 'write', 5],
    [1, 'ok', 'write', 4],
  );
  expect(checkPositions(overlapping).verdict.kind).toBe('valid');
  const equal = history(...done(0, 'write', 5), ...done(0, 'read', 5), ...done(1, 'write', 5));
  expect(checkPositions(equal).verdict.kind).toBe('valid');
});

test('keys are apart unless the caller says that positions are of all', () => {
  const keys = history(...done(0, 'write', 5, 'x'), ...done(0, 'write', 2, 'y'));
  expect(checkPositions(keys).verdict.kind).toBe('valid');
  expect(checkPositions(keys, { scope: 'all' }).verdict.kind).toBe('invalid');
});

test('without positions nothing is known', () => {
  expect(checkPositions(history(...done(0, 'read'), ...done(0, 'read'))).verdict.kind).toBe(
    'unknown',
  );
});
