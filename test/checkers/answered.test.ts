import { expect, test } from 'vitest';
import { checkAnswered } from '../../checkers/answered.ts';
import { History } from '../../checkers/history.ts';

const ENDS = ['ok', 'fail', 'info'] as const;

/** Operations that ended so, each with an error if it was not `ok`; `open` never did. */
function asked(...ends: readonly ((typeof ENDS)[number] | 'open')[]): History {
  const history = new History();
  for (const [process, type] of ends.entries()) {
    history.push({ time: process, type: 'invoke', process, f: 'read', value: null });
    if (type === 'open') continue;
    const error = type === 'ok' ? {} : { error: type === 'fail' ? 'no such key' : 'timeout' };
    history.push({ time: process, type, process, f: 'read', value: null, ...error });
  }
  return history;
}

test('all are owed an answer where the share is 1', () => {
  const kind = (history: History) => checkAnswered(history, { least: 1 }).verdict.kind;
  expect(kind(asked('ok', 'ok'))).toBe('valid');
  for (const end of ['fail', 'info', 'open'] as const)
    expect(kind(asked('ok', end))).toBe('invalid');
});

test('so many may go unanswered as the share leaves, and it is said how many did', () => {
  const history = asked('ok', 'ok', 'ok', 'info');
  expect(checkAnswered(history, { least: 0.75 }).verdict.kind).toBe('valid');
  expect(checkAnswered(history, { least: 0.76 }).verdict).toMatchObject({
    kind: 'invalid',
    because: '3 of 4 operations were answered, 75 %, where 76 % must be ("timeout")',
    events: [6, 7],
  });
});

test('a failure may be an answer', () => {
  const isAnswer = (error: string) => error === 'no such key';
  const { verdict } = checkAnswered(asked('ok', 'fail'), { least: 1, isAnswer });
  expect(verdict.kind).toBe('valid');
});

test('where nobody asked, nothing is known', () => {
  expect(checkAnswered(asked(), { least: 1 }).verdict.kind).toBe('unknown');
});
