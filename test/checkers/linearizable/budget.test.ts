/** What cannot be decided within its budget is unknown, soon, and without running out of memory. */

import { describe, expect, test } from 'vitest';
import { History, type Value } from '../../../checkers/history.ts';
import { checkLinearizable } from '../../../checkers/linearizable/index.ts';

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

const MEGABYTE = 1 << 20;

describe('a budget of memory', () => {
  test.each([
    ['fifo-queue', hopeless('enqueue', 'dequeue', 9)],
    ['stack', hopeless('push', 'pop', 9)],
    ['log', hopeless('append', 'read', [9])],
  ])('counts the states that a %s goes through', (model, history) => {
    const budget = { memoryBytes: 20 * MEGABYTE };
    const { verdict, configurations } = checkLinearizable(history, { model, budget });
    expect(verdict).toMatchObject({ kind: 'unknown' });
    expect(verdict.kind === 'unknown' ? verdict.because : '').toContain('bytes');
    // The memo of these configurations alone would be far within the budget.
    expect(configurations * 32).toBeLessThan(10 * MEGABYTE);
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
