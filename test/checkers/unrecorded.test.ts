/** An invocation whose argument was not recorded may have had any: no checker calls that wrong. */

import { describe, expect, test } from 'vitest';
import { checkCounter } from '../../checkers/counter.ts';
import { History, type NewEvent, type Value } from '../../checkers/history.ts';
import {
  checkLinearizable,
  type Model,
  RegisterFollower,
} from '../../checkers/linearizable/index.ts';
import { checkLongFork } from '../../checkers/long-fork.ts';
import { orderedSequentialVerdict, strongestPromise } from '../../checkers/promises/index.ts';
import { checkQueue } from '../../checkers/queue.ts';
import { checkSet } from '../../checkers/set.ts';
import { checkSetFull } from '../../checkers/set-full.ts';
import { checkTotalQueue } from '../../checkers/total-queue.ts';
import { checkTransactions } from '../../checkers/transactional/index.ts';
import type { Verdict } from '../../checkers/verdict.ts';
import { type Event, events } from './events.ts';
import { games } from './linearizable/games.ts';
import { Dice, fuzzRuns, playHistory, randomShape } from './linearizable/random.ts';

/** The history with the argument of one such operation taken away; undefined without one. */
function forgetful(history: History, dice: Dice, model: Model): History | undefined {
  const all = [...history];
  const candidates = all.filter(({ index, type, f, process }) => {
    if (type !== 'invoke') return false;
    const end = all.find((other) => other.index > index && other.process === process);
    const output = end?.type === 'ok' ? end.value : null;
    const asked = { f, input: null, output, outcome: 'ok', process: 0 } as const;
    return end?.type !== 'fail' && model.unrecorded?.(asked) === true;
  });
  if (candidates.length === 0) return undefined;
  const { index } = dice.pick(candidates);
  return History.from(
    all.map((event): NewEvent => (event.index === index ? { ...event, value: null } : event)),
  );
}

describe('a linearizable object of which one argument was not recorded is never called wrong', () => {
  // Counters here only count by what may be left out.
  const needing = games.filter(
    ({ model }) => model.unrecorded !== undefined && model.name !== 'counter',
  );
  test.each(needing)('$title', ({ model, play, initial, most }) => {
    const kinds = { valid: 0, invalid: 0, unknown: 0 };
    for (let seed = 0; seed < fuzzRuns; seed++) {
      const dice = new Dice(seed + 7_000_000);
      const history = forgetful(playHistory(dice, randomShape(dice, most), play()), dice, model);
      if (history === undefined) continue;
      kinds[checkLinearizable(history, { model, initial: initial ?? null }).verdict.kind]++;
    }
    expect(kinds.invalid).toBe(0);
    expect(kinds.unknown + kinds.valid).toBeGreaterThan(fuzzRuns / 20);
  });
});

const lost = (f: string): Event[] => [
  [9, 'invoke', f, null],
  [9, 'info', f, null],
];
const answered = (f: string, argument: Value, result: Value): Event[] => [
  [0, 'invoke', f, argument],
  [0, 'ok', f, result],
];
const linearizable = (model: string) => (history: History) =>
  checkLinearizable(history, { model }).verdict;

test.each<[string, Event[], (history: History) => Verdict]>([
  ['set', [...lost('add'), ...answered('read', null, [12])], (h) => checkSet(h).verdict],
  ['set-full', [...lost('add'), ...answered('read', null, [12])], (h) => checkSetFull(h).verdict],
  ['queue', [...lost('enqueue'), ...answered('dequeue', null, 3)], (h) => checkQueue(h).verdict],
  [
    'total-queue',
    [...lost('enqueue'), ...answered('dequeue', null, 3)],
    (h) => checkTotalQueue(h).verdict,
  ],
  ['counter', [...lost('add'), ...answered('read', null, 7)], (h) => checkCounter(h).verdict],
  [
    'strongest',
    [...lost('write'), ...answered('read', null, 7)],
    (h) => strongestPromise(h).verdict,
  ],
  [
    'sequential',
    [...lost('write'), ...answered('read', null, 7)],
    (h) => strongestPromise(h, { promise: 'sequential' }).verdict,
  ],
  [
    'ordered-sequential',
    [...lost('write'), ...answered('read', null, 7)],
    (h) => orderedSequentialVerdict(h).verdict,
  ],
  [
    'list-append',
    [...lost('txn'), ...answered('txn', [['r', 'x', null]], [['r', 'x', [7]]])],
    (h) => checkTransactions(h, { workload: 'list-append', initial: 'empty' }).verdict,
  ],
  [
    'rw-register',
    [
      ...answered('txn', [['w', 'x', null]], [['w', 'x', null]]),
      ...answered('txn', [['r', 'x', null]], [['r', 'x', 7]]),
    ],
    (h) => checkTransactions(h, { workload: 'rw-register', initial: 'empty' }).verdict,
  ],
  [
    'long-fork',
    [...lost('txn'), ...answered('txn', [['r', 'x', null]], [['r', 'x', 7]])],
    (h) => checkLongFork(h).verdict,
  ],
  [
    'multi-register',
    [...lost('txn'), ...answered('txn', [['r', 'x', null]], [['r', 'x', 7]])],
    linearizable('multi-register'),
  ],
  [
    'an add of the model counter',
    [...lost('add'), ...answered('read', null, 7)],
    linearizable('counter'),
  ],
  [
    'a remove of the model set',
    [...answered('add', 1, true), ...lost('remove'), ...answered('contains', 1, false)],
    linearizable('set'),
  ],
])('what a lost argument may explain is unknown: %s', (_, list, judge) => {
  expect(judge(events(...list)).kind).toBe('unknown');
});

test.each<[string, Event[], (history: History) => Verdict]>([
  [
    'an acknowledged element that is missing',
    [...lost('add'), ...answered('add', 1, 1), ...answered('read', null, [])],
    (h) => checkSet(h).verdict,
  ],
  [
    'an acknowledged value that never came out',
    [...lost('enqueue'), ...answered('enqueue', 1, 1), ...answered('drain', null, [])],
    (h) => checkTotalQueue(h).verdict,
  ],
])('what no argument explains stays a violation: %s', (_, list, judge) => {
  expect(judge(events(...list)).kind).toBe('invalid');
});

test('an argument that was not recorded and certainly failed explains nothing', () => {
  const list: Event[] = [
    [9, 'invoke', 'write', null],
    [9, 'fail', 'write', null],
    ...answered('read', null, 7),
  ];
  expect(linearizable('register')(events(...list)).kind).toBe('invalid');
});

test('a run is not stopped for what a lost argument may explain', () => {
  const history = events(...lost('write'), ...answered('read', null, 7));
  const follower = new RegisterFollower();
  for (let at = 0; at < history.length; at++) expect(follower.next(history, at)).toBeUndefined();
  expect(follower.unfollowed).toBe(1);
});
