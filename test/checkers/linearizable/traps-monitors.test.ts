/** Mistakes that a monitor can make: with operations without an answer above all. */

import { expect, test } from 'vitest';
import type { Value } from '../../../checkers/history.ts';
import { checkLinearizable } from '../../../checkers/linearizable/index.ts';
import { history } from './lines.ts';

const judge = (model: string, lines: readonly string[], initial: Value = null): string => {
  const { verdict, decidedBy } = checkLinearizable(history(...lines), { model, initial });
  return `${verdict.kind} by ${decidedBy}`;
};

test('a write without an answer happened if a compare-and-set that was seen replaced it', () => {
  const seen = [
    '0 invoke write 1',
    '0 info write 1',
    '1 invoke cas [1,2]',
    '1 info cas [1,2]',
    '2 invoke read',
    '2 ok read 2',
    '2 invoke read',
  ];
  expect(judge('cas-register', [...seen, '2 ok read 2'])).toBe('valid by register monitor');
  expect(judge('cas-register', [...seen, '2 ok read 1'])).toBe('invalid by register monitor');
});

test('compare-and-sets that make each other need a beginning', () => {
  const circle = ['0 invoke cas [1,2]', '1 invoke cas [2,1]', '0 ok cas [1,2]', '1 ok cas [2,1]'];
  expect(judge('cas-register', circle)).toBe('invalid by register monitor');
  const begun = ['3 invoke write 1', '3 info write 1', ...circle.slice(0, 1), circle[2] as string];
  expect(judge('cas-register', begun)).toBe('valid by register monitor');
});

test('two compare-and-sets cannot both replace a value that was written once', () => {
  const lines = [
    '0 invoke write 1',
    '0 ok write 1',
    '1 invoke cas [1,2]',
    '2 invoke cas [1,3]',
    '1 ok cas [1,2]',
  ];
  expect(judge('cas-register', [...lines, '2 ok cas [1,3]'])).toBe('invalid by register monitor');
  expect(judge('cas-register', [...lines, '2 info cas [1,3]'])).toBe('valid by register monitor');
});

test('a refused compare-and-set may have fallen between two writes of nobody else', () => {
  const between = history(
    '0 invoke write 1',
    '0 ok write 1',
    '1 invoke cas [1,9]',
    '2 invoke write 2',
    '2 ok write 2',
    '1 fail cas [1,9]',
  );
  const observed = { model: 'cas-register', failedCas: 'observed' } as const;
  expect(checkLinearizable(between, observed).verdict.kind).toBe('valid');
});

test('an unread write that was answered still needs its moment', () => {
  const lines = [
    '0 invoke write 1',
    '0 ok write 1',
    '1 invoke read',
    '1 ok read 1',
    '0 invoke write 2',
    '0 ok write 2',
    '1 invoke read',
    '1 ok read 1',
  ];
  expect(judge('register', lines)).toBe('invalid by register monitor');
  const crashed = lines.map((line) => (line === '0 ok write 2' ? '0 info write 2' : line));
  expect(judge('register', crashed)).toBe('valid by register monitor');
});

test.each([
  ['valid', 'contains 5 true', 'contains 5 false'],
  ['invalid', 'contains 5 false', 'contains 5 true'],
])(
  'an add and a remove without answers may both have happened, in that order: %s',
  (kind, ...answers) => {
    const lines = ['0 invoke add 5', '0 info add 5', '1 invoke remove 5', '1 info remove 5'];
    for (const answer of answers) {
      const [f, element, saw] = answer.split(' ');
      lines.push(`2 invoke ${f} ${element}`, `2 ok ${f} ${saw}`);
    }
    // Seen first, gone later: both happened. Not seen first: the add came in between.
    const last = ['2 invoke contains 5', '2 ok contains false'];
    expect(judge('set', kind === 'valid' ? lines : [...lines, ...last, ...lines.slice(6)])).toBe(
      `${kind} by set monitor`,
    );
  },
);

const overtaken = (dequeues: number): string[] => [
  ...[1, 2, 3].flatMap((value) => [`0 invoke enqueue ${value}`, `0 ok enqueue ${value}`]),
  ...Array.from({ length: dequeues }, (_, n) => `${10 + n} invoke dequeue`),
  '1 invoke dequeue',
  '1 ok dequeue 3',
];

test('values that were overtaken need as many unanswered dequeues, asked for in time', () => {
  expect(judge('fifo-queue', overtaken(2))).toBe('valid by queue monitor');
  expect(judge('fifo-queue', overtaken(1))).toBe('invalid by queue monitor');
  expect(judge('fifo-queue', [...overtaken(1), '20 invoke dequeue'])).toBe(
    'invalid by queue monitor',
  );
});

test('a queue that was found empty needs an unanswered dequeue for each value left over', () => {
  const found = (dequeues: number, later: number): string[] => [
    ...overtaken(0).slice(0, 4),
    ...Array.from({ length: dequeues }, (_, n) => `${10 + n} invoke dequeue`),
    '1 invoke dequeue',
    '1 ok dequeue',
    ...Array.from({ length: later }, (_, n) => `${20 + n} invoke dequeue`),
  ];
  for (const model of ['fifo-queue', 'unordered-queue']) {
    const by = model === 'fifo-queue' ? 'queue monitor' : 'unordered-queue monitor';
    expect(judge(model, found(2, 0))).toBe(`valid by ${by}`);
    expect(judge(model, found(1, 5))).toBe(`invalid by ${by}`);
  }
});

test('what an unanswered enqueue put in may have been taken, or never have been there', () => {
  const lines = ['0 invoke enqueue 1', '0 info enqueue 1', '1 invoke dequeue'];
  expect(judge('fifo-queue', [...lines, '1 ok dequeue 1'])).toBe('valid by queue monitor');
  expect(judge('fifo-queue', [...lines, '1 ok dequeue'])).toBe('valid by queue monitor');
});

test('a value on top may have been popped by an unanswered pop that began in time', () => {
  const pushes = ['0 invoke push 1', '0 ok push 1', '0 invoke push 2', '0 ok push 2'];
  const pop = ['1 invoke pop', '1 ok pop 1'];
  expect(judge('stack', [...pushes, '9 invoke pop', ...pop])).toBe('valid by stack monitor');
  expect(judge('stack', [...pushes, ...pop, '9 invoke pop'])).toBe('invalid by stack monitor');
  const two = [...pushes, '0 invoke push 3', '0 ok push 3', '9 invoke pop', ...pop];
  expect(judge('stack', two)).toBe('invalid by stack monitor');
});

test('an unordered queue counts how often a value was put in, by when it was asked for', () => {
  const lines = ['0 invoke enqueue 1', '1 invoke dequeue', '1 ok dequeue 1', '1 invoke dequeue'];
  const answered = [...lines, '0 ok enqueue 1', '2 invoke enqueue 1'];
  const by = 'unordered-queue monitor';
  expect(judge('unordered-queue', [...answered, '1 ok dequeue 1'])).toBe(`valid by ${by}`);
  expect(judge('unordered-queue', [...answered.slice(0, -1), '1 ok dequeue 1'])).toBe(
    `invalid by ${by}`,
  );
});

test('an append without an answer counts where it was seen, and only there', () => {
  const lines = ['0 invoke append 1', '0 info append 1', '1 invoke append 2', '1 ok append 2'];
  const read = (seen: string): string[] => [...lines, '2 invoke read', `2 ok read ${seen}`];
  expect(judge('log', read('[1,2]'))).toBe('valid by log monitor');
  expect(judge('log', read('[2]'))).toBe('valid by log monitor');
  expect(judge('log', read('[1]'))).toBe('invalid by log monitor');
});

test('offsets order what nobody has read', () => {
  const lines = (first: number, second: number): string[] => [
    '0 invoke append "a"',
    `0 ok append ${first}`,
    '1 invoke append "b"',
    `1 ok append ${second}`,
  ];
  expect(judge('offset-log', lines(3, 7))).toBe('valid by log monitor');
  expect(judge('offset-log', lines(7, 3))).toBe('invalid by log monitor');
  expect(judge('offset-log', lines(3, 3))).toBe('invalid by log monitor');
});

test('an append that nobody saw cannot lie between two reads of the text', () => {
  const lines = (answer: string): string[] => [
    '0 invoke append "a "',
    '0 ok append "a "',
    '1 invoke get',
    '1 ok get "a "',
    '0 invoke append "b "',
    `0 ${answer} append "b "`,
    '1 invoke get',
    '1 ok get "a "',
  ];
  expect(judge('kv-append', lines('ok'), '')).toBe('invalid by text monitor');
  expect(judge('kv-append', lines('info'), '')).toMatch(/^valid/);
});

test('texts whose pieces begin each other do not show who appended what', () => {
  const lines = [
    '0 invoke append "a"',
    '1 invoke append "ab"',
    '2 invoke append "b"',
    '3 invoke get',
    '3 ok get "ab"',
  ];
  expect(judge('kv-append', lines, '')).not.toContain('text monitor');
  expect(judge('kv-append', lines, '')).toMatch(/^valid/);
});

test('a semaphore is held from the answer to an acquire to the call of a release', () => {
  const lines = [
    '0 invoke acquire',
    '1 invoke acquire',
    '0 ok acquire',
    '1 ok acquire',
    '2 invoke acquire',
    '0 invoke release',
    '0 info release',
    '2 ok acquire',
  ];
  expect(judge('semaphore', lines, 2)).toBe('valid by semaphore monitor');
  expect(judge('semaphore', lines, 1)).toBe('invalid by semaphore monitor');
  const unreleased = lines.filter((line) => !line.includes('release'));
  expect(judge('semaphore', unreleased, 2)).toBe('invalid by semaphore monitor');
});

test('a count beyond everything that was asked for is refused without a search', () => {
  const lines = ['0 invoke inc 5', '0 info inc 5', '1 invoke dec 2', '1 ok dec 2', '2 invoke read'];
  const counts = [-3, -2, 3, 4].map((count) => judge('counter', [...lines, `2 ok read ${count}`]));
  const refused = 'invalid by counter monitor';
  expect(counts[0]).toBe(refused);
  expect(counts[1]).toMatch(/^valid/);
  expect(counts[2]).toMatch(/^valid/);
  expect(counts[3]).toBe(refused);
});

test('a counter that goes up by ones is never between two whole numbers', () => {
  const lines = ['0 invoke inc', '0 info inc', '1 invoke read', '1 ok read 0.5'];
  expect(judge('counter', lines)).toBe('invalid by counter monitor');
});

test('fractions that were added in another order may sum up to another count', () => {
  const [one, two, three] = [0.1, 0.2, 0.3];
  const lines = [one, two, three].map((step, who) => `${who} invoke inc ${step}`);
  for (const who of [0, 1, 2]) lines.push(`${who} ok inc`);
  lines.push('3 invoke read', `3 ok read ${three + two + one}`);
  expect(three + two + one).not.toBe(one + two + three);
  expect(judge('counter', lines)).toMatch(/^valid/);
});

test('a semaphore of which several permits are taken at a time is not judged', () => {
  const lines = ['0 invoke acquire 3', '0 ok acquire 3', '1 invoke release', '1 ok release'];
  expect(judge('semaphore', lines, 3)).toMatch(/^unknown/);
  expect(judge('semaphore', lines.with(0, '0 invoke acquire 1'), 3)).toMatch(/^valid/);
});

test('the permits of a process are given back in turn, and all that is held is named', () => {
  const acquire = ['0 invoke acquire', '0 ok acquire'];
  const release = ['0 invoke release', '0 ok release'];
  const lines = [...acquire, ...acquire, ...release, ...acquire];
  expect(judge('semaphore', lines, 2)).toBe('valid by semaphore monitor');
  expect(judge('semaphore', [...lines, ...release, ...release], 2)).toMatch(/^valid/);
  expect(judge('semaphore', [...lines, ...acquire], 2)).toBe('invalid by semaphore monitor');
});
