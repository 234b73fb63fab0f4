/** What a history is judged by: model, beginning, how it is to be understood, and what its values must be. */

import { describe, expect, test } from 'vitest';
import type { Value } from '../../../checkers/history.ts';
import { GOOD, scratch, sequential } from './checking.ts';

const { judge } = scratch();

describe('what a history is judged by', () => {
  test('must be said, unless the file does', async () => {
    expect(await judge(GOOD, {})).toMatchObject({
      status: 64,
      error: expect.stringContaining('--model'),
    });
    const stack =
      '# @object atomic-stack\n[1] call push(1)\n[1] return\n[2] call pop\n[2] return 2';
    expect(await judge(stack, {})).toMatchObject({ status: 1, model: 'stack', format: 'limo' });
    const queue = '# @object atomic-queue\n[1] call enq(1)\n[1] return\n[2] call deq\n[2] return 1';
    expect(await judge(queue, {})).toMatchObject({ status: 0, model: 'fifo-queue' });
  });

  test('is refused where the model does not know a function, with the line', async () => {
    const { status, error } = await judge(
      sequential([
        ['write', 1, 1],
        ['push', 2, 2],
      ]),
      {
        model: 'register',
      },
    );
    expect(status).toBe(64);
    expect(error).toContain(
      'history:3: expected an operation that model register knows (read, write), got push',
    );
  });

  test('is refused where a flag would come to nothing', async () => {
    expect((await judge(GOOD, { model: 'register', level: 'serializable' })).error).toContain(
      '--level: checker linearizable has no use for it',
    );
    expect((await judge(GOOD, { model: 'bank', failedCas: 'observed' })).error).toContain(
      '--failed-cas: checker bank has no use for it',
    );
    expect((await judge(GOOD, { checker: 'linearizable', model: 'bank' })).error).toContain(
      '--model: "bank" is no model of checker linearizable',
    );
    expect((await judge(GOOD, { checker: 'transactional' })).error).toContain('needs --workload');
    expect((await judge(GOOD, { checker: 'sequential', model: 'stack' })).error).toContain(
      'not of stack',
    );
  });

  test('may start from a value of its own', async () => {
    const text = sequential([['read', null, 7]]);
    expect((await judge(text, { model: 'register' })).verdict.kind).toBe('invalid');
    expect((await judge(text, { model: 'register', initial: 7 })).verdict.kind).toBe('valid');
  });

  test('tells of a text to start from that the history has nowhere', async () => {
    const told = '--initial is the text "nope", which occurs nowhere in the history';
    const flags = { model: 'register', initial: 'nope' };
    const notesOf = async (value: Value) =>
      (await judge(sequential([['read', null, value]]), flags)).notes;
    expect(await notesOf(7)).toContain(told);
    expect(await notesOf(['nope'])).not.toContain(told);
    expect(await notesOf('nope')).not.toContain(told);
    const known = await judge(GOOD, { model: 'register', initial: 3 });
    expect(known.notes.join()).not.toContain('--initial');
  });

  test('starts from the empty text where a store answers that of keys that nobody has put', async () => {
    const get = (value: string | null, process = 0) =>
      `{"process":${process},"type":"invoke","f":"get","key":"a"}\n` +
      `{"process":${process},"type":"ok","f":"get","key":"a","value":${JSON.stringify(value)}}\n`;
    const append =
      '{"process":0,"type":"invoke","f":"append","key":"a","value":"x"}\n' +
      '{"process":0,"type":"ok","f":"append","key":"a","value":"x"}\n';
    const kindOf = async (text: string) => (await judge(text, { model: 'kv-append' })).verdict.kind;
    expect(await kindOf(get('') + append + get('x'))).toBe('valid');
    expect(await kindOf(get(null) + append + get('x'))).toBe('valid');
    expect(await kindOf(append + get(''))).toBe('invalid');
    // A store that answers nothing for nothing does not answer the empty text as well.
    expect(await kindOf(get(null) + get(''))).toBe('invalid');
  });

  test('starts from the empty text in a key-value log of Porcupine', async () => {
    const text =
      '{:process 0, :type :invoke, :f :get, :key "a", :value nil}\n' +
      '{:process 0, :type :ok, :f :get, :key "a", :value ""}\n';
    expect((await judge(text, { model: 'kv-append' })).verdict.kind).toBe('valid');
    expect((await judge(text, { model: 'kv-append', initial: 'x' })).verdict.kind).toBe('invalid');
  });

  test.each([
    ['cas-register', 'cas', [1], 'history:1: cas: expected [from, to], got [1]'],
    [
      'multi-register',
      'txn',
      [['add', 'x', 1]],
      'history:1: txn: expected a list of [read or write',
    ],
    ['counter', 'inc', 'two', 'history:1: inc: expected a number, or nil for one, got "two"'],
    ['set', 'read', 7, 'history:2: read: expected a list or a set, or nil, got 7'],
    ['log', 'read', 'all', 'history:2: read: expected a list, or nil, got "all"'],
    [
      'total-queue',
      'drain',
      3,
      'history:2: drain: expected the list, or the set, of what it took, got 3',
    ],
    ['list-append', 'txn', [['append', 'x']], 'history:1: txn: expected a list of [append or r'],
    ['list-append', 'txn', [[':append 1']], 'history:1: txn: expected a list of [append or r'],
    ['list-append', 'txn', [['r', 'x', 7]], 'history:2: txn: expected a list of [append or r'],
    ['rw-register', 'txn', [['w', 'x', 1, 2]], 'history:1: txn: expected a list of [w or r'],
    ['rw-register', 'txn', [['append', 'x', 1]], 'history:1: txn: expected a list of [w or r'],
    ['bank', 'read', 7, 'history:2: read: expected a list of [account, balance], got 7'],
    ['bank', 'read', [[0, 'x']], 'history:2: read: expected a list of [account, balance]'],
    ['kv-append', 'append', null, 'history:1: append: expected a text, a number or a list'],
    ['counter', 'read', 'two', 'history:2: read: expected a number, or nil, got "two"'],
  ])(
    '%s: a value of %s that it cannot read, such as %j, is refused',
    async (model, f, value, message) => {
      const { status, error } = await judge(sequential([[f, value, value]]), { model });
      expect(status).toBe(64);
      expect(error).toContain(message);
    },
  );

  test.each<[string, string, Value, string]>([
    ['log', 'read', false, '--initial: expected a list, or nil for log, got false'],
    ['counter', 'read', 'x', '--initial: expected a number for counter'],
    ['multi-register', 'txn', 3, '--initial: expected the registers by name'],
    ['bank', 'read', [1], '--initial: expected a number for bank'],
  ])('%s: for its %s an initial value %j is refused', async (model, f, initial, message) => {
    expect((await judge(sequential([[f, null, null]]), { model, initial })).error).toContain(
      message,
    );
  });

  test('is no promise to sessions where a process goes on after an unknown outcome', async () => {
    const text =
      '{"process":0,"type":"invoke","f":"write","value":1}\n' +
      '{"process":0,"type":"info","f":"write"}\n' +
      '{"process":0,"type":"invoke","f":"read"}\n' +
      '{"process":0,"type":"ok","f":"read","value":1}\n';
    expect((await judge(text, { checker: 'sequential' })).error).toContain(
      'history:3: expected a new process, got process 0 again, whose operation ended in info in line 2',
    );
    expect((await judge(text, { model: 'register' })).verdict.kind).toBe('valid');
  });

  test('may not be a queue where the file says stack', async () => {
    const text = '# @object atomic-stack\n[1] call push(1)\n[1] return';
    expect((await judge(text, { model: 'fifo-queue' })).error).toContain('its object is a stack');
  });

  test('takes a failed compare-and-set for an answer only when told so', async () => {
    const text =
      sequential([['write', 1, 1]]) +
      '{"process":0,"type":"invoke","f":"cas","value":[1,2]}\n' +
      '{"process":0,"type":"fail","f":"cas","value":[1,2]}\n';
    expect((await judge(text, { model: 'cas-register' })).verdict.kind).toBe('valid');
    expect((await judge(text, { model: 'cas-register', failedCas: 'observed' })).verdict.kind).toBe(
      'invalid',
    );
  });

  test('takes a nil read for an answer, but not in Jepsen EDN', async () => {
    const text = sequential([
      ['write', 1, 1],
      ['read', null, null],
    ]);
    expect((await judge(text, { model: 'register' })).verdict.kind).toBe('invalid');
    const edn = text
      .replace(/"(\w+)":/g, ':$1 ')
      .replaceAll('null', 'nil')
      .replaceAll(',', ' ');
    expect(await judge(edn, { model: 'register' })).toMatchObject({
      format: 'jepsen-edn',
      verdict: { kind: 'valid' },
    });
    expect((await judge(edn, { model: 'register', nilReads: 'observed' })).verdict.kind).toBe(
      'invalid',
    );
  });

  test('is a set with a final read, or a set as an object', async () => {
    const lost = sequential([
      ['add', 1, 1],
      ['add', 2, 2],
      ['read', null, [1]],
    ]);
    expect(await judge(lost, { model: 'set' })).toMatchObject({
      checker: 'set',
      verdict: { kind: 'invalid' },
    });
    const object = sequential([
      ['add', 1, true],
      ['remove', 1, true],
      ['contains', 1, false],
    ]);
    expect(await judge(object, { model: 'set' })).toMatchObject({
      checker: 'linearizable',
      verdict: { kind: 'valid' },
    });
  });

  test.each<[string, string, string]>([
    [
      'bank',
      'valid',
      sequential([
        [
          'read',
          null,
          [
            [0, 5],
            [1, 5],
          ],
        ],
        [
          'read',
          null,
          [
            [0, 4],
            [1, 6],
          ],
        ],
      ]),
    ],
    [
      'bank',
      'invalid',
      sequential([
        [
          'read',
          null,
          [
            [0, 5],
            [1, 5],
          ],
        ],
        [
          'read',
          null,
          [
            [0, 4],
            [1, 5],
          ],
        ],
      ]),
    ],
    [
      'set-full',
      'valid',
      sequential([
        ['add', 1, 1],
        ['read', null, [1]],
      ]),
    ],
    ['queue', 'invalid', sequential([['dequeue', null, 1]])],
    [
      'total-queue',
      'invalid',
      sequential([
        ['enqueue', 1, 1],
        ['drain', null, []],
      ]),
    ],
    [
      'unique-ids',
      'invalid',
      sequential([
        ['generate', null, 1],
        ['generate', null, 1],
      ]),
    ],
    [
      'counter',
      'valid',
      sequential([
        ['add', 2, 2],
        ['read', null, 2],
      ]),
    ],
    [
      'log',
      'valid',
      sequential([
        ['append', 2, 2],
        ['read', null, [2]],
      ]),
    ],
    [
      'mutex',
      'invalid',
      sequential([
        ['acquire', null, null],
        ['acquire', null, null],
      ]),
    ],
    [
      'list-append',
      'invalid',
      sequential([
        ['txn', [['append', 'x', 1]], [['append', 'x', 1]]],
        ['txn', [['r', 'x', null]], [['r', 'x', []]]],
      ]),
    ],
    [
      'long-fork',
      'valid',
      sequential([
        ['txn', [['w', 0, 1]], [['w', 0, 1]]],
        ['txn', [['r', 0, null]], [['r', 0, 1]]],
      ]),
    ],
  ])('%s has its checker, which says %s here', async (model, verdict, text) => {
    expect(await judge(text, { model })).toMatchObject({ verdict: { kind: verdict } });
  });
});
