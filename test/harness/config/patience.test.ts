/** The least that a world is said to ask of time-outs is enough, also where no delay is ever shorter. */

import { describe, expect, test } from 'vitest';
import { type RunConfig, resolveConfig } from '../../../harness/config/config.ts';
import { hindrances } from '../../../harness/config/recovery.ts';
import { simulateOnce } from '../../../harness/run/simulate.ts';
import { systems } from '../../../systems/index.ts';
import type { Options } from '../../../systems/protocol.ts';
import type { System } from '../../../systems/system.ts';

/** Time-outs of nodes as short as they can be; those that a world asks for are longer. */
const SHORTEST: Options = {
  heartbeatMs: 10,
  pingMs: 10,
  electionTimeoutMs: 11,
  syncLimitMs: 11,
  initLimitMs: 10,
  finalizeMs: 1,
  giveUpMs: 1,
};

/** The settings, with every time-out at the least that is asked for in this world. */
function leastPatient(system: System, world: Options): RunConfig {
  const known = Object.entries(SHORTEST).filter(([name]) => Object.hasOwn(system.options, name));
  const set: Record<string, Options[string]> = { ...world, ...Object.fromEntries(known) };
  for (;;) {
    const request = { system: system.name, nodes: 3, rate: 20, concurrency: 3, set };
    const config = resolveConfig({ ...request, nemesis: ['none'], timeLimitS: 8 }, [], () => 1);
    const asked = hindrances(system, config).find(({ name }) => name === 'haste');
    const [, option, ms] = /set (\w+)=(\d+) or more/.exec(asked?.because ?? '') ?? [];
    if (option === undefined) return config;
    set[option] = Number(ms);
  }
}

describe.each(Object.values(systems))(
  '$name with no more patience than it is told to have',
  (system) => {
    test.each([
      [5, 0],
      [10, 2],
      [20, 10],
    ])('is live where every message takes %i ms and every sync %i ms', (latencyMs, syncMs) => {
      const config = leastPatient(system, {
        'network.latencyMinUs': latencyMs * 1000,
        'network.latencyMaxUs': latencyMs * 1000,
        'disk.syncMinUs': syncMs * 1000,
        'disk.syncMaxUs': syncMs * 1000,
      });
      for (const seed of [1, 2]) {
        const { verdict } = simulateOnce({ ...config, seed }, []);
        expect(verdict.kind, JSON.stringify(verdict)).not.toBe('invalid');
      }
    });
  },
);
