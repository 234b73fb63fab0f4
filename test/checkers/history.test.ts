/** The history as columns: what goes in comes out. */

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { History, type HistoryEvent, type Value, ValueTable } from '../../checkers/history.ts';
import { entriesOf, mapOf } from '../../checkers/value.ts';

const value: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    fc.constant(null),
    fc.boolean(),
    fc.constantFrom(0, -0, 1, -1, 2 ** 26, 2 ** 30, 2 ** 53, 0.5),
    fc.integer(),
    fc.string(),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.array(fc.tuple(fc.string({ maxLength: 2 }), tie('value')), { maxLength: 3 }).map(mapOf),
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

describe('a map', () => {
  const key = fc.oneof(
    fc.constantFrom('1', '\u0000', '\u00001', '\u0000"1"', '__proto__', 'b', 'a', '[1]'),
    fc.constantFrom<Value>(1, 0.5, true, null, [1], [], {}),
  );
  const entries = fc.uniqueArray(fc.tuple(key, value), {
    maxLength: 4,
    selector: ([name]) => JSON.stringify(name),
  });

  test('is equal by content, whatever the order of its keys, and differs from the list of its entries', () => {
    fc.assert(
      fc.property(entries, (pairs) => {
        const table = new ValueTable();
        const map = table.code(mapOf(pairs));
        expect(table.code(mapOf(pairs.toReversed()))).toBe(map);
        expect(table.code(pairs)).not.toBe(map);
        expect(table.code(JSON.stringify(mapOf(pairs)))).not.toBe(map);
        expect(table.code(structuredClone(mapOf(pairs)))).toBe(map);
      }),
    );
  });

  test('gives back its keys and values, also keys that are no texts', () => {
    fc.assert(
      fc.property(entries, (pairs) => {
        const texts = (of: readonly (readonly [Value, Value])[]) =>
          of.map((one) => JSON.stringify(one));
        expect(texts(entriesOf(mapOf(pairs))).toSorted()).toEqual(texts(pairs).toSorted());
      }),
    );
    const alike = [mapOf([[1, 2]]), mapOf([['1', 2]]), mapOf([['\u00001', 2]])];
    const table = new ValueTable();
    expect(new Set(alike.map((one) => table.code(one))).size).toBe(3);
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
