/** `ordeal check`: verdicts, statuses, several files, stored runs, and the recorded histories. */

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Value } from '../../checkers/history.ts';
import { checkPath, type PathFlags } from '../../harness/check/path.ts';
import { checkAll } from '../../harness/check/paths.ts';
import { run } from '../../harness/ordeal.ts';
import { hardCounters } from '../checkers/linearizable/hard-counters.ts';

const directory = mkdtempSync(join(tmpdir(), 'ordeal-check-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** A file with this text. */
function file(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

/** What the command line prints and with which status it exits. */
async function ordeal(...args: readonly string[]) {
  return execa(process.execPath, [resolve('harness/bin.js'), 'check', ...args], { reject: false });
}

/** Operations one after the other: `[f, argument, answer]`, all by process 0. */
function sequential(steps: readonly (readonly [string, Value, Value])[]): string {
  return steps
    .map(([f, argument, answer]) => {
      const line = (type: string, value: Value) =>
        `${JSON.stringify({ process: 0, type, f, value })}\n`;
      return line('invoke', argument) + line('ok', answer);
    })
    .join('');
}

const UNTIMED = ['the file has no times: positions in it stand for nanoseconds'];

const GOOD = sequential([
  ['write', 1, 1],
  ['read', null, 1],
]);
const BAD = sequential([
  ['write', 1, 1],
  ['read', null, 2],
]);

interface Recorded {
  readonly file: string;
  readonly format: string;
  readonly model: string;
  readonly initial?: Value | Readonly<Record<string, Value>>;
  readonly failedCas?: 'observed' | 'absent';
  readonly level?: string;
  readonly linearizable?: boolean;
  readonly valid?: boolean;
}

const DATA = '../shared/data';

function checkAt(path: string, flags: PathFlags) {
  return checkPath({ path, flags, style: { columns: 80, colour: false } });
}

describe.skipIf(!existsSync(DATA))('a recorded history (needs ../shared)', () => {
  const recorded: readonly Recorded[] = existsSync(DATA)
    ? JSON.parse(readFileSync(`${DATA}/manifest.json`, 'utf8'))
    : [];

  test.each(recorded.map((entry) => [entry.file, entry] as const))(
    '%s gets its recorded verdict',
    async (name, { format, model, initial = null, failedCas, level, ...said }) => {
      const start = Array.isArray(initial) || typeof initial !== 'object' ? initial : null;
      const pairs = start === null && initial !== null ? Object.entries(initial) : start;
      const { status, out } = await checkAt(`${DATA}/${name}`, {
        model,
        json: true,
        initial: pairs as Value,
        failedCas,
        level,
      });
      const valid = said.linearizable ?? said.valid;
      const result = JSON.parse(out);
      if (result.exercised === false) {
        // Knossos calls it valid; of the recorded ones, none is invalid where nothing succeeded.
        expect({ valid, status, verdict: result.verdict.kind }).toEqual({
          valid: true,
          status: 2,
          verdict: 'unknown',
        });
        return;
      }
      expect(result).toMatchObject({
        format,
        verdict: { kind: valid === true ? 'valid' : 'invalid' },
      });
      expect(status).toBe(valid === true ? 0 : 1);
      if (valid !== true) expect(result.verdict.events.length).toBeGreaterThan(0);
    },
  );
});

/** What the command prints and its status, without a process around it. */
async function check(paths: readonly string[], flags: PathFlags) {
  let [out, err] = ['', ''];
  const status = await checkAll(paths, flags, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
  });
  return { status, out, err };
}

describe('ordeal check', () => {
  test('says valid with status 0, and how it came to that', async () => {
    const path = file('good.jsonl', GOOD);
    const { exitCode, stdout, stderr } = await ordeal(path, '--model', 'register');
    expect(exitCode).toBe(0);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^✔ VALID {2}.*good\.jsonl\n/);
    expect(stdout).toContain('linearizable register, decided by register monitor, 2 operations');
  });

  test('says invalid with status 1 and shows the operations by line, in 80 columns', async () => {
    const path = file('bad.jsonl', BAD);
    const { exitCode, stdout } = await ordeal(path, '--model', 'register');
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^✖ VIOLATION/);
    expect(stdout).toMatch(/line 3-4 +process 0 +read -> 2/);
    for (const line of stdout.split('\n').slice(1)) expect(line.length).toBeLessThanOrEqual(80);
  });

  test('prints a line of JSON for each file, and a refused one does not stop the others', async () => {
    const paths = [
      file('1.jsonl', GOOD),
      file('2.jsonl', '{"type":"ok","process":0,"f":"read"}\n'),
      file('3.jsonl', ''),
      file('4.jsonl', BAD),
    ];
    const { status, out, err } = await check(paths, { model: 'register', json: true });
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ verdict }) => verdict?.kind ?? null)).toEqual([
      'valid',
      null,
      'unknown',
      'invalid',
    ]);
    expect(lines.map((line) => line.file)).toEqual(paths);
    expect(lines[1].error).toContain('2.jsonl:1: process 0 completes read');
    expect(lines[3]).toMatchObject({ format: 'jsonl', checker: 'linearizable' });
    expect(lines[3].verdict.events).toContain(3);
    expect(err).toContain('2.jsonl:1: process 0 completes read');
    expect(status).toBe(1);
  });

  test.each<[readonly string[], number]>([
    [['good', 'empty'], 2],
    [['good', 'refused'], 64],
    [['empty', 'refused'], 64],
    [['refused', 'bad'], 1],
    [['empty'], 2],
    [['refused'], 64],
    [['missing'], 64],
    [['.'], 64],
  ])('on %j has status %i', async (names, status) => {
    file('good', GOOD);
    file('bad', BAD);
    file('empty', '');
    file('refused', 'junk');
    const paths = names.map((name) => join(directory, name));
    expect((await check(paths, { model: 'register' })).status).toBe(status);
  });

  test.each([
    [[], "missing required argument 'path'"],
    [['x', '--model', 'nosuch'], '--model: unknown "nosuch" (known: register,'],
    [['x', '--model', 'regster'], '--model: unknown "regster" (did you mean "register"?)'],
    [['x', '--checker', 'qeuue'], '--checker: unknown "qeuue" (did you mean "queue"?)'],
    [['x', '--budget', '-1'], 'a whole number of steps above 0'],
    [['x', '--threads', '0'], 'a whole number of threads 1 to 256'],
    [['x', '--witness', 'log'], '--witness: "log" is not allowed (known: positions, off)'],
    [['x', '--initial', '{"a":'], 'it begins like JSON, but is none'],
    [['x', '--staleness-ms', 'x'], 'a number from 0 up'],
  ])('refuses %j in one line, with status 64', async (args, message) => {
    const { exitCode, stdout, stderr } = await ordeal(...args);
    expect([exitCode, stdout]).toEqual([64, '']);
    expect(stderr).toContain(message);
    expect(stderr.split('\n')).toHaveLength(1);
  });

  test('shows its help in 80 columns', async () => {
    const { stdout } = await ordeal('--help');
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  test('is not disturbed by a reader that stops early', async () => {
    const path = file('early.jsonl', GOOD);
    const child = execa(
      process.execPath,
      [resolve('harness/bin.js'), 'check', ...Array(2000).fill(path), '--model', 'register'],
      { reject: false, buffer: { stdout: false } },
    );
    child.stdout.destroy();
    const { exitCode, stderr } = await child;
    expect([exitCode, stderr]).toEqual([0, '']);
  });

  test('refuses checkers and levels that there are not', async () => {
    await expect(check(['x'], { checker: 'nosuch' })).rejects.toThrow(
      '--checker: unknown "nosuch"',
    );
    await expect(check(['x'], { level: 'nosuch' })).rejects.toThrow('--level: unknown "nosuch"');
  });
});

/** Judges a text without a process around it. */
async function judge(text: string, flags: PathFlags) {
  const { status, out, err } = await checkAt(file('history', text), { ...flags, json: true });
  return { status, err, ...(out === '' ? {} : JSON.parse(out)) };
}

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
    ['set', 'read', 7, 'history:2: read: expected a list, or nil, got 7'],
    ['log', 'read', 'all', 'history:2: read: expected a list, or nil, got "all"'],
    ['total-queue', 'drain', 3, 'history:2: drain: expected the list of what it took, got 3'],
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

  test('names the strongest promise', async () => {
    const stale =
      '{"process":0,"type":"invoke","f":"write","value":1}\n{"process":0,"type":"ok","f":"write","value":1}\n' +
      '{"process":0,"type":"invoke","f":"write","value":2}\n{"process":0,"type":"ok","f":"write","value":2}\n' +
      '{"process":1,"type":"invoke","f":"read"}\n{"process":1,"type":"ok","f":"read","value":1}\n';
    const strongest = await judge(stale, { checker: 'strongest' });
    expect(strongest).toMatchObject({
      verdict: { kind: 'valid' },
      strongest: 'ordered-sequential',
    });
    expect(await judge(stale, { checker: 'sequential' })).toMatchObject({
      verdict: { kind: 'valid' },
    });
    expect(await judge(stale, { checker: 'regular' })).toMatchObject({
      verdict: { kind: 'invalid' },
    });
  });

  test('proves nothing where nothing succeeded', async () => {
    const text = '{"process":0,"type":"invoke","f":"write","value":1}\n';
    const nothing = {
      verdict: { kind: 'unknown', because: expect.stringContaining('nothing was exercised') },
    };
    expect(await judge(text, { model: 'register' })).toMatchObject({ status: 2, ...nothing });
    expect(await judge(text, { checker: 'strongest' })).toMatchObject(nothing);
    const nemesis = '{"process":"nemesis","type":"info","f":"kill"}\n';
    expect(await judge(nemesis, { model: 'register' })).toMatchObject(nothing);
    // Knossos calls its own such histories linearizable; what is printed must be earned.
    expect(
      await judge('{:process 0 :type :invoke :f :read :value nil}', { model: 'register' }),
    ).toMatchObject({ status: 2, ...nothing });
    const silent =
      '{:process 0 :type :invoke :f :read :value nil}\n{:process 0 :type :ok :f :read :value nil}';
    expect(await judge(silent, { model: 'register' })).toMatchObject({ status: 2, ...nothing });
    const observed = { model: 'register', nilReads: 'observed' } as const;
    expect(await judge(silent, observed)).toMatchObject({ verdict: { kind: 'valid' } });
    expect(await judge('', { model: 'register' })).toMatchObject({
      status: 2,
      verdict: { because: expect.stringContaining('the history is empty') },
    });
  });

  test('says what the reading of the history leaves out', async () => {
    const lines = (error: string) =>
      '{"process":0,"type":"invoke","f":"cas","value":[1,2]}\n' +
      `{"process":0,"type":"fail","f":"cas","value":[1,2],"error":"${error}"}\n`;
    const text = `${sequential([['read', null, null]])}${lines('cas-mismatch')}${lines('no leader')}`;
    const flags = { model: 'cas-register', failedCas: 'observed', nilReads: 'silent' } as const;
    const { verdict, notes } = await judge(text, flags);
    expect(verdict.kind).toBe('valid');
    expect(notes).toContainEqual(expect.stringContaining('1 failed cas with another error'));
    expect(notes).toContainEqual(expect.stringContaining('1 read of nil taken as silent'));
    const set = sequential([
      ['add', 1, 1],
      ['read', null, [1]],
    ]);
    expect((await judge(set, { model: 'set' })).notes).toContainEqual(
      expect.stringContaining('earlier reads were not judged'),
    );
  });

  test('reads failed compare-and-sets and nil reads for the weaker promises as for the others', async () => {
    const failed = sequential([['write', 1, 1]]);
    const cas =
      '{"process":0,"type":"invoke","f":"cas","value":[1,2]}\n' +
      '{"process":0,"type":"fail","f":"cas","value":[1,2]}\n';
    const text = `${failed}${cas}${sequential([['read', null, 1]])}`;
    expect((await judge(text, { checker: 'sequential' })).verdict.kind).toBe('valid');
    expect((await judge(text, { checker: 'sequential', failedCas: 'observed' })).verdict.kind).toBe(
      'invalid',
    );
    const nil = `${failed}${sequential([['read', null, null]])}`;
    expect((await judge(nil, { checker: 'sequential' })).verdict.kind).toBe('invalid');
    expect((await judge(nil, { checker: 'sequential', nilReads: 'silent' })).verdict.kind).toBe(
      'valid',
    );
  });

  test('bounds the staleness of reads, in milliseconds only where there are times', async () => {
    const events = (timed: boolean) =>
      [
        [0, 'write', 1],
        [0, 'write', 2],
        [0, 'write', 3],
        [1, 'read', 1],
      ]
        .flatMap(([process, f, value]) => [
          { process, type: 'invoke', f, value: f === 'read' ? null : value },
          { process, type: 'ok', f, value },
        ])
        .map((event, i) => `${JSON.stringify(timed ? { ...event, time: i * 1e6 } : event)}\n`)
        .join('');
    const flags = { checker: 'strongest' };
    expect(
      (await judge(events(true), { ...flags, stalenessVersions: 2, stalenessMs: 3 })).status,
    ).toBe(0);
    expect(await judge(events(true), { ...flags, stalenessVersions: 1 })).toMatchObject({
      verdict: { kind: 'invalid', property: 'bounded-staleness' },
    });
    expect((await judge(events(true), { ...flags, stalenessMs: 2 })).verdict.kind).toBe('invalid');
    expect((await judge(events(false), { ...flags, stalenessMs: 2 })).error).toContain(
      'has no times',
    );
    expect(JSON.stringify(await judge(events(false), flags))).not.toMatch(/\d ms/);
    expect((await judge(events(true), { model: 'register', stalenessMs: 2 })).error).toContain(
      '--staleness-ms: checker linearizable has no use for it',
    );
  });

  test('says whether a valid verdict over register transactions is proved', async () => {
    const text = sequential([
      ['txn', [['w', 'x', 1]], [['w', 'x', 1]]],
      ['txn', [['r', 'x', null]], [['r', 'x', 1]]],
    ]);
    for (const level of ['strict-serializable', 'sser', 'ser', 'si', 'ra', 'rc', 'ru']) {
      const { verdict, proved } = await judge(text, { model: 'rw-register', level });
      expect([level, verdict.kind, proved]).toEqual([level, 'valid', true]);
    }
  });

  test('may be a queue by --model where a file of LiMo does not say so', async () => {
    const text = '[1] call enq(1)\n[1] return\n[2] call deq\n[2] return 1';
    expect(await judge(text, { model: 'fifo-queue' })).toMatchObject({
      format: 'limo',
      verdict: { kind: 'valid' },
    });
    expect((await judge(text, {})).error).toContain('history:1: expected a line "# @object');
  });

  test('may run out of steps', async () => {
    const lines: string[] = [];
    for (let process = 0; process < 12; process++) {
      lines.push(`{"process":${process},"type":"invoke","f":"write","value":${process % 3}}`);
    }
    for (let process = 0; process < 12; process++) {
      lines.push(`{"process":${process},"type":"ok","f":"write","value":${process % 3}}`);
    }
    lines.push(
      '{"process":20,"type":"invoke","f":"read"}',
      '{"process":20,"type":"ok","f":"read","value":7}',
    );
    const result = await judge(lines.join('\n'), { model: 'cas-register', budget: { steps: 3 } });
    expect(['unknown', 'invalid']).toContain(result.verdict.kind);
    if (result.verdict.kind === 'unknown')
      expect(result.verdict.because).toMatch(/budget|steps|configurations/);
  });
});

describe('several threads', () => {
  test('say what one says, to the byte but for the time it took', async () => {
    const path = join(directory, 'counters.jsonl');
    writeFileSync(path, [...hardCounters()].map((event) => `${JSON.stringify(event)}\n`).join(''));
    for (const json of [true, false]) {
      const flags = { model: 'counter', json };
      const plain = (text: string) => text.replace(/"seconds":[\d.]+|[\d.]+ m?s\n/g, '');
      const alone = await check([path], { ...flags, threads: 1 });
      const together = await check([path], { ...flags, threads: 3 });
      expect(plain(together.out)).toBe(plain(alone.out));
      expect(together.status).toBe(alone.status);
    }
  });
});

describe('positions in answers', () => {
  const events = (positions: readonly number[]) =>
    [
      { process: 0, type: 'invoke', f: 'write', value: 1 },
      { process: 1, type: 'invoke', f: 'write', value: 2 },
      { process: 0, type: 'ok', f: 'write', value: 1, position: positions[0] },
      { process: 1, type: 'ok', f: 'write', value: 2, position: positions[1] },
      { process: 0, type: 'invoke', f: 'read' },
      { process: 0, type: 'ok', f: 'read', value: 2, position: positions[2] },
    ]
      .map((event) => `${JSON.stringify(event)}\n`)
      .join('');

  test('prove a history, or are ignored', async () => {
    const proved = await judge(events([1, 2, 2]), { model: 'cas-register' });
    expect(proved).toMatchObject({ status: 0, decidedBy: 'the order that the system claims' });
    const ignored = await judge(events([1, 2, 2]), { model: 'cas-register', witness: 'off' });
    expect(ignored).toMatchObject({ status: 0, decidedBy: 'register monitor', notes: UNTIMED });
  });

  test('that claim no order are noted beside the verdict of the answers', async () => {
    const { status, decidedBy, notes } = await judge(events([2, 1, 2]), { model: 'cas-register' });
    expect([status, decidedBy]).toEqual([0, 'register monitor']);
    expect(notes).toContainEqual(expect.stringContaining('claim an order that is none'));
  });

  test('prove ordered sequential consistency over several keys, which answers alone leave to a search', async () => {
    const store = (second: number) =>
      [
        ['x', 0, 'write', 1, 1],
        ['y', 1, 'write', 1, 2],
        ['y', 0, 'read', null, second],
        ['x', 1, 'read', 1, 2],
      ]
        .flatMap(([key, process, f, value, position]) => [
          { key, process, type: 'invoke', f, value: f === 'read' ? null : value },
          { key, process, type: 'ok', f, value, position },
        ])
        .map((event) => `${JSON.stringify(event)}\n`)
        .join('');
    const flags = { checker: 'ordered-sequential' };
    expect(await judge(store(1), flags)).toMatchObject({
      verdict: { kind: 'valid' },
      decidedBy: 'the positions in the answers',
    });
    expect((await judge(store(1), { ...flags, witness: 'off' })).verdict.kind).toBe('valid');
    // The read of nil at position 2 is not what the write at position 2 left.
    const lying = await judge(store(2), flags);
    expect(lying.verdict.kind).toBe('valid');
    expect(lying.notes).toContainEqual(expect.stringContaining('by the positions that the system'));
  });

  test.each([
    ['witness', 'off'],
    ['threads', 2],
  ])('--%s means nothing to other checkers', async (flag, value) => {
    const { error } = await judge(GOOD, { checker: 'sequential', [flag]: value });
    expect(error).toContain(`--${flag}: checker sequential has no use for it`);
  });
});

describe('a stored run', () => {
  const store = join(directory, 'store');
  let stored = '';
  beforeAll(async () => {
    const summary = await run(
      { system: 'raft', nodes: 3, timeLimitS: 5, nemesis: ['none'], seed: 3 },
      { store },
    );
    stored = resolve(summary.paths.directory ?? '');
  });

  test('is judged again beside its first verdict, with the same answer', async () => {
    const first = readFileSync(join(stored, 'results.json'), 'utf8');
    const { exitCode, stdout } = await ordeal(join(store, 'latest'));
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /judged again: valid \(first verdict: valid\), written to .*results\.\d+T\d+Z.*\.json/,
    );
    expect(readFileSync(join(stored, 'results.json'), 'utf8')).toBe(first);
    const written = readdirSync(stored).filter((name) => /^results\.\d/.test(name));
    expect(written).toHaveLength(1);
    const again = JSON.parse(readFileSync(join(stored, written[0] ?? ''), 'utf8'));
    expect(again.verdict).toEqual(JSON.parse(first).verdict);
  });

  test('is a history like any other for a checker of one’s own', async () => {
    const { status, out } = await checkAt(stored, { checker: 'strongest', json: true });
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ strongest: 'linearizable', format: 'jsonl' });
  });

  test('whose recording is damaged is refused, or judged up to a torn last line', async () => {
    const history = join(stored, 'history.jsonl');
    const whole = readFileSync(history, 'utf8');
    writeFileSync(history, whole.slice(0, -10));
    expect(await checkAt(stored, { json: true })).toMatchObject({ status: 2 });
    writeFileSync(history, whole.replace(/\n.*\n/, '\n'));
    const damaged = await checkAt(stored, { json: true });
    expect(damaged.status).toBe(64);
    expect(damaged.err).toContain('history.jsonl:2:');
    writeFileSync(history, whole);
  });
});
