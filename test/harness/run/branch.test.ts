/** A run that is copied in its middle: both go on as if the other were not there, or as they are told. */

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { builtIn, type Catalogue } from '../../../harness/config/catalogue.ts';
import { type RunConfig, resolveConfig } from '../../../harness/config/config.ts';
import { HarnessError } from '../../../harness/core/errors.ts';
import { TraceFollower } from '../../../harness/judge/trace-follower.ts';
import { ownSystem } from '../../../harness/own/system.ts';
import { virtualRun, watchersOf } from '../../../harness/run/simulate.ts';
import { VirtualDriver } from '../../../harness/run/virtual.ts';
import type { Turn } from '../../../harness/run/virtual-run.ts';
import { historyLine, traceJson } from '../../../harness/store/lines.ts';
import { systems } from '../../../systems/index.ts';
import type { AnyProtocol } from '../../../systems/protocol.ts';
import type { ProtocolSystem as System, Variant } from '../../../systems/system.ts';
import { abdRegister, readsAndWrites } from '../../examples/abd-register.ts';
import { sendsTwice } from '../../examples/own-effects.ts';
import { hardRun } from '../../hard-worlds.ts';

const raft = systems['raft'] as System;

/** A run and all that can be named in it. */
interface Case {
  readonly config: RunConfig;
  readonly variants: readonly Variant[];
  readonly catalogue: Catalogue;
}

function hardCase(system: System, seed: number, variants: readonly Variant[] = []): Case {
  const config = {
    ...hardRun(system, seed).config,
    timeLimitS: 1,
    recoveryMinS: 1,
    recoveryMaxS: 1,
  };
  // Variants of the system itself are trusted, which is faster.
  const systems = { [system.name]: { ...system, variants } };
  return { config, variants, catalogue: { ...builtIn, systems } };
}

function ownCase(system: System, seed: number): Case {
  const own = ownSystem(system);
  const catalogue: Catalogue = {
    ...builtIn,
    systems: { [own.name]: own },
    workloads: { [readsAndWrites.name]: readsAndWrites },
  };
  const request = { system: own.name, workload: readsAndWrites.name, timeLimitS: 1, seed };
  const config = resolveConfig({ ...request, nemesisIntervalS: 1 }, [], () => seed, catalogue);
  return { config, variants: [], catalogue };
}

/** Every record is written as another object: the node is told of its own. */
const rewriting: Variant = {
  id: 'rewriting',
  describe: 'what is written is a copy',
  kind: 'decoy',
  effects: (effect) =>
    effect.kind === 'persist' ? [{ ...effect, record: structuredClone(effect.record) }] : [effect],
};

/** A variant that has its say, by draws, in all that clients do. */
const forgetful: Variant = {
  id: 'forgetful',
  describe: 'one request of a client in eight is sent twice',
  kind: 'decoy',
  clientEffects: (effect, { draw }) =>
    effect.kind === 'request' && draw % 8 === 0 ? [effect, effect] : [effect],
};

const cases: Readonly<Record<string, (seed: number) => Case>> = {
  ...Object.fromEntries(
    Object.values(systems).map((system) => [system.name, (seed: number) => hardCase(system, seed)]),
  ),
  'abd-register, a system of its own module': (seed) => ownCase(abdRegister, seed),
  'raft under variants that delay, repeat, rewrite and draw': (seed) =>
    hardCase(raft, seed, [sendsTwice, rewriting, forgetful]),
  'raft under faults that wait for steps': (seed) => {
    const one = hardCase(raft, seed);
    const set = { ...one.config.set, 'faults.stepPpm': 1_000_000 };
    return { ...one, config: { ...one.config, nemesisIntervalS: 0.1, set } };
  },
};

function started({ config, variants, catalogue }: Case): VirtualDriver {
  const follower = new TraceFollower(catalogue.systems[config.system] as System);
  const watching = { follower, record: true, stopAtViolation: true };
  return new VirtualDriver(virtualRun(config, variants, watching, catalogue).run);
}

function branched(driver: VirtualDriver, { config, catalogue }: Case, turn?: Turn): VirtualDriver {
  const follower = new TraceFollower(catalogue.systems[config.system] as System);
  return driver.branch(watchersOf(config, follower, catalogue), turn);
}

/** Every byte that a run left, and how it ended. */
function told(driver: VirtualDriver): string[] {
  driver.advance(Number.POSITIVE_INFINITY);
  const { ending, steps, messages, syncs, endUs, quietAtUs } = driver.result();
  return [
    ...[...driver.history].map(historyLine),
    ...driver.takeLines().map(traceJson),
    JSON.stringify({ ending, steps, messages, syncs, endUs, quietAtUs }),
  ];
}

/** How many lines at their beginning are the same. */
function sharedLines(one: readonly string[], other: readonly string[]): number {
  const at = one.findIndex((line, index) => line !== other[index]);
  return at === -1 ? one.length : at;
}

/** What differs first, in few words: comparing all lines as values takes minutes. */
function expectSame(actual: readonly string[], expected: readonly string[]): void {
  const at = sharedLines(actual, expected);
  expect({ at, line: actual[at] }).toEqual({ at, line: expected[at] });
  expect(actual.length).toBe(expected.length);
}

describe.each(Object.entries(cases))('a copy of a run of %s', (_, caseOf) => {
  test('goes on as the run would have, and neither disturbs the other, whoever goes first', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.array(fc.tuple(fc.nat(2), fc.integer({ min: 1, max: 2_000 })), { maxLength: 12 }),
        (seed, share, turns) => {
          const one = caseOf(seed);
          const whole = started(one);
          const uncopied = told(whole);
          const original = started(one);
          original.advance(Math.floor(share * whole.result().steps));
          const copy = branched(original, one);
          const runs = [original, copy, branched(copy, one)];
          for (const [which, steps] of turns) runs[which]?.advance(steps);
          for (const run of runs) expectSame(told(run), uncopied);
        },
      ),
      { numRuns: 5 },
    );
  });

  test('has another future by another seed, and the same past', () => {
    const one = caseOf(3);
    const whole = started(one);
    const uncopied = told(whole);
    const original = started(one);
    original.advance(Math.floor(whole.result().steps / 2));
    const past = [...original.history].map(historyLine);
    const other = told(branched(original, one, { seed: 4 }));
    expect(sharedLines(other, uncopied)).toBeGreaterThanOrEqual(past.length);
    expect(sharedLines(other, uncopied)).toBeLessThan(Math.min(other.length, uncopied.length) - 1);
    expectSame(told(original), uncopied);
  });
});

test('a copy goes where it is chosen to go, and the run that it is of does not', () => {
  const one = hardCase(raft, 6);
  const uncopied = told(started(one));
  const original = started(one);
  original.advance(2_000);
  let chosen = 0;
  const copy = branched(original, one, {
    choose: (pending) => {
      const last = pending.filter(({ kind }) => kind === 'message').at(-1);
      // Once in a while the youngest message overtakes all others.
      return (++chosen % 7 === 0 ? last : undefined) ?? (pending[0] as (typeof pending)[number]);
    },
  });
  expect(sharedLines(told(copy), uncopied)).toBeLessThan(uncopied.length - 1);
  expect(chosen).toBeGreaterThan(0);
  expectSame(told(original), uncopied);
});

test('a run whose trace is not at hand is not copied', () => {
  const one = hardCase(raft, 5);
  const driver = started(one);
  driver.advance(2_000);
  driver.takeLines();
  expect(() => branched(driver, one)).toThrow('whose whole trace is at hand');
});

describe('a state that cannot be copied is told in one line', () => {
  class Socket {}

  /** The state of `abd-register`, with something more in it. */
  function keeping(more: (state: object) => unknown): Case {
    const system: System = {
      ...abdRegister,
      protocol: (rules) => {
        const honest = abdRegister.protocol(rules);
        const start: AnyProtocol['start'] = (...given) =>
          more(honest.start(...given) as object) as ReturnType<AnyProtocol['start']>;
        return { ...honest, start };
      },
    };
    return ownCase(system, 1);
  }

  test.each([
    ['.later is a function', (state: object) => Object.assign(state, { later: () => 1 })],
    [
      '.peers[1].socket is an instance of Socket',
      (state: object) => Object.assign(state, { peers: [null, { socket: new Socket() }] }),
    ],
    [
      '.get(a) is an instance of Date',
      (state: object) => Object.assign(state, { seen: new Map([['a', new Date(0)]]) }),
    ],
  ])('%s', (line, more) => {
    const one = keeping(more);
    const driver = started(one);
    driver.advance(100);
    expect(() => branched(driver, one)).toThrow(HarnessError);
    expect(() => branched(driver, one)).toThrow(line);
    expect(() => branched(driver, one)).toThrow(/^the state of a node cannot be copied: \./);
  });
});
