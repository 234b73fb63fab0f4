/** No sentence says that nobody did what somebody tried, in whatever words and in whatever checker. */

import { describe, expect, test } from 'vitest';
import type { History, Value } from '../../checkers/history.ts';
import { checkLinearizable, RegisterFollower } from '../../checkers/linearizable/index.ts';
import { strongestPromise } from '../../checkers/promises/index.ts';
import { checkQueue } from '../../checkers/queue.ts';
import { checkSet } from '../../checkers/set.ts';
import { checkSetFull } from '../../checkers/set-full.ts';
import { checkTotalQueue } from '../../checkers/total-queue.ts';
import { checkTransactions } from '../../checkers/transactional/index.ts';
import type { Verdict } from '../../checkers/verdict.ts';
import { type Event, events } from './events.ts';
import { Dice, fuzzRuns } from './linearizable/random.ts';

type Judge = (history: History) => Verdict;

/** A vocabulary: how a value gets in, how it is seen, and who judges. */
interface Kind {
  readonly title: string;
  readonly bring: (value: number) => readonly [f: string, argument: Value];
  readonly see: (values: readonly number[]) => readonly [f: string, argument: Value, result: Value];
  readonly judge: Judge;
}

const one = ([value = null]: readonly Value[]): Value => value;
const linearizable =
  (model: string): Judge =>
  (history) =>
    checkLinearizable(history, { model }).verdict;
const followed: Judge = (history) => {
  const follower = new RegisterFollower();
  for (let at = 0; at < history.length; at++) {
    const verdict = follower.next(history, at);
    if (verdict !== undefined) return verdict;
  }
  return { kind: 'valid' };
};
const write = (value: number) => ['write', value] as const;
const read = (values: readonly number[]) => ['read', null, one(values)] as const;
const readAll = (values: readonly number[]) => ['read', null, values] as const;
const add = (value: number) => ['add', value] as const;
const enqueue = (value: number) => ['enqueue', value] as const;
const dequeue = (values: readonly number[]) => ['dequeue', null, one(values)] as const;

const kinds: readonly Kind[] = [
  { title: 'register', bring: write, see: read, judge: linearizable('register') },
  {
    title: 'cas from what is there',
    bring: (v) => ['cas', [null, v]],
    see: read,
    judge: linearizable('cas-register'),
  },
  {
    title: 'cas that sees',
    bring: write,
    see: (vs) => ['cas', [one(vs), 99], null],
    judge: linearizable('cas-register'),
  },
  { title: 'register that is followed', bring: write, see: read, judge: followed },
  {
    title: 'strongest promise',
    bring: write,
    see: read,
    judge: (h) => strongestPromise(h).verdict,
  },
  {
    title: 'model set',
    bring: add,
    see: (vs) => ['contains', one(vs), true],
    judge: linearizable('set'),
  },
  { title: 'model log', bring: (v) => ['append', v], see: readAll, judge: linearizable('log') },
  { title: 'fifo-queue', bring: enqueue, see: dequeue, judge: linearizable('fifo-queue') },
  {
    title: 'unordered-queue',
    bring: enqueue,
    see: dequeue,
    judge: linearizable('unordered-queue'),
  },
  {
    title: 'stack',
    bring: (v) => ['push', v],
    see: (vs) => ['pop', null, one(vs)],
    judge: linearizable('stack'),
  },
  {
    title: 'texts',
    bring: (v) => ['append', `<${v}>`],
    see: (vs) => ['get', null, vs.map((v) => `<${v}>`).join('')],
    judge: linearizable('kv-append'),
  },
  { title: 'write-once', bring: (v) => ['write', v], see: read, judge: linearizable('write-once') },
  { title: 'set', bring: add, see: readAll, judge: (h) => checkSet(h).verdict },
  { title: 'set-full', bring: add, see: readAll, judge: (h) => checkSetFull(h).verdict },
  { title: 'queue', bring: enqueue, see: dequeue, judge: (h) => checkQueue(h).verdict },
  { title: 'total-queue', bring: enqueue, see: dequeue, judge: (h) => checkTotalQueue(h).verdict },
  {
    title: 'list-append',
    bring: (v) => ['txn', [['append', 'x', v]]],
    see: (vs) => ['txn', [['r', 'x', null]], [['r', 'x', vs]]],
    judge: (h) => checkTransactions(h, { workload: 'list-append', initial: 'empty' }).verdict,
  },
  {
    title: 'rw-register',
    bring: (v) => ['txn', [['w', 'x', v]]],
    see: (vs) => ['txn', [['r', 'x', null]], [['r', 'x', one(vs)]]],
    judge: (h) => checkTransactions(h, { workload: 'rw-register', initial: 'empty' }).verdict,
  },
];

const NOBODY = /nobody|never (?:written|added|put|appended)/;

/** Everything that a verdict says. */
function words(verdict: Verdict): string {
  if (verdict.kind !== 'invalid') return '';
  const { because, witness } = verdict;
  const whys = witness?.operations.map(({ why = '' }) => why) ?? [];
  return [because, ...(witness?.sentences ?? []), ...whys].join('\n');
}

/** Values 1 to 3 are all tried, in vain or not, now and then only after they were seen. */
function tried({ bring, see }: Kind, dice: Dice): History {
  const blocks: Event[][] = [];
  for (const value of [1, 2, 3]) {
    const [f, argument] = bring(value);
    const type = dice.pick(['fail', 'fail', 'info', 'ok'] as const);
    blocks.push([
      [10 + value, 'invoke', f, argument],
      [10 + value, type, f, argument],
    ]);
  }
  for (let read = 0; read < 1 + dice.roll(3); read++) {
    const values = [1, 2, 3].filter(() => dice.chance(60)).sort(() => dice.roll(3) - 1);
    const [f, argument, result] = see(values);
    if (result === null && argument === null) continue;
    blocks.push([
      [20 + read, 'invoke', f, argument],
      [20 + read, 'ok', f, result],
    ]);
  }
  const order = blocks.map((block) => ({ block, at: dice.roll(1000) })).sort((a, b) => a.at - b.at);
  return events(...order.flatMap(({ block }) => block));
}

describe.each(kinds)('$title', (kind) => {
  test('nobody is said to have brought in what somebody tried to', () => {
    let invalid = 0;
    for (let seed = 0; seed < fuzzRuns; seed++) {
      const history = tried(kind, new Dice(seed + 3_000_000));
      const verdict = kind.judge(history);
      if (verdict.kind === 'invalid') invalid++;
      expect(words(verdict)).not.toMatch(NOBODY);
    }
    expect(invalid).toBeGreaterThan(fuzzRuns / 20);
  });

  test('a failed attempt to bring in what was seen is told', () => {
    const [f, argument] = kind.bring(7);
    const [g, asked, result] = kind.see([7]);
    const verdict = kind.judge(
      events(
        [1, 'invoke', f, argument],
        [1, 'fail', f, argument],
        [2, 'invoke', g, asked],
        [2, 'ok', g, result],
      ),
    );
    expect(verdict.kind).toBe('invalid');
    expect(words(verdict)).toMatch(/failed/);
    expect(words(verdict)).not.toMatch(NOBODY);
  });
});
