/**
 * Rules decide and do nothing else, ours and those of our variants: values in, a value out that is
 * of its kind. The guard that a user's variants are asked through holds them to it over whole runs.
 */

import { describe, expect, test } from 'vitest';
import { builtIn } from '../../harness/config/catalogue.ts';
import { resolveConfig } from '../../harness/config/config.ts';
import { simulateOnce } from '../../harness/run/simulate.ts';
import { systems } from '../../systems/index.ts';
import type { System, Variant } from '../../systems/system.ts';

/** What was asked in a guarded run, by part. A variant that is a copy is a stranger to the system. */
function guardedRun(system: System, variant: Variant, seed: number): Record<string, number> {
  const request = { system: system.name, seed, timeLimitS: 2, nemesisIntervalS: 1 };
  const hunt = { ...variant.hunt, timeLimitS: 2 };
  const config = resolveConfig(request, [hunt], () => seed, builtIn);
  const { reached } = simulateOnce(config, [{ ...variant }], builtIn, false);
  return Object.fromEntries(Object.entries(reached).map(([part, { calls }]) => [part, calls]));
}

describe.each(Object.values(systems))('$name', (system) => {
  const itself: Variant = {
    id: 'itself',
    describe: 'every rule as it is',
    kind: 'variant',
    rules: (base) => ({ ...base }),
    effects: (effect) => [effect],
    events: (event) => [event],
    start: (records) => records,
    clientEffects: (effect) => [effect],
  };

  test('has rules that change nothing and answer alike, each with an answer of its kind', () => {
    const calls = guardedRun(system, itself, 1);
    expect(Object.values(calls).reduce((sum, one) => sum + one)).toBeGreaterThan(1000);
  });

  test('runs the same, byte for byte, under a variant that changes nothing', () => {
    const request = { system: system.name, seed: 3, timeLimitS: 2, nemesisIntervalS: 1 };
    const config = resolveConfig(request, [], () => 3, builtIn);
    const plain = simulateOnce(config, [], builtIn, false);
    const under = simulateOnce(config, [itself], builtIn, false);
    expect([...under.result.history]).toEqual([...plain.result.history]);
    expect(Object.entries(under.reached).filter(([, { changed }]) => changed > 0)).toEqual([]);
  });

  test.each(system.variants.map((variant) => [variant.id, variant] as const))(
    'has a variant %s that decides and does nothing else',
    (_, variant) => {
      expect(() => guardedRun(system, variant, 1)).not.toThrow();
    },
  );
});
