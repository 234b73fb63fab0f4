/**
 * Rules decide and do nothing else, ours and those of our variants: values in, a value out that is
 * of its kind. The guard that a user's variants are asked through holds them to it over whole runs.
 */

import { describe, expect, test } from 'vitest';
import { builtIn } from '../../harness/config/catalogue.ts';
import { resolveConfig } from '../../harness/config/config.ts';
import { simulateOnce } from '../../harness/run/simulate.ts';
import { systems } from '../../systems/index.ts';
import type { Options } from '../../systems/protocol.ts';
import type { System, Variant } from '../../systems/system.ts';

/**
 * Settings under which what is decided by a draw is asked for as well (`asks`): rules are handed
 * drawn values, so that asking twice uses no draw twice, and what changes nothing counts as that.
 */
const SETTINGS: Readonly<
  Record<string, readonly { readonly set: Options; readonly asks: readonly string[] }[]>
> = {
  raft: [
    { set: {}, asks: ['electionWaitUs'] },
    {
      set: { membership: 'single', reconfigureEvery: 5, reads: 'follower', snapshotEvery: 10 },
      asks: ['nextConfiguration', 'followerForRead', 'installSnapshot'],
    },
    {
      set: { membership: 'joint', reconfigureEvery: 5, transferEvery: 40, reads: 'lease' },
      asks: ['nextConfiguration', 'afterJoint', 'readByLease'],
    },
  ],
  'multi-paxos': [
    {
      set: { reconfigureEvery: 5, reads: 'lease', snapshotEvery: 10 },
      asks: ['nextConfiguration', 'electionWaitUs', 'snapshotConfigurations'],
    },
  ],
  'fast-paxos': [{ set: {}, asks: ['electionWaitUs'] }],
  'basic-paxos': [{ set: {}, asks: ['backoffUs'] }],
};

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

  test.each(SETTINGS[system.name] ?? [{ set: {}, asks: [] }])(
    'runs the same, byte for byte, under a variant that changes nothing, with $set',
    ({ set, asks }) => {
      const request = { system: system.name, seed: 3, timeLimitS: 2, nemesisIntervalS: 1, set };
      const config = resolveConfig(request, [], () => 3, builtIn);
      const plain = simulateOnce(config, [], builtIn, false);
      const under = simulateOnce(config, [itself], builtIn, false);
      expect([...under.result.history]).toEqual([...plain.result.history]);
      expect(Object.entries(under.reached).filter(([, { changed }]) => changed > 0)).toEqual([]);
      for (const rule of asks) expect(under.reached[`itself: ${rule}`]?.calls).toBeGreaterThan(0);
    },
  );

  test.each(system.variants.map((variant) => [variant.id, variant] as const))(
    'has a variant %s that decides and does nothing else',
    (_, variant) => {
      expect(() => guardedRun(system, variant, 1)).not.toThrow();
    },
  );
});
