/** The history as columns: what goes in comes out. */

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { History, type HistoryEvent, type Value, ValueTable } from '../../checkers/history.ts';

const value: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    fc.constant(null),
    fc.boolean(),
    fc.constantFrom(0, -0, 1, -1, 2 ** 26, 2 ** 30, 2 ** 53, 0.5),
    fc.integer(),
    fc.string(),
    fc.array(tie('value'), { maxLength: 3 }),
  ),
})).value;

/** As JSON has it: there is one zero. */
const plain = (one: Value): Value => JSON.parse(JSON.stringify(one)) as Value;

describe('ValueTable', () => {
  test('gives equal codes to equal values and different codes to different ones', () => {
    fc.assert(
      fc.property(value, value, (one, other) => {
        const table = new ValueTable();
        const same = table.code(one) === table.code(other);
        expect(same).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
      { numRuns: 500 },
    );
  });

  test('gives back what was put in', () => {
    fc.assert(
      fc.property(fc.array(value), (values) => {
        const table = new ValueTable();
        const codes = values.map((one) => table.code(one));
        expect(codes.map((code) => plain(table.value(code)))).toEqual(values.map(plain));
      }),
      { numRuns: 200 },
    );
  });

  test('keeps a list apart from a text that begins as the name of a list does inside', () => {
    const table = new ValueTable();
    const alike = [[[1]], '[[1]]', '\u0000[[1]]', '\u0000\u0000[[1]]'];
    expect(new Set(alike.map((one) => table.code(one))).size).toBe(alike.length);
  });

  test('keeps a list apart from the text that looks like it, and null pairs from zeros', () => {
    const table = new ValueTable();
    expect(table.code([1, 2])).not.toBe(table.code('[1,2]'));
    expect(table.code([null, 1])).not.toBe(table.code([0, 1]));
    expect(table.code([null, null])).not.toBe(table.code(null));
  });
});

describe('History', () => {
  test('gives back every event, however long it grows', () => {
    const event = fc.record(
      {
        time: fc.nat(),
        type: fc.constantFrom('invoke', 'ok', 'fail', 'info'),
        process: fc.oneof(fc.nat(), fc.constant('nemesis' as const)),
        f: fc.constantFrom('read', 'write', 'cas'),
        key: fc.string(),
        value: value.map(plain),
        error: fc.string(),
        node: fc.string(),
        position: fc.nat(),
      },
      { requiredKeys: ['time', 'type', 'process', 'f', 'value'] },
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 200 }), (events) => {
        const expected = events.map((one, index) => ({ index, ...one }));
        expect([...History.from(events as HistoryEvent[])]).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });
});
