/** Situations that should occur: counted in each run anew, as data or by what a watch remembers. */

import { describe, expect, test } from 'vitest';
import { type EventType, History } from '../../checkers/history.ts';
import { type Sometimes, SometimesCounter } from '../../checkers/sometimes.ts';

function historyOf(...events: readonly (readonly [EventType, string, number | 'nemesis'])[]) {
  const history = new History();
  for (const [time, [type, f, process]] of events.entries()) {
    const nothing = { key: undefined, error: undefined, node: undefined, position: undefined };
    history.push({ time, type, process, f, value: null, ...nothing });
  }
  return history;
}

const NAMED = { name: 'it', describe: 'it happened' };
const NOTHING = historyOf();

function timesIn(one: Sometimes, events: readonly object[], history = NOTHING): number {
  const counter = new SometimesCounter([one]);
  for (const [at, event] of events.entries()) counter.feed(event as { kind: string }, 0, at);
  return counter.times(history)['it'] ?? Number.NaN;
}

describe('a situation', () => {
  test('as data is there with each event that has all of its fields', () => {
    const one = { ...NAMED, reported: { kind: 'snapshot', op: 'install' } };
    const events = [
      { kind: 'snapshot', op: 'take' },
      { kind: 'snapshot', op: 'install', index: 4 },
      { kind: 'install', op: 'install' },
      { kind: 'snapshot', op: 'install' },
    ];
    expect(timesIn(one, events)).toBe(2);
    expect(timesIn(one, [])).toBe(0);
  });

  test('of clients is there with each event of theirs, and never with one of the nemesis', () => {
    const one = { ...NAMED, happened: { f: 'cas', type: 'fail' } };
    const history = historyOf(
      ['invoke', 'cas', 0],
      ['fail', 'cas', 0],
      ['fail', 'write', 1],
      ['info', 'kill', 'nemesis'],
    );
    expect(timesIn(one, [], history)).toBe(1);
    expect(timesIn({ ...NAMED, happened: { type: 'info' } }, [], history)).toBe(0);
  });

  test('by a watch may rest on what was before, in its own run alone', () => {
    const twice: Sometimes = {
      ...NAMED,
      watchReports: () => {
        let seen = 0;
        return { sees: () => ++seen === 2 };
      },
    };
    expect(timesIn(twice, [{ kind: 'a' }])).toBe(0);
    expect(timesIn(twice, [{ kind: 'a' }])).toBe(0);
    expect(timesIn(twice, [{ kind: 'a' }, { kind: 'b' }])).toBe(1);
    const second: Sometimes = {
      ...NAMED,
      watchOperations: () => {
        let invoked = 0;
        return { sees: ({ type }) => type === 'invoke' && ++invoked === 2 };
      },
    };
    expect(timesIn(second, [], historyOf(['invoke', 'read', 0], ['invoke', 'read', 1]))).toBe(1);
  });
});
