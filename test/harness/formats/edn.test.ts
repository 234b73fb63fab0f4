/** The EDN reader: values, refusals, depth, and agreement with another reader. */

import { parseEDNString } from 'edn-data';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Value } from '../../../checkers/history.ts';
import { mapOf, setOf } from '../../../checkers/value.ts';
import { ByteStream } from '../../../harness/formats/bytes.ts';
import { EdnReader } from '../../../harness/formats/edn.ts';

function parse(text: string, chunkBytes = 1000): Value | undefined {
  const bytes = Buffer.from(text);
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    chunks.push(bytes.subarray(at, at + chunkBytes));
  }
  return new EdnReader(new ByteStream('f', chunks)).nextValue();
}

describe('an EDN value', () => {
  test.each<[string, Value]>([
    ['nil', null],
    ['true', true],
    ['false', false],
    ['0', 0],
    ['-17', -17],
    ['+5', 5],
    ['007', 7],
    ['3N', 3],
    ['1.5', 1.5],
    ['-1.5e3', -1500],
    ['2.5M', 2.5],
    ['9007199254740991', 9007199254740991],
    ['9007199254740993', '9007199254740993'],
    ['-99999999999999999999N', '-99999999999999999999'],
    ['1/2', 0.5],
    ['-2/4', -0.5],
    ['-6/16', -0.375],
    ['2/6', '1/3'],
    ['9007199254740993/2', '9007199254740993/2'],
    ['4/2', 2],
    ['0xF', 15],
    ['-0x1fN', -31],
    ['017', 15],
    ['2r101', 5],
    ['-36rZz', -1295],
    ['0x20000000000001', '9007199254740993'],
    [':read', 'read'],
    [':jepsen.util/ok', 'jepsen.util/ok'],
    ['x', 'x'],
    ['-', '-'],
    ['"a \\"b\\" \\n\\t\\\\ \\u00e9 é"', 'a "b" \n\t\\ é é'],
    ['"[;,#_"', '[;,#_'],
    ['\\a', 'a'],
    ['\\newline', '\n'],
    ['\\(', '('],
    ['\\u0041', 'A'],
    ['[]', []],
    ['[1 [2 3], (4)]', [1, [2, 3], [4]]],
    ['{:a 1, "b" [2]}', { a: 1, b: [2] }],
    ['{}', {}],
    ['#{2 1}', setOf([1, 2])],
    ['[#{} [] {}]', [setOf([]), [], {}]],
    ['#inst "2020-01-01"', '2020-01-01'],
    ['#jepsen.history.Op{:f :read}', { f: 'read' }],
    ['#:db{:id 1, :a/b 2, :_/c 3, "d" 4}', { 'db/id': 1, 'a/b': 2, c: 3, d: 4 }],
    ['#:db{:id #:x{:y {:z 1}}}', { 'db/id': { 'x/y': { z: 1 } } }],
    ['^{:doc "x"} [1]', [1]],
    ['[1 #_ 2 #_[3 #_ 4] 5 ; 6\n 7]', [1, 5, 7]],
  ])('%s is read as it stands', (text, value) => {
    expect(parse(text)).toEqual(value);
    expect(parse(`${text} `, 1)).toEqual(value);
  });

  test.each([
    ['[1 2', 'f:1: the file ends within the vector that begins in line 1: expected ]'],
    ['{:a\n\n', 'f:3: the file ends within the map that begins in line 1: expected }'],
    ['"abc', 'f:1: the file ends within the text that begins in line 1'],
    ['[1 2}', 'f:1: expected ] at the end of the vector of line 1, got "}"'],
    ['{:a}', 'f:1: expected a value for each key of the map'],
    ['#{1 [2] 01 [2]}', 'f:1: expected each element of the set once, got 1 twice'],
    [')', 'f:1: expected a value, got ")"'],
    [':', 'f:1: expected a keyword'],
    ['12ab', 'f:1: expected a number, got "12ab"'],
    ['1e999', 'f:1: expected a number'],
    ['##NaN', 'f:1: expected a value that a history can hold'],
    ['#<Object x>', 'f:1: expected an EDN value'],
    ['"\\q"', 'f:1: expected an escape of EDN'],
    ['\\nosuch', 'f:1: expected a character'],
    ['#_', 'f:1: expected a value, got the end of the file'],
    ['#tag', 'f:1: expected a value, got the end of the file'],
  ])('%j is refused with its place', (text, message) => {
    expect(() => parse(text)).toThrow(message);
    expect(() => parse(text, 1)).toThrow(message);
  });

  test.each(['[', '{', '#_', '#_[', '#t ', '^', '(#_'])(
    'nested a million times with %j is refused and overflows nothing',
    (opening) => {
      expect(() => parse(opening.repeat(1_000_000))).toThrow('nested at most 100 deep');
    },
  );

  test('bytes that are not UTF-8 are refused', () => {
    const bytes = Buffer.from([0x22, 0xff, 0xfe, 0x22]);
    const reader = new EdnReader(new ByteStream('f', [bytes]));
    expect(() => reader.nextValue()).toThrow('f:1: expected text in UTF-8');
  });

  test('means the same to the package edn-data, wherever the chunks are cut', () => {
    const leaf = fc.oneof(
      fc.constantFrom('nil', 'true', 'false'),
      fc.integer().map(String),
      fc
        .double({ noNaN: true, noDefaultInfinity: true, noInteger: true })
        .map((number) => `${number}`),
      fc.stringMatching(/^[a-z]{1,8}$/).map((name) => `:${name}`),
      fc.string({ unit: 'grapheme' }).map((text) => JSON.stringify(text)),
    );
    const { form } = fc.letrec<{ form: string }>((tie) => ({
      form: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.array(tie('form'), { maxLength: 4 }).map((forms) => `[${forms.join(' ')}]`),
        fc.array(tie('form'), { maxLength: 4 }).map((forms) => `(${forms.join(', ')})`),
        fc
          .uniqueArray(fc.tuple(tie('form'), tie('form')), {
            maxLength: 3,
            selector: ([key]) => JSON.stringify(parse(key)),
          })
          .map((pairs) => `{${pairs.map((pair) => pair.join(' ')).join(', ')}}`),
      ),
    }));
    fc.assert(
      fc.property(form, fc.integer({ min: 1, max: 20 }), (text, chunkBytes) => {
        const theirs = parseEDNString(text, { keywordAs: 'string', listAs: 'array' });
        expect(parse(text, chunkBytes)).toEqual(plain(theirs));
      }),
      { numRuns: 300 },
    );
  });
});

/** Their maps are `{ map: [[key, value] ...] }`. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  if (!('map' in value)) return value;
  return mapOf(plain(value.map) as readonly (readonly [Value, Value])[]);
}
