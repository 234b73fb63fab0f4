/** Each format by an example of everything that it can say. */

import { describe, expect, test } from 'vitest';
import { eventsOf, read, refusal } from './reading.ts';

const LOG = [
  'INFO  jepsen.core - Worker 0 starting',
  'INFO  jepsen.util - 0\t:invoke\t:read\tnil',
  '2015-01-01 12:00:00,001 INFO  jepsen.util - 1\t:invoke\t:cas\t[1 4]',
  '0\t:ok\t:read\t3',
  'INFO  jepsen.util - 1\t:info\t:cas\t:timed-out',
  'INFO  jepsen.util - :nemesis\t:info\t:start\t"cut off n1"',
  'INFO  jepsen.util - 2\t:invoke\t:write\t2',
  'INFO  jepsen.util - 2\t:info\t:write\t2\t[:refused "n1"]',
].join('\n');

const LIMO = [
  '# a comment',
  '# @object atomic-queue',
  '',
  '[1] call enq(1)',
  '    [2] call deq',
  '[1] return',
  '    [2] return 1',
  '[1] call enq abc',
  '[1] return ok',
  '[7] call deq()',
  '[7] return empty',
  '[8] call deq',
].join('\r\n');

describe('our own JSON lines', () => {
  test('are read with the header of a stored run', () => {
    const text =
      '{"schema":1,"kind":"history"}\n' +
      '{"index":0,"time":5,"type":"invoke","process":0,"f":"write","key":"x","value":[1,"a"]}\n' +
      '{"index":1,"time":9,"type":"info","process":0,"f":"write","key":"x","value":null,"error":"timeout","node":"n1","position":7}\n';
    expect(eventsOf(text)).toEqual([
      { index: 0, time: 5, type: 'invoke', process: 0, f: 'write', key: 'x', value: [1, 'a'] },
      {
        index: 1,
        time: 9,
        type: 'info',
        process: 0,
        f: 'write',
        key: 'x',
        value: null,
        error: 'timeout',
        node: 'n1',
        position: 7,
      },
    ]);
  });

  test('need no more than type, process and f', () => {
    const { history, format, notes } = read(
      '{"type":"invoke","process":0,"f":"read"}\n\n{"type":"ok","process":0,"f":"read","value":{"a":1}}',
    );
    expect(format).toBe('jsonl');
    expect([...history]).toEqual([
      { index: 0, time: 0, type: 'invoke', process: 0, f: 'read', value: null },
      { index: 1, time: 1, type: 'ok', process: 0, f: 'read', value: { a: 1 } },
    ]);
    expect(notes).toEqual([expect.stringContaining('no times')]);
  });

  test('end before a torn last line, and say so', () => {
    const whole = '{"index":0,"type":"invoke","process":0,"f":"read","time":1}\n';
    const header = '{"schema":1,"kind":"history"}\n';
    const { history, notes } = read(`${header}${whole}{"type":"ok","proc`);
    expect(history.length).toBe(1);
    expect(notes).toEqual([expect.stringContaining('torn')]);
    expect(refusal(`${whole}{"type":"ok","proc\n${whole}`)).toContain('file:2: expected one JSON');
  });

  test('of others are refused where the last line is torn', () => {
    const whole = '{"type":"invoke","process":0,"f":"read"}\n';
    expect(refusal(`${whole}{"type":"ok","proc`)).toContain(
      'file:2: the file ends within this line',
    );
  });

  test('are refused where a key stands twice, at whatever depth and however it is written', () => {
    const line = (fields: string) => `{"type":"invoke","process":0,"f":"write",${fields}}\n`;
    expect(refusal(line('"value":1,"value":2'))).toBe(
      'file:1: expected each key once, got "value" twice',
    );
    expect(refusal(line('"value":1,"v\\u0061lue" :2'))).toContain('got "value" twice');
    expect(refusal(line('"value":[{"a":1,"a":1}]'))).toContain('got "a" twice');
    expect(read(line('"value":"\\"a\\":1,\\"a\\":2"')).history.event(0).value).toBe('"a":1,"a":2');
    expect(read(line('"value":[{"a":1},{"a":2}]')).history.length).toBe(1);
  });

  test('and EDN compare objects, maps and sets by content', () => {
    const of = (text: string) => read(text).history.event(0).value;
    const line = (value: string) => `{"type":"invoke","process":0,"f":"write","value":${value}}`;
    expect(of(line('{"b":1,"a":{"d":2,"c":3}}'))).toEqual(of(line('{"a":{"c":3,"d":2},"b":1}')));
    const edn = (value: string) => `{:type :invoke :process 0 :f :write :value ${value}}`;
    expect(of(edn('{:b 1 :a #{3 1 2}}'))).toEqual(of(edn('{:a #{2 3 1} :b 1}')));
  });

  test('stand in an array as well, on as many lines as one likes', () => {
    const events = [
      { type: 'invoke', process: 0, f: 'write', value: ['[{"', { a: '}]' }] },
      { type: 'ok', process: 0, f: 'write', value: ['[{"', { a: '}]' }] },
    ];
    for (const text of [
      JSON.stringify(events),
      JSON.stringify(events, null, 2),
      ` [${events.map((event) => JSON.stringify(event)).join('\n,')}]`,
    ]) {
      const { format, history } = read(text, { chunkBytes: 7 });
      expect(format).toBe('json');
      expect([...history].map(({ type, value }) => [type, value])).toEqual([
        ['invoke', ['[{"', { a: '}]' }]],
        ['ok', ['[{"', { a: '}]' }]],
      ]);
    }
    const [line = ''] = JSON.stringify(events, null, 2).split(']\n}');
    expect(refusal(`${line.slice(0, -4)}`)).toContain('the file ends within its JSON array');
    expect(refusal('[\n{"type":"invoke","process":0,"f":"read"},\n{"type":"what"}]')).toContain(
      'file:3: "type"',
    );
  });
});

describe("Jepsen's EDN", () => {
  const maps =
    '{:type :invoke, :f :read, :value nil, :process 0, :time 3, :index 8}\n' +
    '#jepsen.history.Op{:type :info, :f :kill, :process :nemesis, :value {:n1 :dead}}\n' +
    '{"type" "ok" "f" "read" "value" [1 nil] "process" 0 "error" [:net "x"] "node" "n2"}';
  const events = [
    { index: 0, time: 3, type: 'invoke', process: 0, f: 'read', value: null },
    { index: 1, time: 1, type: 'info', process: 'nemesis', f: 'kill', value: { n1: 'dead' } },
    {
      index: 2,
      time: 2,
      type: 'ok',
      process: 0,
      f: 'read',
      value: [1, null],
      error: '["net","x"]',
      node: 'n2',
    },
  ];

  test.each([maps, `[${maps}]`, `(${maps})`, `; comment\n[${maps}\n ; end\n]\n`, `\ufeff${maps}`])(
    'is read as maps, in a vector or a list: %j',
    (text) => {
      expect(eventsOf(text)).toEqual(events);
    },
  );

  test('whose times run backwards is judged in the order of its lines, and says so', () => {
    const { notes, timed } = read(
      '{:process 0, :type :invoke, :f :read, :value nil, :time 5}\n' +
        '{:process 0, :type :ok, :f :read, :value nil, :time 4}\n',
    );
    expect(timed).toBe(true);
    expect(notes).toEqual([
      'times run backwards in 1 of the lines (first: 2): the order of the lines was judged, ' +
        'not the times',
    ]);
  });

  test('takes an operation without a function for a transaction', () => {
    const text = '{:index 4 :process 1 :type :invoke :value [[:append 5 1] [:r x]]}';
    expect(eventsOf(text)).toMatchObject([
      {
        f: 'txn',
        value: [
          ['append', 5, 1],
          ['r', 'x'],
        ],
      },
    ]);
  });

  test('is split by key where every value is a pair and a read asks for nothing else', () => {
    const text =
      '{:type :invoke, :f :write, :value [3 1], :process 0}{:type :invoke, :f :read, :value [:k nil], :process 1}' +
      '{:type :ok, :f :write, :value [3 1], :process 0}{:type :info, :f :read, :value nil, :process 1}';
    expect(eventsOf(text)).toMatchObject([
      { key: '3', value: 1 },
      { key: 'k', value: null },
      { key: '3', value: 1 },
      { key: 'k', value: null },
    ]);
    expect(eventsOf(text, { independent: false })[0]).toMatchObject({ value: [3, 1] });
  });

  test.each([
    ['a read that answers no pair', '[0 nil]', '[1 2 3]'],
    ['a read that answers for another key', '[0 nil]', '[1 nil]'],
    ['a read without a key', 'nil', '[1 2]'],
  ])('is not split by key because of %s', (_, asked, answered) => {
    const text =
      `{:type :invoke, :f :read, :value ${asked}, :process 0}` +
      `{:type :ok, :f :read, :value ${answered}, :process 0}`;
    expect(read(text).history.keys.names).toEqual([]);
    expect(refusal(text, { independent: true })).toContain('"value": expected [key value]');
  });
});

describe("Jepsen's log", () => {
  test('is read among the lines of other loggers', () => {
    const { format, history } = read(LOG);
    expect(format).toBe('jepsen-log');
    expect([...history]).toMatchObject([
      { process: 0, type: 'invoke', f: 'read', value: null },
      { process: 1, type: 'invoke', f: 'cas', value: [1, 4] },
      { process: 0, type: 'ok', f: 'read', value: 3 },
      { process: 1, type: 'info', f: 'cas', value: null, error: 'timed-out' },
      { process: 'nemesis', type: 'info', f: 'start', value: 'cut off n1' },
      { process: 2, type: 'invoke', f: 'write', value: 2 },
      { process: 2, type: 'info', f: 'write', value: 2, error: '["refused","n1"]' },
    ]);
  });

  test('goes on behind stack traces and messages of several lines', () => {
    const text =
      'INFO  jepsen.util - 0\t:invoke\t:read\tnil\n' +
      'java.net.SocketTimeoutException: null\n' +
      '\tat java.base/java.lang.Thread.run(Thread.java:829)\n' +
      'INFO  jepsen.core - Process 0 crashed:\n{:some "data"}\nhello\n' +
      'INFO  jepsen.util - 0\t:ok\t:read\t3\n';
    expect(eventsOf(text)).toMatchObject([{ type: 'invoke' }, { type: 'ok', value: 3 }]);
  });

  test('is refused where a line of operations is none, or a line is nobody’s', () => {
    const first = 'INFO  jepsen.util - 0\t:invoke\t:read\tnil\n';
    expect(refusal(`${first}INFO  jepsen.util - 0\t:ok\t`)).toContain(
      'file:2: expected an operation',
    );
    expect(refusal(`${first}hello`)).toContain('file:2: expected an operation');
    expect(refusal(`${first}3\t:invok\t:read\tnil`)).toContain('file:2: "type"');
    expect(refusal(`${first}INFO  jepsen.util - 0\t:ok\t:read\t[1`)).toContain(
      'file:2: the file ends within the vector',
    );
  });
});

describe("Porcupine's key-value log", () => {
  test('has a key in every operation', () => {
    const text =
      '{:process 9, :type :invoke, :f :append, :key "0", :value "x 9 0 y"}\n' +
      '{:process 9, :type :ok, :f :append, :key "0", :value "x 9 0 y"}\n';
    const { format, history } = read(text);
    expect(format).toBe('porcupine-kv');
    expect(history.event(1)).toMatchObject({ process: 9, key: '0', value: 'x 9 0 y' });
    expect(refusal(`${text}{:process 9, :type :invoke, :f :get, :value nil}`)).toContain(
      'file:3: "key": expected the key',
    );
  });
});

describe('the text of LiMo', () => {
  test('names its object, and empty removals are nil', () => {
    const { format, history, model } = read(LIMO);
    expect([format, model]).toEqual(['limo', 'fifo-queue']);
    expect([...history]).toMatchObject([
      { process: 1, type: 'invoke', f: 'enqueue', value: 1 },
      { process: 2, type: 'invoke', f: 'dequeue', value: null },
      { process: 1, type: 'ok', f: 'enqueue', value: 1 },
      { process: 2, type: 'ok', f: 'dequeue', value: 1 },
      { process: 1, type: 'invoke', f: 'enqueue', value: 'abc' },
      { process: 1, type: 'ok', f: 'enqueue', value: 'abc' },
      { process: 7, type: 'invoke', f: 'dequeue', value: null },
      { process: 7, type: 'ok', f: 'dequeue', value: null },
      { process: 8, type: 'invoke', f: 'dequeue', value: null },
    ]);
  });

  test('may give the result of a read with its call', () => {
    const text = '# @object register\n[1] call write(a)\n[1] return \n[1] call read(a)\n[1] return';
    const { history, model } = read(text);
    expect(model).toBe('register');
    expect(history.event(3)).toMatchObject({ f: 'read', value: 'a' });
  });

  test.each([
    ['[1] call push(1)', 'file:1: expected a line "# @object'],
    ['# @object atomic-heap\n', 'file:1: expected one of atomic-queue'],
    ['# @object atomic-stack\n[1] push(1)', 'file:2: expected "[thread] call push(3)"'],
    ['# @object atomic-stack\n[1] call push', 'file:2: expected a value to push'],
    ['# @object atomic-stack\n[1] call push(1, 2)', 'file:2: expected one argument'],
    ['# @object atomic-stack\n[1] call peek', 'file:2: expected a call such as'],
    ['# @object atomic-stack\n[1] return 3', 'file:2: process 1 completes'],
    ['# @object atomic-stack\n[1] call push(1)\n[1] return 2', 'file:3: expected "return"'],
    ['# @object atomic-stack\ncrash', 'file:2: expected "[thread] call'],
    ['# @object atomic-stack\n[1] call pop 1\n[1] return 2', 'file:3: expected the result'],
  ])('%j is refused', (text, message) => {
    expect(refusal(text, { format: 'limo' })).toContain(message);
  });
});

describe('a thread of LiMo with several open calls', () => {
  test('is answered call by call, each return by the one that it fits', () => {
    const { history } = read(
      '# @object atomic-stack\n[1] call push 1\n[1] call pop\n[1] return 1\n[1] call pop\n[1] return empty\n',
    );
    const told = [...history].map(({ type, process, f, value }) => [type, process === 1, f, value]);
    expect(told).toEqual([
      ['invoke', true, 'push', 1],
      ['invoke', false, 'pop', null],
      ['ok', false, 'pop', 1],
      ['invoke', false, 'pop', null],
      ['ok', false, 'pop', null],
    ]);
  });

  test('is refused where a return may be of several of them, or holds a range', () => {
    const head = '# @object atomic-stack\n[1] call push 1\n[1] call push 2\n';
    expect(refusal(`${head}[1] return\n`)).toContain('file:4: 2 calls of this thread are open');
    expect(refusal('# @object atomic-stack\n[1] call push ?<1,5>\n')).toContain('is a range');
    expect(refusal('# @object atomic-stack\n[1] call pop\n[1] return ?<1,5>')).toContain('a range');
  });
});

describe('operations without a process', () => {
  const line = (type: string, more = '') => `{:type :${type} :f :read :value nil${more}}\n`;

  test('follow one another, and go on as another process after an unknown outcome', () => {
    const text = line('invoke') + line('info') + line('invoke') + line('ok');
    expect(eventsOf(text)).toMatchObject([0, 0, 1, 1].map((process) => ({ process })));
  });

  test('are refused where order is not enough, or where others have one', () => {
    expect(refusal(line('invoke') + line('invoke'))).toContain(
      'file:2: "process": expected a number',
    );
    const named = line('invoke', ' :process 1') + line('ok', ' :process 1');
    expect(refusal(named + line('invoke'))).toContain('file:3: "process": expected a number');
    expect(refusal(line('invoke') + line('ok') + named)).toContain(
      'file:3: "process": expected none',
    );
  });
});

test('a byte-order mark is passed over, wherever the chunks are cut', () => {
  const text = '\ufeff{"type":"invoke","process":0,"f":"read"}\n';
  for (const chunkBytes of [1, 2, 3, 1000])
    expect(read(text, { chunkBytes }).history.length).toBe(1);
});
