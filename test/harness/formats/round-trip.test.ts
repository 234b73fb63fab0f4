/** Histories that are written and read come back as they were. */

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type EventType, History, type NewEvent, type Value } from '../../../checkers/history.ts';
import { mapOf, setOf } from '../../../checkers/value.ts';
import { writeJepsenEdn } from '../../../harness/formats/jepsen-edn.ts';
import { writeJsonl } from '../../../harness/formats/jsonl.ts';
import { read } from './reading.ts';

function distinct(value: fc.Arbitrary<Value>): fc.Arbitrary<Value[]> {
  return fc.uniqueArray(value, { maxLength: 3, selector: (one) => JSON.stringify(one) });
}

const { value } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(null, true, false),
    fc.maxSafeInteger().map((number) => (number === 0 ? 0 : number)),
    fc.double({ noNaN: true, noDefaultInfinity: true, noInteger: true }),
    fc.string({ unit: 'binary' }).map((text) => text.toWellFormed()),
    fc.array(tie('value'), { maxLength: 3 }),
    distinct(tie('value')).map(setOf),
    fc
      .tuple(distinct(tie('value')), fc.array(tie('value'), { minLength: 3, maxLength: 3 }))
      .map(([keys, values]) => mapOf(keys.map((key, at) => [key, values[at] ?? null]))),
  ),
}));

const step = fc.record({
  process: fc.integer({ min: 0, max: 3 }),
  f: fc.constantFrom('read', 'write', 'cas', 'txn', 'odd name', 'nil'),
  key: fc.constantFrom('x', 'y', '12', 'k "1"'),
  value,
  type: fc.constantFrom<EventType[]>('ok', 'fail', 'info'),
  error: fc.option(fc.string({ minLength: 1 }), { nil: undefined }),
  node: fc.option(fc.constantFrom('n1', 'n2'), { nil: undefined }),
  position: fc.option(fc.nat(), { nil: undefined }),
});

/** A well-formed history: a step completes what its process has open, or else invokes. */
function historyOf(
  steps: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[],
  keyed: boolean,
): History {
  const open = new Map<number, NewEvent>();
  const history = new History();
  for (const { process, f, key, value, type, error, node, position } of steps) {
    const asked = open.get(process);
    const time = history.length * 1000;
    if (asked === undefined) {
      const event: NewEvent = {
        time,
        process,
        f,
        type: 'invoke',
        value,
        ...(keyed ? { key } : {}),
      };
      history.push(event);
      open.set(process, event);
      continue;
    }
    history.push({
      ...asked,
      time,
      type,
      value,
      ...(error === undefined ? {} : { error }),
      ...(node === undefined ? {} : { node }),
      ...(position === undefined ? {} : { position }),
    });
    open.delete(process);
  }
  history.push({ time: 1, process: 'nemesis', f: 'kill', type: 'info', value: ['n1', null] });
  return history;
}

const steps = fc.array(step, { maxLength: 30 });
const chunkBytes = fc.integer({ min: 1, max: 200 });

describe('a history', () => {
  test('comes back from jsonl as it was', () => {
    fc.assert(
      fc.property(steps, fc.boolean(), chunkBytes, (all, keyed, size) => {
        const history = historyOf(all, keyed);
        const text = [...writeJsonl(history)].map((line) => `${line}\n`).join('');
        const back = read(text, { chunkBytes: size });
        expect(back.format).toBe('jsonl');
        expect([...back.history]).toEqual([...history]);
      }),
      { numRuns: 200 },
    );
  });

  test('comes back from Jepsen EDN as it was, in a vector or one map a line', () => {
    fc.assert(
      fc.property(steps, fc.boolean(), chunkBytes, fc.boolean(), (all, keyed, size, vector) => {
        const history = historyOf(all, keyed);
        const lines = [...writeJepsenEdn(history)];
        const text = vector ? `[${lines.join('\n ')}]` : lines.join('\n');
        const independent = history.keys.names.length > 0;
        const back = read(text, { chunkBytes: size, independent });
        expect(back.format).toBe('jepsen-edn');
        expect([...back.history]).toEqual([...history]);
      }),
      { numRuns: 200 },
    );
  });

  test('of independent keys is told from its reads when it comes back', () => {
    const history = History.from([
      { time: 1, process: 0, type: 'invoke', f: 'write', key: 'a', value: 1 },
      { time: 2, process: 0, type: 'ok', f: 'write', key: 'a', value: 1 },
      { time: 3, process: 0, type: 'invoke', f: 'read', key: 'b', value: null },
      { time: 4, process: 0, type: 'ok', f: 'read', key: 'b', value: null },
    ]);
    expect([...read([...writeJepsenEdn(history)].join('\n')).history]).toEqual([...history]);
  });

  test('with keys on some operations only is not written for jepsen.independent', () => {
    const history = History.from([
      { time: 1, process: 0, type: 'invoke', f: 'write', key: 'a', value: 1 },
      { time: 2, process: 1, type: 'invoke', f: 'write', value: 1 },
    ]);
    expect(() => [...writeJepsenEdn(history)]).toThrow('event 1: expected a key');
  });

  test('of transactions is written with keywords, as Jepsen does', () => {
    const history = History.from([
      {
        time: 1,
        process: 0,
        type: 'invoke',
        f: 'txn',
        value: [
          ['append', 'x', 1],
          ['r', 2, null],
        ],
      },
    ]);
    expect([...writeJepsenEdn(history)]).toEqual([
      '{:index 0, :time 1, :type :invoke, :process 0, :f :txn, :value [[:append "x" 1] [:r 2 nil]]}',
    ]);
  });
});
