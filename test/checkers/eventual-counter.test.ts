import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkEcho } from '../../checkers/echo.ts';
import { checkEventualCounter } from '../../checkers/eventual-counter.ts';
import { History, type NewEvent } from '../../checkers/history.ts';

interface Add {
  readonly amount: number;
  readonly type: 'ok' | 'info' | 'fail';
}

/** Adds one after another, and then one final read. */
function counted(adds: readonly Add[], read: number): History {
  const events: NewEvent[] = [];
  const at = () => ({ time: events.length });
  for (const [process, { amount, type }] of adds.entries()) {
    events.push({ ...at(), type: 'invoke', process, f: 'inc', value: amount });
    events.push({ ...at(), type, process, f: 'inc', value: amount });
  }
  // Before the end a read may be anything.
  events.push({ ...at(), type: 'invoke', process: 1000, f: 'read', value: null });
  events.push({ ...at(), type: 'ok', process: 1000, f: 'read', value: 12_345 });
  events.push({ ...at(), type: 'info', process: 'nemesis', f: 'phase', value: 'final' });
  events.push({ ...at(), type: 'invoke', process: 1001, f: 'read', value: null });
  events.push({ ...at(), type: 'ok', process: 1001, f: 'read', value: read });
  const history = new History();
  for (const event of events) history.push(event);
  return history;
}

/** All sums that are possible, by trying every choice of what may have happened. */
function sumsOf([first, ...rest]: readonly Add[]): readonly number[] {
  if (first === undefined) return [0];
  const others = sumsOf(rest);
  const withIt = others.map((sum) => sum + first.amount);
  if (first.type === 'fail') return others;
  return first.type === 'ok' ? withIt : [...withIt, ...others];
}

const adds = fc.array(
  fc.record({
    amount: fc.integer({ min: -5, max: 5 }),
    type: fc.constantFrom('ok', 'info', 'fail'),
  }),
  { maxLength: 9 },
);

describe('a counter that agrees in the end', () => {
  test('is right exactly where some choice of what may have happened adds up to its final read', () => {
    fc.assert(
      fc.property(adds, fc.integer({ min: -12, max: 12 }), (tried, read) => {
        const isPossible = sumsOf(tried).includes(read);
        const { kind } = checkEventualCounter(counted(tried, read)).verdict;
        expect(kind).toBe(isPossible ? 'valid' : 'invalid');
      }),
    );
  });

  test('that nobody read in the end shows nothing', () => {
    expect(checkEventualCounter(new History()).verdict.kind).toBe('unknown');
  });
});

test('an echo is wrong that is not what was asked, and only an answered one counts', () => {
  const echoed = (answer: string) => {
    const history = new History();
    history.push({ time: 0, type: 'invoke', process: 0, f: 'echo', value: 'one' });
    history.push({ time: 1, type: 'ok', process: 0, f: 'echo', value: answer });
    return checkEcho(history).verdict;
  };
  expect(echoed('one').kind).toBe('valid');
  expect(echoed('two')).toMatchObject({ kind: 'invalid', events: [0, 1] });
  expect(checkEcho(new History()).verdict.kind).toBe('unknown');
});
