/**
 * Parts of a user's own are checked when they are named, field by field, and whatever their code
 * answers in a run is checked as well; a run says what it has not judged.
 */

import { describe, expect, test } from 'vitest';
import type { TraceChecker } from '../../checkers/trace.ts';
import { HarnessError } from '../../harness/core/errors.ts';
import { majority, type RunOptions, simulate } from '../../harness/ordeal.ts';
import type { Nemesis } from '../../nemesis/fault.ts';
import type { ProtocolSystem as System } from '../../systems/system.ts';
import type { Workload } from '../../workloads/workload.ts';
import { abdRegister, readsAndWrites } from '../examples/abd-register.ts';

const OPTIONS = {
  system: abdRegister,
  workload: readsAndWrites,
  nemesis: ['none'],
  seed: 1,
  timeLimitS: 2,
} as const;

const stop: Nemesis = {
  name: 'stop',
  describe: 'pauses the first node',
  needs: 'pause',
  forms: [{ form: 'first', minNodes: 1 }],
  resolve: () => ({ kind: 'pause', nodes: [0] }),
};

function refusal(options: object): string {
  try {
    return simulate({ ...OPTIONS, ...options } as RunOptions).verdict.kind;
  } catch (error) {
    expect(error).toBeInstanceOf(HarnessError);
    expect((error as HarnessError).failure).toBe('usage');
    return (error as Error).message;
  }
}

describe('a field that is wrong is named when the part is', () => {
  test.each<[string, object, string]>([
    ['a stranger', { sufices: majority }, 'there is no field "sufices" (did you mean "suffices"?)'],
    ['suffices', { suffices: 3 }, 'field "suffices" is wrong (a function is needed, not 3)'],
    ['links', { links: 'tcp' }, 'field "links" is wrong ("datagrams" or "connections" is needed'],
    ['a rule', { rules: { quorum: 3 } }, 'field "rules.quorum" is wrong (a function is needed'],
    [
      'a time-out',
      { electionTimeoutMs: 0 },
      'field "electionTimeoutMs" is wrong (a number above 0',
    ],
    [
      'an option without limits',
      { options: { keys: { describe: 'k', default: 3 } } },
      'field "options.keys.min" is missing (a whole number is needed)',
    ],
    [
      'a default beyond its limits',
      { options: { keys: { describe: 'k', default: 9, min: 1, max: 3 } } },
      'field "options.keys.default" is wrong (one that the option allows is needed, not 9)',
    ],
    [
      'a default that is no choice',
      { options: { mode: { describe: 'k', default: 'c', choices: ['a', 'b'] } } },
      'field "options.mode.default" is wrong',
    ],
    [
      'a pattern that is none',
      { options: { mode: { describe: 'k', default: 'c', pattern: '(', allowed: 'any' } } },
      'field "options.mode.pattern" is wrong (a regular expression',
    ],
    [
      'a value worth drawing that is not allowed',
      { options: { keys: { describe: 'k', default: 1, min: 1, max: 3, worth: [1, 9] } } },
      'field "options.keys.worth[1]" is wrong (one that the option allows is needed, not 9)',
    ],
    [
      'an option below none',
      { options: { a: { describe: 'k', default: 1, min: 0, max: 3, below: 'b' } } },
      'field "options.a.below" is wrong',
    ],
    [
      'a variant without an id',
      { variants: [{ rules: () => ({}) }] },
      'a variant has no field "id"',
    ],
    [
      'readiness',
      { ready: 'soon' },
      'field "ready" is wrong ("one-leader", "nodes-up" or a function',
    ],
    ['a kind', { kind: 'container' }, 'field "kind" is wrong ("protocol" is needed'],
  ])('of a system: %s', (_, field, said) => {
    const message = refusal({ system: { ...abdRegister, ...field } as System });
    expect(message).toContain(said);
    expect(message).toContain('system abd-register');
  });

  test.each<[string, object, string]>([
    ['a model', { model: 'registre' }, 'field "model" is wrong (the name of a model (register'],
    ['a judge', { judge: true }, 'field "judge" is wrong (a function is needed, not true)'],
    ['settle', { settle: undefined }, 'field "settle" is missing'],
  ])('of a workload: %s', (_, field, said) => {
    const message = refusal({ workload: { ...readsAndWrites, ...field } as Workload });
    expect(message).toContain(`workload reads-and-writes: ${said}`);
  });

  test.each<[string, object, string]>([
    ['its kind', { needs: 'paws' }, 'field "needs" is wrong ("partition" or "kill"'],
    ['forms', { forms: [{ form: 'x' }] }, 'field "forms[0].minNodes" is missing'],
    ['no forms', { forms: [] }, 'field "forms" is wrong (a list with something in it'],
  ])('of a nemesis: %s', (_, field, said) => {
    expect(refusal({ nemesis: [{ ...stop, ...field }] })).toContain(`nemesis stop: ${said}`);
  });
});

describe('what its code answers is checked in the run', () => {
  const planned = { id: 0, client: 0, atUs: 5, key: 'k', f: 'read', value: null } as const;

  test.each<[string, Partial<Workload>, RegExp]>([
    ['a plan', { plan: () => 3 as never }, /`plan` .* answers 3: it must be a list/],
    ['an id', { plan: () => [{ ...planned, id: 4 }] }, /at place 0: id must be 0/],
    [
      'a client',
      { plan: () => [{ ...planned, client: 10 }] },
      /client must be a whole number 0 to 9/,
    ],
    ['a time', { plan: () => [{ ...planned, atUs: Number.NaN }] }, /atUs must be a whole number/],
    ['an operation', { plan: () => [{ ...planned, f: 'inc' }] }, /f must be one of its operations/],
    [
      'what is settled',
      { settle: () => ({ f: 'read' }) as never },
      /`settle` .*: key must be a text/,
    ],
    ['last reads', { finalReads: () => undefined as never }, /`finalReads` .*: it must be a list/],
    [
      'a clock',
      { settle: () => Date.now() as never },
      /`settle` of own-parts.*:\d+ asks Date\.now/,
    ],
    [
      'a draw',
      { plan: () => Math.random() as never },
      /`plan` of own-parts.*:\d+ asks Math\.random/,
    ],
  ])('a workload: %s', (_, wrong, said) => {
    expect(refusal({ workload: { ...readsAndWrites, ...wrong } })).toMatch(said);
  });

  test.each<[string, object, RegExp]>([
    ['kind', { kind: 'kill', nodes: [0] }, /`resolve` .* kind must be pause, which it needs/],
    ['nodes', { kind: 'pause', nodes: [5] }, /nodes must be a list of nodes \(0 to 4\)/],
    ['once', { kind: 'pause', nodes: [1, 1] }, /nodes must name each node once/],
  ])('a nemesis: %s', (_, fault, said) => {
    const own = { ...stop, resolve: () => fault as never };
    expect(refusal({ nemesis: [own], nemesisIntervalS: 0.3 })).toMatch(said);
  });

  test.each<[string, Partial<System>, string]>([
    ['suffices', { suffices: () => 'yes' as never }, "answers 'yes': it must be true or false"],
    ['restsMs', { restsMs: () => -5 }, 'answers -5: it must be milliseconds from 0 on'],
    ['inFlight', { inFlight: () => Number.NaN }, 'answers NaN: it must be a number above 0'],
    ['leaderServes', { leaderServes: () => 0 }, 'answers 0: it must be a number above 0'],
    ['disruptible', { disruptible: () => 1 as never }, 'answers 1: it must be a text or null'],
    ['promise', { promise: () => 'any' as never }, 'answers \'any\': it must be "linearizable" or'],
    ['traceChecker', { traceChecker: () => null as never }, 'answers null: it must be a checker'],
    ['traceChecker', { traceChecker: () => ({}) as never }, 'feed must be a function'],
    [
      'violations',
      {
        traceChecker: () => ({
          feed: () => undefined,
          stats: {},
          violations: [{ because: 'x' } as never],
        }),
      },
      "has { because: 'x' }: property must be a text",
    ],
    ['feed', { traceChecker: throwing }, 'threw: no'],
  ])('a system: %s', (part, wrong, said) => {
    const told = refusal({ system: { ...abdRegister, ...wrong }, nemesis: ['kill'] });
    expect(told).toContain(`\`${part}\` of `);
    expect(told).toContain(said);
  });

  test('and what is right goes through', () => {
    expect(refusal({ nemesis: [stop], nemesisIntervalS: 0.3 })).toBe('valid');
  });
});

function throwing(): TraceChecker {
  return {
    feed() {
      throw new Error('no');
    },
    violations: [],
    stats: {},
  };
}

/** One node that answers all by itself, and others that nobody ever asks. */
function alone(more: Partial<System> = {}): System {
  return {
    ...abdRegister,
    name: 'alone',
    protocol: () => ({
      ...abdRegister.protocol({ quorum: () => 1, readStores: () => false }),
      start: (_env, _options, records) => ({ values: new Map(records as [string, never][]) }),
      request(state, env, request) {
        if (request.kind !== 'operation') return;
        const { values } = state as { values: Map<string, never> };
        const { key, f, value } = request.operation;
        if (f === 'write') {
          values.set(key, value as never);
          env.persist([key, value]);
        }
        env.reply(request.from, { status: 'ok', value: values.get(key) ?? null, position: null });
      },
      view: () => ({ role: 'x', term: 0, leader: null, commit: 0, applied: 0 }),
    }),
    client: (rules) => {
      const honest = abdRegister.client(rules);
      return { ...honest, start: (env) => ({ ...honest.start(env), target: 0 }) };
    },
    suffices: (nodes) => nodes.includes(0),
    ...more,
  };
}

describe('a valid run says what it has not shown', () => {
  const run = (
    system: System,
    nemesis: readonly (Nemesis | string)[],
    more: Partial<RunOptions> = {},
  ) =>
    simulate({ ...OPTIONS, system, nemesis, nemesisIntervalS: 0.5, timeLimitS: 5, ...more })
      .verdict;
  const at = (...nodes: number[]): Nemesis => ({
    ...stop,
    resolve: () => ({ kind: 'pause', nodes }),
  });

  test('that most nodes did nothing', () => {
    expect(run(alone(), [at(0)])).toEqual({
      kind: 'valid',
      note: expect.stringContaining('n2, n3, n4, n5 of 5 nodes were idle'),
    });
  });

  test('and is unknown where faults hit nobody but those', () => {
    const because = expect.stringContaining('no fault hit anything at work: n2, n3, n4, n5');
    expect(run(alone(), [at(1, 2)])).toMatchObject({ kind: 'unknown', because });
    // Links on which nothing is ever said can be cut.
    expect(run(alone(), ['partition'])).toMatchObject({ kind: 'unknown', because });
  });

  test('and is unknown where clients changed nothing, however often they read', () => {
    const reading: Workload = {
      ...readsAndWrites,
      plan: (config, draw) =>
        readsAndWrites.plan(config, draw).map((one) => ({ ...one, f: 'read', value: null })),
    };
    const because = expect.stringContaining('only reads succeeded');
    expect(run(abdRegister, [stop], { workload: reading })).toMatchObject({
      kind: 'unknown',
      because,
    });
  });

  test('that progress was not judged, of a system that does not say what suffices', () => {
    const silent: System = { ...abdRegister };
    delete (silent as { suffices?: unknown }).suffices;
    expect(run(silent, [stop])).toEqual({
      kind: 'valid',
      note: expect.stringMatching(/progress was not judged, .* \(declare `suffices`\)$/),
    });
    // Nor was it asked for without faults.
    expect(run(silent, ['none'])).toEqual({ kind: 'valid' });
  });

  test('and nothing where it was all judged', () => {
    expect(run(abdRegister, [stop])).toEqual({ kind: 'valid' });
  });
});

test('a system that names no leader, and does not say that it has none, is told how to', () => {
  const silent = { ...abdRegister };
  delete (silent as { ready?: unknown }).ready;
  expect(simulate({ ...OPTIONS, system: silent }).verdict).toMatchObject({
    kind: 'invalid',
    because: expect.stringContaining("declares `ready: 'nodes-up'`"),
  });
});

describe('a system that says itself when it is ready, and who its primaries are', () => {
  test('is under load as soon as that holds, and has faults aimed at them', () => {
    const ready: System['ready'] = (views) => views.filter((view) => view !== null).length === 5;
    const aimed: (number | null)[] = [];
    const atLeader: Nemesis = {
      ...stop,
      resolve: (_, view) => {
        aimed.push(view.leader);
        return view.leader === null ? null : { kind: 'pause', nodes: [view.leader] };
      },
    };
    const system: System = { ...abdRegister, ready, primaries: () => [2, 1] };
    const run = { ...OPTIONS, system, nemesis: [atLeader], nemesisIntervalS: 0.5 };
    expect(simulate(run).verdict).toEqual({ kind: 'valid' });
    expect(new Set(aimed)).toEqual(new Set([2]));
  });

  test('and never is, is told by what it asks for', () => {
    const { verdict } = simulate({ ...OPTIONS, system: { ...abdRegister, ready: () => false } });
    expect(verdict).toMatchObject({
      kind: 'invalid',
      property: 'Liveness:forms',
      because: expect.stringContaining('was not what `ready` asks for'),
    });
  });

  test.each<[string, Partial<System>, RegExp]>([
    ['readiness', { ready: () => 1 as never }, /`ready` .* answers 1: it must be true or false/],
    ['primaries', { primaries: () => [9] }, /`primaries` .* must be a list of nodes, 0 to 4/],
  ])('is told by file and line what is wrong with %s', (_, field, said) => {
    const system: System = { ...abdRegister, ...field };
    const nemesis = ['pause'];
    expect(() => simulate({ ...OPTIONS, system, nemesis, nemesisIntervalS: 0.5 })).toThrow(said);
  });
});

test('a system that claims a majority suffices and needs all is found wrong', () => {
  const needsAll: System = {
    ...abdRegister,
    protocol: () =>
      abdRegister.protocol({ quorum: (nodes: number) => nodes, readStores: () => true }),
  };
  const { checks } = simulate({
    ...OPTIONS,
    system: needsAll,
    nemesis: ['kill'],
    nemesisIntervalS: 10,
    timeLimitS: 60,
  });
  const properties = checks.map(({ verdict }) => verdict.kind === 'invalid' && verdict.property);
  expect(properties).toContain('Liveness:progress');
});
