/** What cannot be a history is refused with its place, and nothing crashes. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { FORMAT_NAMES, readForeignHistory } from '../../../harness/formats/index.ts';
import { read, refusal } from './reading.ts';

const directory = mkdtempSync(join(tmpdir(), 'ordeal-formats-'));
afterAll(() => rmSync(directory, { recursive: true }));

const INVOKE = '{"type":"invoke","process":0,"f":"read"}\n';
const OK = '{"type":"ok","process":0,"f":"read","value":1}\n';

describe('a history that cannot be one is refused with line and expectation:', () => {
  test.each([
    [
      'a key twice in a nested map',
      '{:type :invoke :process 0 :f :write\n :value [{:a 1 :a 2}]}',
      'file:2: expected each key of the map once, got "a" twice',
    ],
    [
      'an octal number with an 8',
      '{:type :invoke :process 0 :f :write :value 08}',
      'file:1: expected a number, got "08"',
    ],
    [
      'a digit above its radix',
      '{:type :invoke :process 0 :f :write :value 2r12}',
      'file:1: expected a number, got "2r12"',
    ],
    [
      'a ratio to nothing',
      '{:type :invoke :process 0 :f :write :value 1/0}',
      'file:1: expected a number, got "1/0"',
    ],
    ['a completion without an invocation', OK, 'file:1: process 0 completes read, which it never'],
    ['a second completion', INVOKE + OK + OK, 'file:3: process 0 completes read, which it never'],
    [
      'two open operations',
      INVOKE + INVOKE,
      'file:2: process 0 invokes read while its read of line 1',
    ],
    [
      'a completion of another function',
      `${INVOKE}{"type":"ok","process":0,"f":"write"}`,
      'file:2: process 0 completes write, but its read of line 1 is open',
    ],
    [
      'no type',
      '{"process":0,"f":"read"}',
      'file:1: "type": expected invoke, ok, fail or info, got nothing',
    ],
    [
      'a completion of another key',
      '{"type":"invoke","process":0,"f":"read","key":"x"}\n{"type":"ok","process":0,"f":"read","key":"y"}',
      'file:2: process 0 completes read of key "y", but its read of line 1 is of key "x"',
    ],
    [
      'a key only of the completion',
      `${INVOKE}{"type":"ok","process":0,"f":"read","key":"y"}`,
      'file:2: process 0 completes read of key "y", but its read of line 1 is of no key',
    ],
    [
      'times that run backwards',
      '{"type":"invoke","process":0,"f":"read","time":5}\n{"type":"ok","process":0,"f":"read","time":4}',
      'file:2: "time": expected at least 5, that of line 1, got 4: the order of the lines is judged, so sort',
    ],
    ['a strange type', '{"type":"OK","process":0,"f":"read"}', 'file:1: "type": expected invoke'],
    ['half a process', '{"type":"invoke","process":0.5,"f":"read"}', 'file:1: "process"'],
    [
      'too large a process',
      '{"type":"invoke","process":4294967296,"f":"read"}',
      'file:1: "process"',
    ],
    ['a negative process', '{"type":"invoke","process":-1,"f":"read"}', 'file:1: "process"'],
    ['no function', '{"type":"invoke","process":0}', 'file:1: "f": expected the name'],
    [
      'a position that is none',
      '{"type":"invoke","process":0,"f":"r","position":"5"}',
      'file:1: "position": expected a number, got "5"',
    ],
    ['a time that is none', '{"type":"invoke","process":0,"f":"r","time":"now"}', 'file:1: "time"'],
    ['a key that is none', '{"type":"invoke","process":0,"f":"r","key":[1]}', 'file:1: "key"'],
    [
      'a whole number that is not exact',
      '{"type":"invoke","process":0,"f":"r","value":[9007199254740993]}',
      'file:1: "value": expected whole numbers up to 2^53',
    ],
    [
      'a number without end',
      '{"type":"invoke","process":0,"f":"r","value":[1e999]}',
      'file:1: "value": expected whole numbers up to 2^53',
    ],
    ['a JSON array', '[{"type":"invoke"}]', 'file:1: "f": expected the name of an operation'],
    ['text between', `${INVOKE}oops\n`, 'file:2: expected one JSON object on the line, got "oops"'],
    ['a number', `${INVOKE}3\n`, 'file:2: expected a JSON object'],
    ['a missing line', '{"schema":1,"kind":"history"}\n{"index":1}', 'file:2: "index": expected 0'],
    ['another schema', '{"schema":9,"kind":"history"}\n', 'file:1: schema 9 is not known'],
    ['a trace', '{"schema":1,"kind":"trace"}\n', 'file:1: "kind": expected "history", got "trace"'],
    [
      'a shrinking index',
      '{"index":3,"type":"invoke","process":0,"f":"r"}\n{"index":3,"type":"ok","process":0,"f":"r"}',
      'file:2: "index": expected a whole number above 3',
    ],
    [
      'truncated EDN',
      '[{:type :invoke, :f :read, :process 0}',
      'file:1: the file ends within the vector',
    ],
    [
      'EDN that is no operation',
      '[1 2]',
      'file:1: expected the map of an operation, {...}, got "1 2]"',
    ],
    ['a key twice', '{:type :ok, :type :ok}', 'file:1: expected each key once, got "type" twice'],
    [
      'a closing bracket',
      '{:type :invoke, :f :r, :process 0}]',
      'file:1: expected the map of an operation',
    ],
    ['prose', 'Once upon a time', 'file: cannot tell the format of the history'],
    ['binary data', '\u007fELF\u0000\u0001', 'file: expected the text of a history, got binary'],
  ])('%s', (_, text, message) => {
    expect(refusal(text)).toContain(message);
  });

  test.each([
    ['value', 'file:1: "value": expected lists nested at most 100 deep'],
    ['process', 'file:1: "process"'],
    ['f', 'file:1: "f"'],
  ])('a %s nested a million times', (field, message) => {
    const deep = `${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}`;
    const fields = { type: '"invoke"', process: '0', f: '"read"', [field]: deep };
    const text = Object.entries(fields).map(([name, json]) => `"${name}":${json}`);
    expect(refusal(`{${text.join(',')}}`)).toContain(message);
  });

  test('bytes that are not UTF-8', () => {
    const bytes = Buffer.from(
      `${INVOKE}{"type":"ok","process":0,"f":"read","value":"\u00ff"}`,
      'latin1',
    );
    expect(refusal(bytes)).toContain('file:2: expected text in UTF-8');
  });
});

describe('a file', () => {
  test('that is not there, or is a directory, is refused by name', () => {
    const missing = join(directory, 'missing.edn');
    expect(() => readForeignHistory(missing)).toThrow(`${missing}: no such file`);
    expect(() => readForeignHistory(directory)).toThrow('got a directory');
    expect(() => readForeignHistory(join(directory, 'a\u0000b'))).toThrow('cannot be read');
  });

  test.each(['', ' \n\n', '\ufeff'])('with nothing in it (%j) is an empty history', (text) => {
    const path = join(directory, 'empty');
    writeFileSync(path, text);
    const { history, format } = readForeignHistory(path);
    expect([history.length, format]).toEqual([0, null]);
  });

  test.each(FORMAT_NAMES)('of format %s may be empty', (format) => {
    expect(read('', { format }).history.length).toBe(0);
  });
});

test('a history with bytes cut out, put in or changed is read or refused, and nothing else', () => {
  const seeds = [
    `${INVOKE}${OK}{"type":"invoke","process":"nemesis","f":"kill","value":["n1",{"a":null}]}\n`,
    '[{:type :invoke, :f :cas, :value [1 2], :process 3}\n{:type :info, :f :cas, :error "\\u0041", :process 3}]',
    '#jepsen.history.Op{:type :invoke, :f :read, :value [7 nil], :process 3 #_ x}',
    'INFO  jepsen.util - 0\t:invoke\t:read\tnil\nINFO  jepsen.util - 0\t:info\t:read\t:timed-out\n',
    '{:process 9, :type :invoke, :f :append, :key "0", :value "x 9 0 y"}\n',
    '# @object atomic-queue\n[1] call enq(1)\n[1] return\n[2] call deq\n[2] return 1\n',
  ];
  const junk = fc.constantFrom(
    ...Array.from('[](){}"\\#:;_^0-,\n'),
    '\u0000',
    '##',
    '#_',
    '1e999',
    ' nil ',
    'é',
  );
  const edit = fc.record({ at: fc.nat(200), cut: fc.nat(20), put: fc.option(junk, { nil: '' }) });
  fc.assert(
    fc.property(
      fc.constantFrom(...seeds),
      fc.array(edit, { minLength: 1, maxLength: 4 }),
      fc.option(fc.constantFrom(...FORMAT_NAMES), { nil: undefined }),
      fc.integer({ min: 1, max: 100 }),
      (seed, edits, format, chunkBytes) => {
        let text = seed;
        for (const { at, cut, put } of edits) text = text.slice(0, at) + put + text.slice(at + cut);
        let message: string | null = null;
        try {
          read(text, { format, chunkBytes });
        } catch (error) {
          if (!(error instanceof Error) || error.name !== 'HarnessError') throw error;
          ({ message } = error);
        }
        expect(message ?? 'file: read').toMatch(/^file(:\d+)?: \S/);
      },
    ),
    { numRuns: 1500 },
  );
});
