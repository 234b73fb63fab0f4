/**
 * Node and client code of a user's own system is held to its contract: every slip is one line with
 * file, line and what is allowed, ends its node or the run, and never hangs or blames Ordeal.
 */

import { describe, expect, test, vi } from 'vitest';
import { HarnessError } from '../../harness/core/errors.ts';
import { type RunOptions, simulate } from '../../harness/ordeal.ts';
import type { AnyProtocol, Env, Request } from '../../systems/protocol.ts';
import type { ProtocolSystem as System } from '../../systems/system.ts';
import { abdRegister, readsAndWrites } from '../examples/abd-register.ts';

type AnyEnv = Env<unknown, unknown>;

const FILE = 'own-node.test.ts';
const OPTIONS = { workload: readsAndWrites, nemesis: ['none'], seed: 1, timeLimitS: 2 } as const;

function under(slips: Partial<AnyProtocol>, more: Partial<System> = {}): RunOptions {
  const system: System = {
    ...abdRegister,
    name: 'slips',
    protocol: (rules) => ({ ...abdRegister.protocol(rules), ...slips }),
    ...more,
  };
  return { ...OPTIONS, system };
}

/** Slips at the first request of a node, and is itself otherwise. */
function atRequest(slip: (env: AnyEnv, request: Request) => unknown): RunOptions {
  const honest = abdRegister.protocol(abdRegister.rules);
  return under({
    request(state, env, request) {
      slip(env, request);
      honest.request(state, env, request);
    },
  });
}

/** What a run says of a node that crashed. */
function crashOf(options: RunOptions): string {
  const { verdict } = simulate(options);
  if (verdict.kind !== 'invalid') return verdict.kind;
  expect(verdict.property).toBe('PANIC');
  return verdict.because;
}

function mistakeOf(options: RunOptions): string {
  try {
    return simulate(options).verdict.kind;
  } catch (error) {
    expect(error).toBeInstanceOf(HarnessError);
    expect((error as HarnessError).failure).toBe('usage');
    return (error as Error).message;
  }
}

class Tag {
  readonly count = 1;
}
const cyclic: Record<string, unknown> = {};
cyclic['self'] = cyclic;

describe('what a node asks for and cannot have ends it, told by file and line', () => {
  test.each<[string, (env: AnyEnv, request: Request) => unknown, string]>([
    ['node 99', (env) => env.send(99, {}), 'env.send: there is no node 99 (0 to 4)'],
    ['node -1', (env) => env.send(-1, {}), 'env.send: there is no node -1 (0 to 4)'],
    ['node n2', (env) => env.send('n2' as never, {}), "env.send: there is no node 'n2' (0 to 4)"],
    ['a map', (env) => env.send(1, { seen: new Map() }), 'env.send: the message.seen is a Map'],
    ['a class', (env) => env.send(1, [new Tag()]), 'env.send: the message[0] is a Tag'],
    ['a BigInt', (env) => env.send(1, { n: 1n }), 'env.send: the message.n is a BigInt (1n)'],
    ['a cycle', (env) => env.send(1, cyclic), 'env.send: the message.self is cyclic'],
    ['a function', (env) => env.send(1, { a: { f: () => 1 } }), 'the message.a.f is a function'],
    ['nothing', (env) => env.send(1, undefined), 'env.send: the message is undefined'],
    ['NaN', (env) => env.send(1, { 'a b': Number.NaN }), 'the message["a b"] is NaN'],
    ['a hole', (env) => env.send(1, [undefined]), 'the message[0] is undefined'],
    ['a promise', (env) => env.send(1, Promise.resolve()), 'the message is a promise'],
    ['a record', (env) => env.persist(new Set()), 'env.persist: the record is a Set'],
    ['records', (env) => env.checkpoint([1, () => 1]), 'env.checkpoint: record 1 is a function'],
    ['no list', (env) => env.checkpoint({} as never), 'env.checkpoint: {} is no list of records'],
    ['timer 16', (env) => env.setTimer(16, 5), 'env.setTimer: there is no timer 16 (0 to 15)'],
    ['timer 1.5', (env) => env.cancelTimer(1.5), 'env.cancelTimer: there is no timer 1.5'],
    ['a delay of NaN', (env) => env.setTimer(0, Number.NaN), 'env.setTimer: NaN is no delay (0 to'],
    ['a delay below 0', (env) => env.setTimer(0, -1), 'env.setTimer: -1 is no delay (0 to'],
    ['no end', (env) => env.setTimer(0, Number.POSITIVE_INFINITY), 'Infinity is no delay'],
    [
      'nobody',
      (env) => env.reply(undefined as never, {} as never),
      'undefined is nobody to answer',
    ],
    [
      'a status',
      (env, { from }) => env.reply(from, { status: 'okay' } as never),
      'status must be one of ok, fail, redirect, unknown',
    ],
    [
      'no value',
      (env, { from }) => env.reply(from, { status: 'ok', position: null } as never),
      'value is missing',
    ],
    [
      'a leader',
      (env, { from }) => env.reply(from, { status: 'redirect', leader: 7 }),
      'leader must be a node (0 to 4), or null',
    ],
    ['an event', (env) => env.trace({} as never), 'env.trace: {} is no event'],
  ])('%s', (_, slip, said) => {
    const because = crashOf(atRequest(slip));
    expect(because).toContain(said);
    expect(because).toMatch(new RegExp(`^\`request\` of ${FILE}:\\d+ threw: .*, and ended n\\d$`));
  });

  test('also what it throws itself', () => {
    const options = atRequest(() => {
      throw new Error('boom');
    });
    expect(crashOf(options)).toMatch(
      /^`request` of own-node\.test\.ts:\d+ threw: boom, and ended n\d$/,
    );
  });

  test('and not what JSON carries', () => {
    const plain = { a: [1, 'x', null, true, { b: undefined }], c: Object.create(null) };
    expect(crashOf(atRequest((env) => env.setTimer(15, 1.5)))).toBe('valid');
    expect(crashOf(atRequest((env) => env.persist(plain)))).not.toContain('plain');
  });
});

describe('what is wrong with how it is written ends the run', () => {
  test.each<[string, () => unknown, RegExp]>([
    ['a random source', () => Math.random(), /asks Math\.random, by which .*env\.random\(\)/],
    ['a clock', () => Date.now(), /asks Date\.now/],
    ['another clock', () => process.hrtime.bigint(), /asks process\.hrtime/],
    ['a timer', () => setTimeout(() => undefined, 1), /asks setTimeout/],
    ['the end of the process', () => process.exit(0), /asks process\.exit, which would end Ordeal/],
  ])('%s', (_, slip, said) => {
    const message = mistakeOf(atRequest(slip));
    expect(message).toMatch(said);
    expect(message).toMatch(new RegExp(`^\`request\` of ${FILE}:\\d+ asks`));
  });

  test('but not what it prints, which goes to standard error', async () => {
    // What an earlier run put in place of it is gone once the loop has turned.
    await new Promise((resolve) => setImmediate(resolve));
    const printed = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const answers = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    try {
      const says = atRequest(() => process.stdout.write('asked\n'));
      expect(crashOf(says)).toBe('valid');
      expect(printed).toHaveBeenCalledWith('asked\n');
      expect(answers).not.toHaveBeenCalled();
      expect(crashOf(atRequest(() => console.table([])))).toBe('valid');
    } finally {
      printed.mockRestore();
      answers.mockRestore();
    }
  });

  test('a client that neither completes nor gives up, once nothing is on its way', () => {
    const client = { ...abdRegister.client(abdRegister.rules), invoke: () => undefined };
    expect(mistakeOf(under({}, { client: () => client }))).toContain('a client waits for ever');
  });

  test('also where it caught what it was told', () => {
    const options = atRequest(() => {
      try {
        return Math.random();
      } catch {
        return 0;
      }
    });
    expect(mistakeOf(options)).toContain('asks Math.random');
  });

  test('an async handler', () => {
    const options = under({ message: (async () => undefined) as never });
    expect(mistakeOf(options)).toMatch(/^`message` of system slips returns a promise/);
  });

  test('a timer that is set to 0 again and again', () => {
    const options = under({
      start(env) {
        env.setTimer(0, 0);
        return {};
      },
      timer: (_state, env, timer) => env.setTimer(timer, 0),
      view: () => ({ role: 'x', term: 0, leader: null, commit: 0, applied: 0 }),
    });
    expect(mistakeOf(options)).toMatch(
      /^`timer` of own-node.*:\d+ sets timer 0 to 0 again and again/,
    );
  });

  test.each<[string, object | null, string]>([
    ['nothing', null, 'it must be an object'],
    ['no role', {}, 'role must be a text'],
    ['no term', { role: 'x' }, 'term must be a number'],
    [
      'a stranger',
      { role: 'x', term: 1, commit: 0, applied: 0, leader: 9 },
      'leader must be a node',
    ],
  ])('a view of %s', (_, view, said) => {
    expect(mistakeOf(under({ view: () => view as never }))).toContain(said);
  });

  test.each<[string, Partial<ReturnType<System['client']>>, RegExp]>([
    [
      'node 99',
      { invoke: (_, env) => env.send(99, {} as never) },
      /there is no node 99 \(0 to 4\)/,
    ],
    ['a delay', { invoke: (_, env) => env.setTimer(Number.NaN) }, /NaN is no delay/],
    [
      'an outcome',
      { invoke: (_, env) => env.complete({ type: 'okay' } as never) },
      /type must be one of/,
    ],
    ['a clock', { invoke: () => void Date.now() }, /asks Date\.now/],
    [
      'an end twice',
      {
        invoke: (_, env) => {
          env.setTimer(1000);
          env.complete({ type: 'fail', error: 'no' });
          env.complete({ type: 'fail', error: 'no' });
        },
      },
      /no operation is open/,
    ],
  ])('a client that asks for %s', (_, slips, said) => {
    const client = { ...abdRegister.client(abdRegister.rules), ...slips };
    const message = mistakeOf(under({}, { client: () => client }));
    expect(message).toMatch(said);
    expect(message).toMatch(/^`client\.invoke` of own-node\.test\.ts:\d+ /);
  });
});

describe('nodes share nothing', () => {
  test('a message that its receiver changes is its own, as over a wire', () => {
    const honest = abdRegister.protocol(abdRegister.rules);
    const spoils = under({
      message(state, env, from, message) {
        honest.message(state, env, from, structuredClone(message));
        for (const key of Object.keys(message as object)) delete (message as never)[key];
      },
    });
    expect(simulate({ ...spoils, set: { 'network.duplicatePpm': 200_000 } }).verdict.kind).toBe(
      'valid',
    );
  });

  test('variables of the code that a system builds belong to one life of one node', () => {
    const lives: number[] = [];
    const system = under(
      {},
      {
        protocol: (rules) => {
          let requests = 0;
          const honest = abdRegister.protocol(rules);
          return {
            ...honest,
            request(state, env, request) {
              lives.push(++requests);
              honest.request(state, env, request);
            },
          };
        },
      },
    );
    simulate(system);
    // Five nodes had a first request each.
    expect(lives.filter((one) => one === 1)).toHaveLength(5);
  });

  test('a node that sends to itself hears itself', () => {
    let heard = 0;
    const honest = abdRegister.protocol(abdRegister.rules);
    const options = under({
      request(state, env, request) {
        env.send(env.self, { kind: 'self' });
        honest.request(state, env, request);
      },
      message(state, env, from, message) {
        if ((message as { kind: string }).kind === 'self') heard += Number(from === env.self);
        else honest.message(state, env, from, message);
      },
    });
    expect(simulate(options).verdict.kind).toBe('valid');
    expect(heard).toBeGreaterThan(10);
  });
});
