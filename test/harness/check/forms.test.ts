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

describe('keys', () => {
  const steps = (one: string | number, other: string | number): string =>
    sequential([
      ['write', 5, null, one],
      ['read', null, 0, other],
    ]);

  test.each<[string | number, string | number, string]>([
    ['1', 1, 'got 1 and, in line 1, "1"'],
    [1.5, '1.5', 'got "1.5" and, in line 1, 1.5'],
  ])('in two forms, %j and %j, are refused with both', async (one, other, said) => {
    const { status, err } = await judged(steps(one, other), { model: 'cas-register', initial: 0 });
    expect([status, err]).toEqual([64, expect.stringContaining(`:3: "key": expected each key`)]);
    expect(err).toContain(said);
  });

  test.each([
    ['["1" 5]', '["1" nil]', '[1 0]', '[1 nil]', '["1" ', 'got 1 and, in line 1, "1"'],
    ['[:a 5]', '[:a nil]', '["a" 0]', '["a" nil]', '[:a ', 'got "a" and, in line 1, :a'],
  ])('in EDN pairs such as %s and %s likewise', async (...[put, , got, ask, , said]) => {
    const line = (type: string, f: string, value: string) =>
      `{:type :${type}, :process 0, :f :${f}, :value ${value}}\n`;
    const text =
      line('invoke', 'write', put) +
      line('ok', 'write', put) +
      line('invoke', 'read', ask) +
      line('ok', 'read', got);
    const { status, err } = await judged(text, { model: 'cas-register', initial: 0 });
    expect([status, err]).toEqual([64, expect.stringContaining(':3: "key": expected each key')]);
    expect(err).toContain(said);
  });

  test('in EDN maps likewise, and one form may be any', async () => {
    const line = (type: string, key: string) =>
      `{:type :${type}, :process 0, :f :write, :key ${key}, :value 1}\n`;
    const text = line('invoke', ':x') + line('ok', ':x') + line('invoke', '"x"');
    const { err } = await judged(text, { model: 'register' });
    expect(err).toContain(':3: "key": expected each key in one form, got "x" and, in line 1, :x');
    for (const key of [':x', '"x"', '1', 'x', '[1 2]']) {
      const same = await judged(line('invoke', key) + line('ok', key), { model: 'register' });
      expect(same.status).toBe(0);
    }
  });
});

describe('names of registers in transactions', () => {
  test('in two forms are refused with both', async () => {
    const text = sequential([
      ['txn', [['w', '1', 5]], [['w', '1', 5]]],
      ['txn', [['r', 1, null]], [['r', 1, 0]]],
    ]);
    const { status, err } = await judged(text, { model: 'multi-register', initial: { '1': 0 } });
    expect([status, err]).toEqual([64, expect.stringContaining(':3: "key": expected each key')]);
  });

  test('are told apart by list-append, and accounts by bank', async () => {
    const appended = sequential([
      ['txn', [['append', '1', 5]], [['append', '1', 5]]],
      ['txn', [['r', 1, null]], [['r', 1, []]]],
    ]);
    expect(await judged(appended, { model: 'list-append' })).toMatchObject({ status: 0 });
    const balances = sequential([
      [
        'read',
        null,
        [
          ['1', 5],
          [1, 5],
        ],
      ],
    ]);
    expect(await judged(balances, { model: 'bank' })).toMatchObject({ status: 0 });
  });
});

describe('whole numbers beyond 2^53', () => {
  test.each([
    ['"value":9007199254740993', '"value"'],
    ['"error":"9007199254740992","value":{"a":[9007199254740993]}', '"value"'],
    ['"key":9007199254740993,"value":1', '"key"'],
  ])('are refused as the file has them: %s', async (fields, where) => {
    const text = `{"process":0,"type":"invoke","f":"write",${fields}}\n`;
    const { status, err } = await judged(text, { model: 'register' });
    expect([status, err]).toEqual([64, expect.stringContaining(`:1: ${where}: expected`)]);
    expect(err).toContain('got 9007199254740993 ');
  });
});

describe('a counter of decimals', () => {
  const counted = (first: number, second: number, answer: number): string =>
    sequential([
      ['add', first, first],
      ['add', second, second],
      ['read', null, answer],
    ]);
  const cases: readonly [string, string, number][] = [
    ['counts them as they are written', counted(0.1, 0.2, 0.3), 0],
    ['counts them down as well', counted(0.3, -0.1, 0.2), 0],
    ['that lost one is wrong', counted(0.1, 0.2, 0.1), 1],
    ['that sums doubles is not called wrong', counted(0.1, 0.2, 0.1 + 0.2), 2],
    ['of many digits is not called wrong', counted(0.1234567890123, 0.2, 0.3), 2],
    ['keeps whole sums', counted(0.5, 0.5, 1), 0],
  ];

  test.each(cases)('%s', async (_, text, status) => {
    for (const flags of [{ model: 'counter' }, { checker: 'counter' }]) {
      expect(await judged(text, flags)).toMatchObject({ status });
    }
  });

  test('is not called wrong beyond 2^53 either', async () => {
    const most = Number.MAX_SAFE_INTEGER;
    const text = counted(most, most, most);
    for (const flags of [{ model: 'counter' }, { checker: 'counter' }]) {
      expect(await judged(text, flags)).toMatchObject({ status: 2 });
    }
  });

  test('is a bank’s balance as well', async () => {
    const bank = (...reads: readonly Value[]): string =>
      sequential(reads.map((balances) => ['read', null, balances] as const));
    const exact = bank({ a: 0.3, b: 0 }, { a: 0.1, b: 0.2 });
    expect(await judged(exact, { model: 'bank' })).toMatchObject({ status: 0 });
    const lost = bank({ a: 0.3, b: 0 }, { a: 0.1, b: 0.1 });
    expect(await judged(lost, { model: 'bank' })).toMatchObject({ status: 1 });
    const doubles = bank({ a: 0.3, b: 0 }, { a: 0.1 + 0.2, b: 0 });
    expect(await judged(doubles, { model: 'bank' })).toMatchObject({ status: 2 });
  });
});

describe('a drain', () => {
  const drained = (answer: Value): string =>
    sequential([
      ['enqueue', 1, 1],
      ['enqueue', 2, 2],
      ['drain', null, answer],
    ]);

  test('takes its elements in the order of its list, which counts where queues have an order', async () => {
    for (const [model, status] of [
      ['fifo-queue', 1],
      ['unordered-queue', 0],
      ['queue', 0],
      ['total-queue', 0],
    ] as const) {
      expect(await judged(drained([2, 1]), { model })).toMatchObject({ status });
      expect(await judged(drained([1, 2]), { model })).toMatchObject({ status: 0 });
    }
  });

  test('beside others takes them in that order, too', async () => {
    const beside = async (answer: Value, model: string) => {
      const [first = '', ...rest] = drained(answer).trimEnd().split('\n').toReversed();
      const enqueue = (type: string) => `{"process":1,"type":"${type}","f":"enqueue","value":3}`;
      const text = [...rest.toReversed(), enqueue('invoke'), enqueue('ok'), first].join('\n');
      return judged(text, { model });
    };
    expect(await beside([1, 2, 3], 'fifo-queue')).toMatchObject({ status: 0 });
    const { status, out } = await beside([2, 1], 'fifo-queue');
    expect([status, out]).toEqual([1, expect.stringContaining('dequeued -> 2')]);
    expect(out).toContain('at best the object is [1 2 3] after');
    expect(await beside([2, 1], 'unordered-queue')).toMatchObject({ status: 0 });
  });

  test('that answers with a set says nothing of the order', async () => {
    const drained = (set: string) =>
      ednLines(['enqueue', '1', '1'], ['enqueue', '2', '2'], ['drain', 'nil', set]);
    for (const model of ['fifo-queue', 'unordered-queue', 'queue', 'total-queue']) {
      expect(await judged(drained('#{2 1}'), { model }), model).toMatchObject({ status: 0 });
    }
    expect(await judged(drained('#{1 3}'), { model: 'fifo-queue' })).toMatchObject({ status: 1 });
  });

  test.each(['fifo-queue', 'unordered-queue', 'queue', 'total-queue'])(
    'that does not say what it took is refused for %s',
    async (model) => {
      const { status, err } = await judged(drained(null), { model });
      expect([status, err]).toEqual([64, expect.stringContaining(':6: drain: expected the list')]);
    },
  );

  test('that found nothing took nothing', async () => {
    const { status, out } = await judged(sequential([['drain', null, []]]), { model: 'queue' });
    expect([status, out]).toEqual([2, expect.stringContaining('nothing was dequeued')]);
  });
});

describe('an answer of false with type ok', () => {
  test.each<[string, string, Value, Value]>([
    ['cas-register', 'cas', [null, 1], null],
    ['register', 'write', 1, null],
    ['fifo-queue', 'enqueue', 1, null],
    ['queue', 'enqueue', 1, null],
    ['total-queue', 'enqueue', 1, null],
    ['stack', 'push', 1, null],
    ['kv-append', 'put', 'x', null],
    ['log', 'append', 1, []],
    ['offset-log', 'append', 1, []],
    ['counter', 'inc', null, 0],
    ['counter', 'add', 2, 0],
    ['mutex', 'release', null, null],
  ])('is refused where it means nothing: %s, %s', async (model, f, argument) => {
    const { status, err } = await judged(sequential([[f, argument, false]]), { model });
    expect([status, err]).toEqual([64, expect.stringContaining(`:2: ${f}: expected no answer of`)]);
  });

  test('is the value that was asked for, or says what the function can say', async () => {
    const written: readonly Step[] = [
      ['write', false, false],
      ['read', null, false],
    ];
    expect(await judged(sequential(written), { model: 'register' })).toMatchObject({ status: 0 });
    const added: readonly Step[] = [
      ['add', 1, true],
      ['add', 1, false],
      ['contains', 2, false],
    ];
    expect(await judged(sequential(added), { model: 'set' })).toMatchObject({ status: 0 });
    const locked: readonly Step[] = [
      ['acquire', null, true],
      ['acquire', null, false],
    ];
    expect(await judged(sequential(locked), { model: 'mutex' })).toMatchObject({ status: 0 });
  });
});

/** Operations one after the other, as Jepsen writes them. */
function ednLines(...steps: readonly (readonly [f: string, asked: string, answer: string])[]) {
  const line = (type: string, f: string, value: string) =>
    `{:type :${type} :process 0 :f :${f} :value ${value}}`;
  return steps
    .flatMap(([f, asked, answer]) => [line('invoke', f, asked), line('ok', f, answer)])
    .join('\n');
}

describe('a set of EDN', () => {
  test.each([
    ['set', 'add', '[1 2]', 0],
    ['set', 'add', '#{2 1}', 0],
    ['set', 'add', '#{2}', 1],
    ['set', 'add', '#{1 2 3}', 1],
    ['set-full', 'add', '#{2 1}', 0],
    ['set-full', 'add', '#{2}', 1],
    ['log', 'append', '[1 2]', 0],
    ['log', 'append', '#{1 2}', 64],
    ['register', 'write', '2', 0],
    ['register', 'write', '#{2}', 1],
  ])('is what it is to %s: after %s of 1 and of 2, to read %s has status %i', async (...row) => {
    const [model, f, answer, status] = row;
    const text = ednLines([f, '1', '1'], [f, '2', '2'], ['read', 'nil', answer]);
    expect(await judged(text, { model })).toMatchObject({ status });
  });

  test('is another value than the list of its elements, and the same in any order', async () => {
    const kept = (written: string, found: string) =>
      judged(ednLines(['write', written, written], ['read', 'nil', found]), { model: 'register' });
    expect(await kept('#{1 [2]}', '#{[2] 1}')).toMatchObject({ status: 0 });
    expect(await kept('#{1 2}', '[1 2]')).toMatchObject({ status: 1 });
    expect(await kept('1/2', '0.5')).toMatchObject({ status: 0 });
    expect(await kept('2/6', '1/3')).toMatchObject({ status: 0 });
    expect(await kept('1/3', '1/4')).toMatchObject({ status: 1 });
  });

  test('is no list to a transaction', async () => {
    const text = (answer: string) =>
      ednLines(['txn', '[[:append 1 5]]', '[[:append 1 5]]'], ['txn', '[[:r 1 nil]]', answer]);
    const flags = { checker: 'transactional', workload: 'list-append' } as const;
    expect(await judged(text('[[:r 1 [5]]]'), flags)).toMatchObject({ status: 0 });
    expect(await judged(text('[[:r 1 #{5}]]'), flags)).toMatchObject({ status: 64 });
  });

  test('holds the balances of a bank as a list does', async () => {
    const read = (found: string) => ednLines(['read', 'nil', found]);
    const flags = { model: 'bank', initial: 30 } as const;
    expect(await judged(read('#{[0 10] [1 20]}'), flags)).toMatchObject({ status: 0 });
    expect(await judged(read('#{[0 10] [1 21]}'), flags)).toMatchObject({ status: 1 });
  });
});
