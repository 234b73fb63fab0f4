/** Strategies: the same seed is the same run, every draw can be had, and what was asked for stays. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { builtIn } from '../../../harness/config/catalogue.ts';
import { type RunRequest, resolveConfig } from '../../../harness/config/config.ts';
import { promisedNemeses } from '../../../harness/config/nemeses.ts';
import { strategies } from '../../../harness/explore/strategies/index.ts';
import { chosenRun, type Ground, type Strategy } from '../../../harness/explore/strategy.ts';
import { systems } from '../../../systems/index.ts';
import type { System } from '../../../systems/system.ts';

const seeds = fc.integer({ min: 0, max: 2 ** 40 });
const strategyOf = fc.constantFrom<Strategy>(...Object.values(strategies));
const systemOf = fc.constantFrom<System>(...Object.values(systems));

function groundOf(system: System, variant = 0): Ground {
  const hunts = system.variants.flatMap(({ hunt }) => (hunt === undefined ? [] : [hunt]));
  const hunt = hunts[variant % hunts.length];
  return { system, catalogue: builtIn, hunts: hunt === undefined ? [] : [hunt] };
}

/** Flags that a user may give, some of each. */
const asked = fc.record(
  {
    nodes: fc.constantFrom(3, 4, 5),
    rate: fc.constantFrom(10, 77),
    timeLimitS: fc.constantFrom(3, 9),
    concurrency: fc.constantFrom(3, 7),
    nemesis: fc.constantFrom(['kill'], ['none'], ['pause', 'clock']),
    nemesisIntervalS: fc.constantFrom(0.7, 4),
  },
  { requiredKeys: [] },
);

describe('every strategy', () => {
  test('chooses the same run for the same seed', () => {
    fc.assert(
      fc.property(strategyOf, systemOf, seeds, (strategy, system, seed) => {
        const once = chosenRun(strategy, groundOf(system), seed, { system: system.name });
        const again = chosenRun(strategy, groundOf(system), seed, { system: system.name });
        expect(again).toEqual(once);
        expect(once.config.seed).toBe(seed);
      }),
    );
  });

  test('keeps what was asked for', () => {
    fc.assert(
      fc.property(strategyOf, systemOf, seeds, asked, (strategy, system, seed, given) => {
        const request: RunRequest = {
          ...given,
          system: system.name,
          set: { 'network.lossPpm': 123 },
        };
        const { config } = chosenRun(strategy, groundOf(system), seed, request);
        const plain = resolveConfig({ ...request, seed }, [], () => seed);
        for (const name of Object.keys(given) as (keyof typeof given)[]) {
          expect(config[name]).toEqual(plain[name]);
        }
        expect(config.set['network.lossPpm']).toBe(123);
      }),
    );
  });

  test('says all that variants would suggest otherwise, so that its command makes the same run', () => {
    fc.assert(
      fc.property(strategyOf, systemOf, seeds, fc.nat(), (strategy, system, seed, variant) => {
        const ground = groundOf(system, variant);
        const { request, config } = chosenRun(strategy, ground, seed, { system: system.name });
        expect(resolveConfig(request, ground.hunts, () => -1)).toEqual(config);
      }),
    );
  });
});

describe('plain', () => {
  test('is what a run of the seed is without suggestions', () => {
    const raft = systems['raft'] as System;
    const { config } = chosenRun(strategies.plain, groundOf(raft), 7, { system: 'raft' });
    expect(config).toEqual(resolveConfig({ system: 'raft' }, [], () => 7));
  });
});

describe('suggested', () => {
  test('is what a run of the seed is with suggestions', () => {
    for (const system of Object.values(systems)) {
      for (const { hunt } of system.variants) {
        if (hunt === undefined) continue;
        const ground = { system, catalogue: builtIn, hunts: [hunt] };
        const { config } = chosenRun(strategies.suggested, ground, 7, { system: system.name });
        expect(config).toEqual(resolveConfig({ system: system.name }, [hunt], () => 7));
      }
    }
  });

  test('applies only where something is suggested', () => {
    const raft = systems['raft'] as System;
    expect((strategies.suggested as Strategy).applies?.({ ...groundOf(raft), hunts: [] })).toBe(
      false,
    );
  });
});

describe('swarm', () => {
  const drawn = Array.from({ length: 400 }, (_, seed) =>
    chosenRun(strategies.swarm, { ...groundOf(systems['raft'] as System), hunts: [] }, seed, {
      system: 'raft',
    }),
  );
  const values = (of: (config: (typeof drawn)[number]['config']) => unknown) =>
    new Set(drawn.map(({ config }) => of(config)));

  test('draws sizes, workloads and options of every kind', () => {
    expect(values(({ nodes }) => nodes)).toEqual(new Set([1, 2, 3, 4, 5, 6, 7]));
    const served = Object.values(builtIn.workloads).filter(({ operations }) =>
      operations.every((f) => systems['raft']?.operations.includes(f)),
    );
    expect(values(({ workload }) => workload)).toEqual(new Set(served.map(({ name }) => name)));
    expect(values(({ set }) => set['reads'])).toEqual(
      new Set(['follower', 'index', 'lease', 'log']),
    );
    expect(values(({ set }) => set['membership'])).toEqual(new Set(['joint', 'off', 'single']));
    expect(values(({ set }) => set['disk.crash']).size).toBe(4);
  });

  test('leaves every fault out about every second time', () => {
    for (const name of promisedNemeses(systems['raft'] as System, builtIn, {
      preVote: true,
      checkQuorum: true,
    }).filter((one) => !['membership-change', 'replacement'].includes(one))) {
      const there = drawn.filter(({ config }) => config.nemesis.includes(name)).length;
      expect(there).toBeGreaterThan(drawn.length / 4);
      expect(there).toBeLessThan((3 * drawn.length) / 4);
    }
  });

  test('leaves most options as they are in some runs, and few in others', () => {
    const defaults = resolveConfig({ system: 'raft' }, [], () => 1).set;
    const changed = drawn.map(
      ({ config }) =>
        Object.entries(config.set).filter(([name, value]) => defaults[name] !== value).length,
    );
    expect(Math.min(...changed)).toBeLessThan(5);
    expect(Math.max(...changed)).toBeGreaterThan(15);
  });
});
