/** Every rule of every system has its line, and the lines are fit to be shown. */

import { describe, expect, test } from 'vitest';
import { systems } from '../../systems/index.ts';
import {
  count,
  listOf,
  oneOf,
  orNull,
  orUndefined,
  shaped,
  timeUs,
  wholeNumber,
  yesOrNo,
} from '../../systems/rule-table.ts';

describe.each(Object.values(systems))('the rule table of $name', (system) => {
  const table = system.ruleTable ?? {};

  test('has a line for every rule, and for nothing else', () => {
    expect(Object.keys(table).sort()).toEqual(Object.keys(system.rules).sort());
  });

  test('says each in a line for people', () => {
    for (const [name, { says, answers }] of Object.entries(table)) {
      expect(says, name).toMatch(/^\S.{10,100}\S$/);
      expect(answers.what, name).not.toBe('');
    }
  });
});

describe('an answer', () => {
  const ballot = shaped<{ term: number; leader: number | null }>('a ballot', {
    term: count,
    leader: orNull(count),
  });

  test.each([
    ['a boolean', yesOrNo, [true, false], [undefined, null, 0, 'true']],
    ['a whole number', wholeNumber, [-1, 0, 7], [0.5, Number.NaN, '1', undefined]],
    ['a count', count, [0, 7], [-1, 0.5, Number.POSITIVE_INFINITY]],
    ['a time', timeUs, [0, -1, 0.5, Number.POSITIVE_INFINITY], [Number.NaN, undefined, '1']],
    ['a choice', oneOf('a', 'b'), ['a', 'b'], ['c', undefined, null]],
    ['a choice or null', orNull(oneOf('a')), ['a', null], ['c', undefined]],
    ['a choice or undefined', orUndefined(oneOf('a')), ['a', undefined], ['c', null]],
    ['a list', listOf(count), [[], [1, 2]], [[-1], 3, {}, null]],
    [
      'an object',
      ballot,
      [
        { term: 1, leader: null },
        { term: 1, leader: 2, more: 'x' },
      ],
      [{ term: 1 }, {}, null, { term: 1, leader: -1 }],
    ],
  ])('that must be %s is told from one that is not', (_, answers, right, wrong) => {
    expect(right.filter((value) => !answers.accepts(value))).toEqual([]);
    expect(wrong.filter((value) => answers.accepts(value))).toEqual([]);
  });
});
