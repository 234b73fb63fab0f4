import { describe, expect, test } from 'vitest';
import { History, type NewEvent, type Value } from '../../../checkers/history.ts';
import {
  checkLinearizable,
  checkShare,
  cutShares,
  type LinearizabilityResult,
  type Model,
  models,
  type NamedModelOptions,
} from '../../../checkers/linearizable/index.ts';
import { hardCounters } from './hard-counters.ts';

interface Step {
  readonly who?: number;
  readonly f: string;
  readonly input?: Value;
  readonly output?: Value;
  readonly key?: string;
}

/** Operations one after the other, a millisecond each. */
function sequence(...steps: readonly Step[]): NewEvent[] {
  return steps.flatMap(({ who = 0, f, input = null, output = null, key }, at) => {
    const common = { process: who, f, ...(key === undefined ? {} : { key }) };
    return [
      { ...common, time: at * 2_000_000, type: 'invoke' as const, value: input },
      { ...common, time: at * 2_000_000 + 1_000_000, type: 'ok' as const, value: output ?? input },
    ];
  });
}

const stale = sequence(
  { who: 1, f: 'write', input: 1, key: 'x' },
  { who: 2, f: 'write', input: 2, key: 'x' },
  { who: 3, f: 'read', output: 1, key: 'x' },
);

function judge(events: readonly NewEvent[], model: string | Model): LinearizabilityResult {
  return checkLinearizable(History.from(events), { model });
}

describe('a stale read', () => {
  test('is told by a monitor in the words of the domain, with the events that contradict', () => {
    const { verdict, decidedBy } = judge(stale, 'register');
    expect(decidedBy).toBe('register monitor');
    expect(verdict).toMatchObject({
      kind: 'invalid',
      because:
        "process 3 read x = 1 at 5 ms although process 2's write x = 2 had been answered at 3 ms in between",
      events: [0, 1, 2, 3, 4, 5],
      witness: { key: 'x' },
    });
  });

  test('is told by a search with the longest prefix, its states, and why nothing follows', () => {
    const twice = [...stale, ...sequence({ who: 4, f: 'write', input: 1, key: 'x' })];
    const late = twice.map((event, at) => ({ ...event, time: at * 1_000_000 }));
    // A model of one's own has no monitor.
    const model: Model = { ...models.register, name: 'my-register' };
    const { verdict, decidedBy } = checkLinearizable(History.from(late), { model });
    expect(decidedBy).toBe('Wing & Gong search');
    expect(verdict).toMatchObject({
      kind: 'invalid',
      because:
        "process 3 read x = 1 at 5 ms although process 2's write x = 2 had been answered at 3 ms",
      witness: {
        operations: [
          { invoke: 0, complete: 1, order: 1, stateAfter: '1' },
          { invoke: 2, complete: 3, order: 2, stateAfter: '2' },
          { invoke: 4, complete: 5, why: 'x is 2' },
        ],
      },
    });
  });
});

describe('keys', () => {
  test('are judged by themselves, and the worst answer is the answer', () => {
    const other = sequence({ who: 9, f: 'write', input: 7, key: 'y' });
    const { verdict, keys, operations } = judge([...other, ...stale], 'register');
    expect(verdict.kind).toBe('invalid');
    expect(keys.map(({ key, verdict: { kind } }) => [key, kind])).toEqual([
      ['y', 'valid'],
      ['x', 'invalid'],
    ]);
    expect(operations).toBe(4);
  });

  test('have a short turn each before one has a long one, and one contradiction is explained', () => {
    const keyed = (key: string, events: readonly NewEvent[], who: number) =>
      events.map((event) => ({ ...event, key, process: who }));
    const wrong = sequence(
      { f: 'inc', input: 1 },
      { f: 'read', output: 4 },
      { f: 'dec', input: 1 },
    );
    const hard = [...hardCounters()].filter(({ key }) => key === 'c0');
    const history = History.from([
      ...hard,
      ...keyed('wrong', wrong, 1000),
      ...keyed('other', wrong, 2000),
    ]);
    const { keys } = checkLinearizable(history, { model: 'counter', atOnceSteps: 100 });
    expect(keys.map(({ key }) => key)).toEqual(['c0', 'wrong', 'other']);
    expect(keys[0]?.verdict.kind).toBe('unknown');
    expect(keys[1]?.verdict).toMatchObject({ kind: 'invalid', witness: { key: 'wrong' } });
    expect(keys[2]?.verdict.kind).toBe('invalid');
    expect(keys[2]?.verdict).not.toHaveProperty('witness');
  });

  describe('in shares, as plain data', () => {
    const join = (history: History, options: NamedModelOptions, lanes: number) => {
      const cut = cutShares(history, options, lanes);
      const joined = cut.join(cut.shares.map((share) => checkShare(structuredClone(share))));
      return { shares: cut.shares.length, joined };
    };

    test.each<[string, Partial<NamedModelOptions>]>([
      ['with steps enough', {}],
      ['that stop at a violation', { keys: 'until-violation' }],
      ['without witnesses', { explain: false }],
      ['with steps for some keys only', { budget: { steps: 1000 } }],
      ['with too little memory', { budget: { memoryBytes: 1 << 15 } }],
    ])('keys that need a search have the answers of one thread, %s', (_, some) => {
      const options = { model: 'counter', atOnceSteps: 100, ...some };
      const history = hardCounters();
      const { shares, joined } = join(history, options, 2);
      expect(shares).toBe(2);
      expect(joined).toEqual(checkLinearizable(history, options));
    });

    test('keys that are decided at once are not sent anywhere, and a violation has its witness', () => {
      const history = History.from(
        ['a', 'b', 'c', 'd'].flatMap((key, at) =>
          sequence(
            { who: at, f: 'write', input: `${key}1`, key },
            { who: at, f: 'write', input: [key, 2], key },
            { who: at, f: 'read', output: at === 2 ? `${key}1` : [key, 2], key },
          ),
        ),
      );
      const options = { model: 'register' };
      const { shares, joined } = join(history, options, 3);
      expect(shares).toBe(0);
      expect(joined).toEqual(checkLinearizable(history, options));
      expect(joined.verdict).toMatchObject({ kind: 'invalid', witness: { key: 'c' } });
    });

    test('a thread that does not know the model says so, and no verdict', () => {
      const { shares } = cutShares(hardCounters(), { model: 'counter', atOnceSteps: 100 }, 2);
      const share = shares[0] as (typeof shares)[0];
      const options = { ...share.options, model: 'my-counter' };
      expect(() => checkShare({ ...share, options })).toThrow('no model is called "my-counter"');
    });
  });
});

describe('what cannot be judged', () => {
  test.each<[string, NewEvent[], string]>([
    [
      'a completion without an invocation',
      [{ time: 0, type: 'ok', process: 3, f: 'read', value: 1 }],
      'event 0: process 3 completes what it never invoked',
    ],
    [
      'two open operations of one process',
      [
        { time: 0, type: 'invoke', process: 0, f: 'read', value: null },
        { time: 0, type: 'invoke', process: 0, f: 'read', value: null },
      ],
      'event 1: process 0 invokes while its operation of event 0 is open',
    ],
    [
      'a function that the model does not know',
      sequence({ f: 'enqueue', input: 1 }),
      'event 0: model register does not know enqueue (it knows read, write)',
    ],
    [
      'an answer to another question',
      [
        { time: 0, type: 'invoke', process: 0, f: 'read', value: null },
        { time: 0, type: 'ok', process: 0, f: 'write', value: null },
      ],
      'event 1: answers write, but event 0 of this process asked read',
    ],
  ])('%s is unknown, with the reason', (_, events, because) => {
    expect(judge(events, 'register').verdict).toEqual({ kind: 'unknown', because });
  });

  test('a model that nobody knows is unknown, with the known ones', () => {
    const { verdict } = judge([], 'regster');
    expect(verdict).toMatchObject({
      kind: 'unknown',
      because: expect.stringContaining('known: register, cas-register'),
    });
  });

  test('a value that the model cannot read is unknown', () => {
    const { verdict } = judge(sequence({ f: 'cas', input: 5 }), 'cas-register');
    expect(verdict).toMatchObject({
      kind: 'unknown',
      because: expect.stringContaining('[from, to]'),
    });
  });

  test('a search out of budget is unknown and says how far it came', () => {
    const many = Array.from({ length: 12 }, (_, who) => who);
    const events = [
      ...many.map((who) => invoke(who, 'write', who % 3)),
      ...many.map((who) => ({ ...invoke(who, 'write', who % 3), type: 'ok' as const })),
      ...sequence({ who: 20, f: 'read', output: 0 }, { who: 20, f: 'read', output: 1 }),
    ];
    const tight = { model: 'register', budget: { steps: 2 } };
    expect(checkLinearizable(History.from(events), tight).verdict).toMatchObject({
      kind: 'unknown',
      because: expect.stringMatching(/configurations; the first \d+ of 14 answers/),
    });
  });

  test('nothing at all is valid: an empty history promises nothing', () => {
    expect(judge([], 'register').verdict.kind).toBe('valid');
  });
});

describe('the nemesis', () => {
  test('is no client', () => {
    const fault: NewEvent = { time: 0, type: 'info', process: 'nemesis', f: 'kill', value: null };
    expect(judge([fault, ...stale.slice(0, 2), fault], 'register').verdict.kind).toBe('valid');
  });
});

describe('positions', () => {
  const placed = (positions: readonly number[]): NewEvent[] =>
    sequence(
      { f: 'write', input: 1 },
      { f: 'read', output: 1 },
      { f: 'write', input: 2 },
      { f: 'read', output: 2 },
    ).map((event, at) =>
      event.type === 'ok' ? { ...event, position: positions[at >> 1] as number } : event,
    );
  const check = (events: readonly NewEvent[]): LinearizabilityResult =>
    checkLinearizable(History.from(events), { model: 'register', witness: 'positions' });

  test('that follow model and real time prove the history', () => {
    const result = check(placed([5, 5, 9, 9]));
    expect(result.verdict.kind).toBe('valid');
    expect(result.decidedBy).toBe('the order that the system claims');
  });

  test('that do not are reported, and the clients decide', () => {
    const result = check(placed([9, 9, 5, 5]));
    expect(result.verdict.kind).toBe('valid');
    expect(result.decidedBy).toBe('register monitor');
    expect(result.keys[0]?.evidence).toMatch(/stands before/);
  });
});

describe("a model of one's own", () => {
  /** A register that remembers only the greatest value. */
  const maximum: Model<number> = {
    name: 'maximum',
    functions: ['write', 'read'],
    initial: () => 0,
    step(state, { f, input, output, outcome }) {
      if (f === 'write') return Math.max(state, Number(input));
      return outcome !== 'ok' || output === state ? state : undefined;
    },
  };

  test('needs ten lines and no hints', () => {
    const good = sequence(
      { f: 'write', input: 5 },
      { f: 'write', input: 3 },
      { f: 'read', output: 5 },
    );
    expect(judge(good, maximum).verdict.kind).toBe('valid');
    const bad = sequence({ f: 'write', input: 5 }, { f: 'read', output: 3 });
    expect(judge(bad, maximum).verdict).toMatchObject({
      because: "process 0 read -> 3 at 3 ms although process 0's write 5 had been answered at 1 ms",
    });
  });
});

function invoke(process: number, f: string, value: Value): NewEvent {
  return { time: 0, type: 'invoke', process, f, value };
}
