/** Witnesses stay readable, however large the object is. */

import { expect, test } from 'vitest';
import { History, type Value } from '../../../checkers/history.ts';
import { checkLinearizable, type Model, models } from '../../../checkers/linearizable/index.ts';
import { history as lines } from './lines.ts';

const MANY = Array.from({ length: 500 }, (_, i) => i);

/** One client after another asks, and the last answer is wrong. */
function sequence(steps: readonly (readonly [f: string, input: Value, output: Value])[]): History {
  const history = new History();
  for (const [at, [f, input, output]] of steps.entries()) {
    history.push({ time: 2 * at, type: 'invoke', process: at % 5, f, value: input });
    history.push({ time: 2 * at + 1, type: 'ok', process: at % 5, f, value: output });
  }
  return history;
}

const writes = MANY.map((i) => ['write', `register-${i}`, i]);

test.each<[string, Value, History]>([
  ['set', null, sequence([...MANY.map((i) => ['add', i, true] as const), ['read', null, [7]]])],
  [
    'log',
    null,
    sequence([...MANY.map((i) => ['append', i % 7, i] as const), ['read', null, MANY]]),
  ],
  ['stack', null, sequence([...MANY.map((i) => ['push', i % 7, i] as const), ['pop', null, 6]])],
  [
    'kv-append',
    'x',
    sequence([
      ['append', 'y'.repeat(9000), null],
      ['get', null, 'z'],
    ]),
  ],
  [
    'multi-register',
    null,
    sequence([
      ['txn', writes, writes],
      ['txn', [['read', 'register-3', null]], [['read', 'register-3', 99]]],
    ]),
  ],
])('a wrong answer of a large %s is told in short sentences', (model, initial, history) => {
  const { verdict } = checkLinearizable(history, { model, initial });
  if (verdict.kind !== 'invalid' || verdict.witness === undefined) throw new Error(verdict.kind);
  for (const sentence of verdict.witness.sentences) expect(sentence.length).toBeLessThan(450);
  for (const { stateAfter = '', why = '' } of verdict.witness.operations) {
    expect(Math.max(stateAfter.length, why.length)).toBeLessThan(350);
  }
});

test('a long list is cut between its elements, and both ends are there', () => {
  const answers = MANY.map((i) => ['append', i, null] as const);
  const history = sequence([['append', 0, null], ...answers, ['read', null, [1]]]);
  // A model of one's own has no monitor, whose sentence would be shorter.
  const model: Model = { ...models.log, name: 'my-log' };
  const { verdict } = checkLinearizable(history, { model });
  const told = verdict.kind === 'invalid' ? verdict.witness?.sentences.join('\n') : '';
  expect(told).toContain('[0 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 ... 488 489 490');
  expect(told).toContain('498 499]');
});

test.each([
  ['write-once', 'propose', [1, 2], [1, 2], 'process 1 proposed 2 (answered: 2) at 3 ns although'],
  ['write-once', 'propose', [1, 2], [1, 2], 'so that the decision was 1'],
  ['write-once', 'write', [1, 2], [1, 2], 'process 1 wrote 2 at 3 ns although'],
  ['mutex', 'release', [null], [null], 'although the lock is free from the start'],
  ['semaphore', 'release', [null], [null], 'although the semaphore is held 0 times of 1'],
] as const)(
  'a %s is told of by its own name, and its %s in words: %j',
  (name, f, asked, answers, said) => {
    const steps = asked.map((input, at) => [f, input, answers[at] as Value] as const);
    const model = models[name] as Model<unknown>;
    const { verdict } = checkLinearizable(sequence(steps), { model });
    expect(verdict.kind === 'invalid' ? verdict.because : '').toContain(said);
  },
);

test.each<[string, readonly string[], number | undefined]>([
  [
    'register',
    [
      '0 invoke write 1',
      '0 ok write 1',
      '1 invoke read',
      '1 ok read 2',
      '0 invoke read',
      '0 ok read 1',
    ],
    2,
  ],
  [
    'fifo-queue',
    [
      '0 invoke enqueue 1',
      '0 ok enqueue 1',
      '0 invoke dequeue',
      '0 ok dequeue 1',
      '1 invoke dequeue',
      '1 ok dequeue 1',
    ],
    4,
  ],
  ['counter', ['0 invoke add 1', '0 ok add 1', '1 invoke read', '1 ok read 3'], 2],
  // Neither of the two is more to blame than the other.
  [
    'cas-register',
    [
      '0 invoke write 1',
      '0 ok write 1',
      '0 invoke cas [1,2]',
      '0 ok cas [1,2]',
      '1 invoke cas [1,3]',
      '1 ok cas [1,3]',
    ],
    undefined,
  ],
])(
  'a contradiction of a %s says which operation is to blame, where one is',
  (model, text, culprit) => {
    const { verdict } = checkLinearizable(lines(...text), { model });
    if (verdict.kind !== 'invalid' || verdict.witness === undefined) throw new Error(verdict.kind);
    expect(verdict.witness.culprit, verdict.because).toBe(culprit);
  },
);

test('of a value that nobody wrote, since the register began with it, nobody is said to have', () => {
  const twice = sequence([1, 2].map((to) => ['cas', [null, to], true] as const));
  const { verdict } = checkLinearizable(twice, { model: models['cas-register'] as Model<unknown> });
  const because = verdict.kind === 'invalid' ? verdict.because : '';
  expect(because).toContain('replaced the same value, which was there only once');
});
