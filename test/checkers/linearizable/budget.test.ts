/** What cannot be decided within its budget is unknown, soon, and without running out of memory. */

import { describe, expect, test } from 'vitest';
import { History, type Value } from '../../../checkers/history.ts';
import { checkLinearizable, type Model, models } from '../../../checkers/linearizable/index.ts';
import { counterPlay, listPlay } from './plays.ts';
import { Dice, type Play, playHistory } from './random.ts';

/** Rounds of inserts of few values, all open at once, and a removal that nothing explains. */
function hopeless(insert: string, remove: string, answer: Value): History {
  const history = new History();
  let time = 0;
  for (let round = 0; round < 200; round++) {
    for (const type of ['invoke', 'ok'] as const) {
      for (let process = 0; process < 5; process++) {
        history.push({ time: ++time, type, process, f: insert, value: (round + process) % 3 });
      }
    }
  }
  history.push({ time: ++time, type: 'invoke', process: 0, f: remove, value: null });
  history.push({ time: ++time, type: 'ok', process: 0, f: remove, value: answer });
  return history;
}

/** A queue or stack of a few values, right throughout, where many operations never answer. */
function manyCrashes(seed: number, play: Play, processes: number, operations: number): History {
  return playHistory(new Dice(seed), { processes, operations, crash: 3, spoil: 0 }, play);
}

describe('histories with tens of operations without an answer', () => {
  test.each([
    ['fifo-queue', () => listPlay('queue', true), 3000],
    ['stack', () => listPlay('stack', true), 3000],
    ['unordered-queue', () => listPlay('unordered', true), 3000],
    ['unordered-queue', () => listPlay('unordered', false), 300],
    ['stack', () => listPlay('stack', false), 1000],
    ['fifo-queue', () => listPlay('queue', false), 150],
    ['counter', () => counterPlay([1, 2, 3], ['inc', 'dec', 'read']), 1000],
  ] as const)('are decided for a %s', (model, play, operations) => {
    for (let seed = 0; seed < 3; seed++) {
      const history = manyCrashes(seed, play(), 6, operations);
      const budget = { steps: 1_000_000 };
      expect(checkLinearizable(history, { model, budget }).verdict.kind).toBe('valid');
    }
  });

  test('a queue of two values in which one answer is wrong is refused, however long it was', () => {
    const play = listPlay('queue', false);
    const history = playHistory(
      new Dice(38),
      { processes: 5, operations: 300, crash: 0, spoil: 0 },
      play,
    );
    const events = [...history];
    const at = events.findIndex(({ type, f, value }, index) => {
      const isLate = index > 0.9 * events.length;
      return isLate && type === 'ok' && f === 'dequeue' && value !== null;
    });
    const wrong = events.map((event, index) =>
      index === at ? { ...event, value: 1 - (event.value as number) } : event,
    );
    const { verdict } = checkLinearizable(History.from(wrong), { model: 'fifo-queue' });
    expect(verdict.kind).toBe('invalid');
  });
});

const MEGABYTE = 1 << 20;

describe('a budget of memory', () => {
  test.each([
    ['fifo-queue', hopeless('enqueue', 'dequeue', null)],
    ['stack', hopeless('push', 'pop', 9)],
    ['log', hopeless('append', 'read', [9])],
  ] as const)("counts the states that a %s of one's own goes through", (name, history) => {
    const model: Model = { ...models[name], name: `own ${name}` };
    const budget = { memoryBytes: 20 * MEGABYTE };
    const { verdict, configurations } = checkLinearizable(history, { model, budget });
    expect(verdict).toMatchObject({ kind: 'unknown' });
    expect(verdict.kind === 'unknown' ? verdict.because : '').toContain('bytes');
    // The memo of these configurations alone would be far within the budget.
    expect(configurations * 32).toBeLessThan(10 * MEGABYTE);
  });
});

describe('values that repeat', () => {
  test.each([
    ['fifo-queue', hopeless('enqueue', 'dequeue', null)],
    ['stack', hopeless('push', 'pop', 9)],
    ['log', hopeless('append', 'read', [9])],
  ])('leave a %s as easy to judge as it was', (model, history) => {
    const { verdict } = checkLinearizable(history, { model, budget: { steps: 300_000 } });
    expect(verdict.kind).toBe('invalid');
  });
});

describe('nil in a queue or stack', () => {
  test.each([
    ['fifo-queue', 'enqueue', 'dequeue'],
    ['unordered-queue', 'enqueue', 'dequeue'],
    ['stack', 'push', 'pop'],
  ])('is no value of a %s: as an answer it means empty', (model, insert, remove) => {
    const steps: [f: string, argument: Value, result: Value][] = [
      [insert, null, null],
      [insert, 1, 1],
      [remove, null, model === 'stack' ? 1 : null],
      [remove, null, model === 'stack' ? null : 1],
    ];
    const history = new History();
    for (const [index, [f, argument, result]] of steps.entries()) {
      history.push({ time: 2 * index, type: 'invoke', process: 0, f, value: argument });
      history.push({ time: 2 * index + 1, type: 'ok', process: 0, f, value: result });
    }
    const { verdict } = checkLinearizable(history, { model });
    expect(verdict).toMatchObject({ kind: 'unknown' });
    expect(verdict.kind === 'unknown' ? verdict.because : '').toContain('nil');
  });
});
