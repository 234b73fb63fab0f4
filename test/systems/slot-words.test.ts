/** A log of slots in the words of scenarios. */

import { describe, expect, test } from 'vitest';
import { type Command, operationCommand } from '../../systems/kv.ts';
import { chosenWords, learningWords, reportWords } from '../../systems/slot-words.ts';

function write(value: string): Command {
  return operationCommand({ f: 'write', key: 'x', value }, 0, 0, 0);
}

describe('slots in words', () => {
  test('shows a hole between chosen slots, and nothing that a snapshot covers', () => {
    const chosen = new Map([
      [4, write('a')],
      [6, write('b')],
    ]);
    expect(chosenWords(3, chosen)).toEqual(['a', null, 'b']);
    expect(chosenWords(3, new Map())).toEqual([]);
  });

  test('reports what was accepted apart from what is known to be chosen, and null for neither', () => {
    expect(reportWords('accepted', ['a in 1'], ['b in 2'])).toBe('accepted a in 1; chosen b in 2');
    expect(reportWords('accepted', [], ['b in 2'])).toBe('chosen b in 2');
    expect(reportWords('accepted', [], [])).toBeNull();
  });

  test('tells what is asked and what is told', () => {
    expect(learningWords({ kind: 'learn-request', from: 7 })).toBe('LearnRequest(from slot 7)');
    const chosen = [7, 8].map((slot) => ({ slot, command: write('a') }));
    expect(learningWords({ kind: 'learn', snapshot: null, chosen, upTo: 9 })).toBe('Learn(7, 8)');
  });
});
