/** What `ordeal check` can be asked: several checkers, an empty beginning, drains, budgets, echoes. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { afterAll, describe, expect, test } from 'vitest';
import type { Value } from '../../checkers/history.ts';
import { checkPath, type PathFlags } from '../../harness/check/path.ts';

const directory = mkdtempSync(join(tmpdir(), 'ordeal-flags-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** `[f, argument, answer]` one after the other, by process 0; a fourth element is the position. */
type Step = readonly [string, Value, Value, number?];

let files = 0;
async function judge(steps: readonly Step[], flags: PathFlags) {
  const path = join(directory, `${files++}.jsonl`);
  const lines = steps.flatMap(([f, argument, answer, position]) => [
    { process: 0, type: 'invoke', f, value: argument },
    { process: 0, type: 'ok', f, value: answer, ...(position === undefined ? {} : { position }) },
  ]);
  writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const style = { columns: 80, colour: false };
  const question = { path, flags: { ...flags, json: true }, style };
  const { status, out, err } = await checkPath(question);
  return { status, err, json: out === '' ? {} : JSON.parse(out) };
}

const QUEUE: Step[] = [
  ['enqueue', 1, 1],
  ['enqueue', 2, 2],
  ['dequeue', null, 1],
  ['drain', null, [2]],
];

describe('several checkers of one file', () => {
  test('are all asked, and the worst verdict stands at the top', async () => {
    const lost: Step[] = [...QUEUE.slice(0, 3), ['drain', null, []]];
    const { status, json } = await judge(lost, { model: 'queue', checker: 'total-queue' });
    expect(status).toBe(1);
    expect(json).toMatchObject({ verdict: { kind: 'invalid' }, checker: 'total-queue' });
    expect(json.checkers).toMatchObject([
      { checker: 'queue', verdict: { kind: 'valid' } },
      { checker: 'total-queue', verdict: { kind: 'invalid' } },
    ]);
  });

  test('are each asked once, and one of them may need the model', async () => {
    const { json } = await judge(QUEUE, {
      model: 'fifo-queue',
      checker: 'linearizable,total-queue',
    });
    expect(json.checkers).toMatchObject([{ checker: 'linearizable' }, { checker: 'total-queue' }]);
    const alone = await judge(QUEUE, { model: 'queue', checker: 'queue' });
    expect(alone.json).toMatchObject({ verdict: { kind: 'valid' }, checker: 'queue' });
    expect(alone.json.checkers).toBeUndefined();
  });

  test('are refused by the name that is unknown, and for a flag that none has use for', async () => {
    const command = [
      resolve('harness/bin.js'),
      'check',
      'x',
      '--checker',
      'queue',
      '--checker',
      'qeue',
    ];
    const { exitCode, stderr } = await execa(process.execPath, command, { reject: false });
    expect([exitCode, stderr]).toEqual([64, expect.stringContaining('--checker: unknown "qeue"')]);
    const { status, json } = await judge(QUEUE, {
      checker: 'queue,total-queue',
      level: 'serializable',
    });
    expect(status).toBe(64);
    expect(json.error).toContain('checker queue and total-queue has no use for it');
  });
});

describe('a drain', () => {
  test('is as many dequeues, whoever judges the queue', async () => {
    for (const model of ['queue', 'total-queue', 'fifo-queue', 'unordered-queue']) {
      expect((await judge(QUEUE, { model })).json.verdict.kind).toBe('valid');
    }
    const foreign: Step[] = [...QUEUE.slice(0, 3), ['drain', null, [2, 7]]];
    for (const model of ['queue', 'total-queue', 'fifo-queue', 'unordered-queue']) {
      const { json } = await judge(foreign, { model });
      expect(json.verdict.kind).toBe('invalid');
      // Lines of the file, whatever the drain was taken apart into.
      expect(json.lines.at(-1)).toBe(8);
    }
  });
});

test('that the database began empty makes a value that nobody wrote a violation', async () => {
  const read: Step[] = [
    ['txn', [['r', 'x', null]], [['r', 'x', 9]]],
    ['txn', [['w', 'x', 1]], [['w', 'x', 1]]],
  ];
  expect((await judge(read, { model: 'rw-register' })).json.verdict.kind).toBe('valid');
  expect((await judge(read, { model: 'rw-register', initial: 'empty' })).json.verdict.kind).toBe(
    'invalid',
  );
  const { status, json } = await judge(read, { model: 'rw-register', initial: 3 });
  expect([status, json.error]).toEqual([
    64,
    expect.stringContaining('--initial: of transactions only "empty"'),
  ]);
});

test('positions that go back are a promise of their own', async () => {
  const back: Step[] = [
    ['read', null, 1, 7],
    ['read', null, 1, 6],
  ];
  const { json } = await judge(back, { checker: 'positions' });
  expect(json).toMatchObject({ verdict: { kind: 'invalid', property: 'positions' } });
});

describe('an answer that repeats another argument', () => {
  test('is told', async () => {
    const { json } = await judge(
      [
        ['write', 1, 2],
        ['read', null, 1],
      ],
      { model: 'register' },
    );
    expect(json.verdict.kind).toBe('valid');
    expect(json.notes.join()).toContain('write of 1 (line 1) is answered with 2 in line 2');
  });

  test('is refused where it can only be another element', async () => {
    for (const model of ['set', 'set-full']) {
      const { status, json } = await judge(
        [
          ['add', 1, 2],
          ['read', null, [1]],
        ],
        { model },
      );
      expect([status, json.error]).toEqual([
        64,
        expect.stringMatching(/:2: add of 1 .* answered with 2/),
      ]);
    }
  });
});

test.each(['2GB', '1.5mb'])('--budget takes memory: %s', async (text) => {
  const path = join(directory, 'budget.jsonl');
  writeFileSync(
    path,
    '{"process":0,"type":"invoke","f":"read"}\n{"process":0,"type":"ok","f":"read"}\n',
  );
  const command = [
    resolve('harness/bin.js'),
    'check',
    path,
    '--model',
    'register',
    '--budget',
    `1000,${text}`,
  ];
  const { exitCode } = await execa(process.execPath, command, { reject: false });
  expect(exitCode).toBe(0);
});
