/** Operations that were open at the same time, by what they did and how they ended. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type EventType, History, type NewEvent } from '../../../checkers/history.ts';
import { overlapsIn, overlapsOf } from '../../../harness/explore/overlaps.ts';

const KINDS = ['read', 'write'] as const;

interface Span {
  readonly f: (typeof KINDS)[number];
  readonly key: string;
  readonly from: number;
  readonly to: number;
  /** What it ends with; null where the history ends before it does. */
  readonly end: Exclude<EventType, 'invoke'> | null;
}

/** Each by a process of its own; what ends comes before what begins at the same time. */
function historyOf(spans: readonly Span[]): History {
  const history = new History();
  const events = spans.flatMap(({ f, key, from, to, end }, process) => {
    const event = (time: number, type: EventType): NewEvent => {
      const nothing = { error: undefined, node: undefined, position: undefined };
      return { time, type, process, f, key, value: null, ...nothing };
    };
    return end === null ? [event(from, 'invoke')] : [event(from, 'invoke'), event(to, end)];
  });
  const rank = ({ type }: NewEvent) => (type === 'invoke' ? 1 : 0);
  for (const event of events.sort((a, b) => a.time - b.time || rank(a) - rank(b))) {
    history.push(event);
  }
  return history;
}

const span = fc
  .record({
    f: fc.constantFrom(...KINDS),
    key: fc.constantFrom('x', 'y'),
    from: fc.nat(30),
    takes: fc.integer({ min: 1, max: 9 }),
    end: fc.constantFrom('ok', 'fail', 'info', null),
  })
  .map(({ takes, ...one }): Span => ({ ...one, to: one.from + takes }));

test('are pairs on one key of which each began before the other ended', () => {
  fc.assert(
    fc.property(fc.array(span, { maxLength: 25 }), (spans) => {
      const expected: Record<string, number> = {};
      for (const [at, one] of spans.entries()) {
        for (const other of spans.slice(at + 1)) {
          const endOf = ({ to, end }: Span) => (end === null ? 99 : to);
          const isBeside = one.from < endOf(other) && other.from < endOf(one);
          if (!isBeside || one.key !== other.key) continue;
          const names = [one, other].map(({ f, end }) => `${f} ${end ?? 'info'}`).sort(ascending);
          const name = names.join(' beside ');
          expected[name] = (expected[name] ?? 0) + 1;
        }
      }
      const found = overlapsIn(historyOf(spans));
      expect(found).toEqual(expected);
      expect([...overlapsOf(KINDS).keys()]).toEqual(expect.arrayContaining(Object.keys(found)));
    }),
  );
});

test('of two functions with three endings each there are 21', () => {
  expect(overlapsOf(KINDS).size).toBe((6 * 7) / 2);
});

function ascending(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
