import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { History, Value } from '../../checkers/history.ts';
import { checkKafka } from '../../checkers/kafka.ts';
import { done, type Event, events } from './events.ts';

type Pair = readonly [offset: number, message: number];

/** A send, acknowledged at an offset. */
function sent(process: number, message: number, offset: number, key = 'k1'): Event[] {
  return done(process, 'send', message, offset, key);
}

/** A poll of one key that was asked for what stands from an offset on. */
function polled(process: number, from: number, pairs: readonly Pair[], key = 'k1'): Event[] {
  return done(process, 'poll', null, [[key, from, pairs]], '');
}

/** The whole log as it was found at the end: two requests, of which the last brings nothing. */
function drained(pairs: readonly Pair[], key = 'k1'): Event[] {
  const end = 1 + Math.max(-1, ...pairs.map(([offset]) => offset));
  const rounds: Value = [
    [key, 0, pairs],
    [key, end, []],
  ];
  return done(9, 'drain', null, rounds, key);
}

function verdictOf(...list: readonly Event[][]) {
  return checkKafka(events(...list.flat())).verdict;
}

describe('a log is right', () => {
  test('that was polled in order and to its end, with gaps where nothing was ever put', () => {
    const [a, b] = [sent(0, 7, 0), sent(1, 8, 5)];
    const all: Pair[] = [
      [0, 7],
      [5, 8],
    ];
    expect(verdictOf(a, b, polled(2, 0, all.slice(0, 1)), drained(all)).kind).toBe('valid');
  });

  test('where a message is polled whose send was never answered', () => {
    const open: Event[] = [
      [0, 'invoke', 'send', 7, 'k1'],
      [0, 'info', 'send', 7, 'k1'],
    ];
    expect(verdictOf(open, polled(1, 0, [[0, 7]])).kind).toBe('valid');
  });

  test('where what was sent after the last look at it was found by nobody', () => {
    expect(verdictOf(sent(0, 7, 0), drained([[0, 7]]), sent(0, 8, 1)).kind).toBe('valid');
  });

  test('where nobody looked at all of it: what was not found may come yet', () => {
    expect(verdictOf(sent(0, 7, 0), sent(0, 8, 1), polled(1, 0, [[0, 7]])).kind).toBe('valid');
  });

  test('and logs of different keys have nothing to do with one another', () => {
    const other = sent(1, 8, 0, 'k2');
    expect(verdictOf(sent(0, 7, 0), other, polled(2, 0, [[0, 8]], 'k2')).kind).toBe('valid');
  });
});

test('nothing polled is nothing known', () => {
  expect(verdictOf(sent(0, 7, 0), polled(1, 0, []))).toMatchObject({ kind: 'unknown' });
});

const WRONG: readonly (readonly [string, readonly Event[][], RegExp, readonly number[]])[] = [
  [
    'a poll that leaves out a message',
    [
      sent(0, 7, 0),
      sent(0, 8, 1),
      sent(0, 9, 2),
      polled(1, 0, [
        [0, 7],
        [2, 9],
      ]),
    ],
    /^key k1: the poll of process 1, events 6 to 7 from offset 0 on found offset 2 but not 1, where 8 is \(acknowledged to process 0, events 2 to 3\)$/,
    [2, 3, 6, 7],
  ],
  [
    'a poll that begins after what it was asked for, and past a message',
    [sent(0, 7, 3), sent(0, 8, 4), polled(1, 3, [[4, 8]])],
    /from offset 3 on found offset 4 but not 3, where 7 is/,
    [0, 1, 4, 5],
  ],
  [
    'a poll that begins before what it was asked for',
    [sent(0, 7, 3), polled(1, 4, [[3, 7]])],
    /asked for what stands from offset 4 on, and was given offset 3$/,
    [2, 3],
  ],
  [
    'offsets that go back within a poll',
    [
      sent(0, 7, 0),
      sent(0, 8, 1),
      polled(1, 0, [
        [1, 8],
        [0, 7],
      ]),
    ],
    /found offset 0 after offset 1$/,
    [4, 5],
  ],
  [
    'a message that nobody sent',
    [polled(1, 0, [[0, 7]])],
    /found 7 at offset 0, which nobody sent$/,
    [0, 1],
  ],
  [
    'a message that was refused',
    [
      [
        [0, 'invoke', 'send', 7, 'k1'],
        [0, 'fail', 'send', 7, 'k1'],
      ],
      polled(1, 0, [[0, 7]]),
    ],
    /found 7 at offset 0, which was refused \(process 0, events 0 to 1\)$/,
    [0, 1, 2, 3],
  ],
  [
    'two messages at one offset',
    [sent(0, 7, 0), sent(1, 8, 0)],
    /offset 0 has two messages: 7 \(process 0, events 0 to 1\) and 8 \(process 1, events 2 to 3\)$/,
    [0, 1, 2, 3],
  ],
  [
    'one message at two offsets',
    [
      sent(0, 7, 0),
      polled(1, 0, [
        [0, 7],
        [1, 7],
      ]),
    ],
    /the message 7, sent once, is at two offsets: 0 \(process 0.*and 1 \(process 1/,
    [0, 1, 2, 3],
  ],
  [
    'sends of one process that change their order',
    [sent(0, 7, 5), sent(0, 8, 4)],
    /process 0 sent 7, at offset 5, and then 8, at offset 4, which is not after it$/,
    [0, 1, 2, 3],
  ],
  [
    'an acknowledged message that is not there in the end',
    [sent(0, 7, 0), sent(0, 8, 1), drained([[0, 7]])],
    /8, acknowledged at offset 1 .* was found by no poll, not even by the last one from the beginning/,
    [2, 3, 4, 5],
  ],
];

test.each(WRONG)('%s is a violation', (_, list, because, accused) => {
  expect(verdictOf(...list)).toMatchObject({
    kind: 'invalid',
    because: expect.stringMatching(because),
    events: accused,
  });
});

/** What somebody did to a log whose messages are small numbers: sent one, or polled some. */
type Step =
  | { readonly send: number; readonly offset: number; readonly process: number }
  | { readonly from: number; readonly pairs: readonly Pair[] };

const small = fc.nat({ max: 3 });
const steps = fc.array(
  fc.oneof(
    fc.record({ send: small, offset: small, process: fc.nat({ max: 1 }) }),
    fc.record({ from: small, pairs: fc.array(fc.tuple(small, small), { maxLength: 3 }) }),
  ),
  { minLength: 1, maxLength: 6 },
);

function historyOf(list: readonly Step[]): History {
  return events(
    ...list.flatMap((step) =>
      'send' in step
        ? sent(step.process, step.send, step.offset)
        : polled(5, step.from, step.pairs),
    ),
  );
}

/** Whether some log of at most four offsets, and an order of sends, explains every answer: by trying all. */
function isExplained(list: readonly Step[]): boolean {
  const sends = list.flatMap((step) => ('send' in step ? [step] : []));
  const polls = list.flatMap((step) => ('send' in step ? [] : [step]));
  const ascends = [0, 1].every((process) => {
    const offsets = sends.filter((send) => send.process === process).map(({ offset }) => offset);
    return offsets.every((offset, at) => at === 0 || (offsets[at - 1] ?? 0) < offset);
  });
  if (!ascends) return false;
  const messages = [null, 0, 1, 2, 3];
  const logs = messages.flatMap((a) =>
    messages.flatMap((b) => messages.flatMap((c) => messages.map((d) => [a, b, c, d]))),
  );
  return logs.some((log) => {
    const held = log.filter((message) => message !== null);
    if (new Set(held).size < held.length) return false;
    if (!held.every((message) => sends.some(({ send }) => send === message))) return false;
    if (!sends.every(({ send, offset }) => log[offset] === send)) return false;
    return polls.every(({ from, pairs }) => {
      const there = log.flatMap((message, at) =>
        message === null || at < from ? [] : [[at, message]],
      );
      return JSON.stringify(there.slice(0, pairs.length)) === JSON.stringify(pairs);
    });
  });
}

test('is right exactly where some log explains every answer, as trying all of them shows', () => {
  const seen = { valid: 0, invalid: 0 };
  fc.assert(
    fc.property(steps, (list) => {
      // A message is sent once: what was sent again is another one, which no test here is about.
      const sends = list.flatMap((step) => ('send' in step ? [step.send] : []));
      fc.pre(new Set(sends).size === sends.length);
      const isWrong = checkKafka(historyOf(list)).verdict.kind === 'invalid';
      expect(isWrong).toBe(!isExplained(list));
      seen[isWrong ? 'invalid' : 'valid']++;
    }),
    { numRuns: 3000 },
  );
  expect(Math.min(seen.valid, seen.invalid)).toBeGreaterThan(100);
});
