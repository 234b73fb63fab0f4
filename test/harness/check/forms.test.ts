/** What `ordeal check` makes of the forms of values and keys: objects, texts and numbers. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Value } from '../../../checkers/value.ts';
import { checkPath, type PathFlags } from '../../../harness/check/path.ts';

const directory = mkdtempSync(join(tmpdir(), 'ordeal-forms-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** What is said of a file with this text. */
async function judged(text: string, flags: PathFlags) {
  const path = join(directory, 'history');
  writeFileSync(path, text);
  return checkPath({ path, flags, style: { columns: 80, colour: false } });
}

/** An operation of process 0: function, argument, answer, and its key if it has one. */
type Step = readonly [f: string, argument: Value, answer: Value, key?: string | number];

/** Operations one after the other. */
function sequential(steps: readonly Step[]): string {
  const lines = steps.flatMap(([f, argument, answer, key]) => [
    { process: 0, type: 'invoke', f, key, value: argument },
    { process: 0, type: 'ok', f, key, value: answer },
  ]);
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

describe('objects', () => {
  const lists: readonly (readonly [Value, Value])[] = [
    [{}, []],
    [[], {}],
    [[['a', 1]], { a: 1 }],
    [{ a: { b: [] } }, { a: { b: {} } }],
    [[{}], [[]]],
  ];
  const models: readonly (readonly [string, string, string, (value: Value) => Value])[] = [
    ['register', 'write', 'read', (value) => value],
    ['write-once', 'write', 'read', (value) => value],
    ['kv-append', 'put', 'get', (value) => value],
    ['set', 'add', 'read', (value) => [value]],
    ['log', 'append', 'read', (value) => [value]],
    ['fifo-queue', 'enqueue', 'dequeue', (value) => value],
    ['unordered-queue', 'enqueue', 'dequeue', (value) => value],
    ['stack', 'push', 'pop', (value) => value],
    ['queue', 'enqueue', 'dequeue', (value) => value],
    ['total-queue', 'enqueue', 'dequeue', (value) => value],
    ['set-full', 'add', 'read', (value) => [value]],
  ];

  test.each(models)('are no lists to %s', async (model, put, get, answer) => {
    for (const [asked, found] of lists) {
      for (const [seen, status] of [
        [asked, 0],
        [found, 1],
      ] as const) {
        const text = sequential([
          [put, asked, asked],
          [get, null, answer(seen)],
        ]);
        expect(await judged(text, { model })).toMatchObject({ status });
      }
    }
  });

  test('are shown as they stand in the file', async () => {
    const text = sequential([
      ['write', [['a', 1]], null],
      ['read', null, { a: 1, b: {} }],
    ]);
    const { out } = await judged(text, { model: 'register' });
    expect(out).toContain('read {"a":1,"b":{}}');
  });

  test('are no answer where a list is one', async () => {
    const text = sequential([['read', null, {}]]);
    const { status, err } = await judged(text, {
      model: 'set',
      checker: 'linearizable',
    });
    expect([status, err]).toEqual([64, expect.stringContaining(':2: read: expected a list')]);
  });
});
