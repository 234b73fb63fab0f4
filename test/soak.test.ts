/**
 * Every protocol as it should be, under every nemesis combined: not one false alarm. Some seeds of
 * each at five cluster sizes here; `ORDEAL_SOAK` sets how many each size gets, for nights.
 */

import { describe, expect, test } from 'vitest';
import { resolveConfig } from '../harness/config/config.ts';
import { simulateOnce } from '../harness/run/simulate.ts';
import { systems } from '../systems/index.ts';
import { hardRun, safetyAlarms } from './hard-worlds.ts';
import { workloadServedBy } from './systems/workload-of.ts';

const SEEDS = Number(process.env['ORDEAL_SOAK'] ?? 100);
const BATCH = 100;
const SIZES = [1, 3, 4, 5, 7];

const cases = Object.values(systems).flatMap((system) => SIZES.map((nodes) => ({ system, nodes })));

describe.each(cases)('$system.name at $nodes nodes under every nemesis', ({ system, nodes }) => {
  const batches = Array.from({ length: Math.ceil(SEEDS / BATCH) }, (_, batch) => batch * BATCH + 1);
  const workload = workloadServedBy(system);

  test.each(batches)('raises no alarm in the seeds from %i on', { timeout: 600_000 }, (first) => {
    let unknown = 0;
    for (let seed = first; seed < Math.min(first + BATCH, SEEDS + 1); seed++) {
      // One node is mostly down or paused, which leaves faults of its clock little time to find it.
      const times = { timeLimitS: nodes === 1 ? 30 : 10, nemesisIntervalS: 2 };
      const request = { system: system.name, workload, nodes, seed, ...times };
      const config = resolveConfig(request, [], () => seed);
      const { verdict, checks } = simulateOnce(config, []);
      const alarms = checks.filter((check) => check.verdict.kind === 'invalid');
      expect(alarms, `seed ${seed}`).toEqual([]);
      if (verdict.kind === 'unknown') unknown++;
    }
    expect(unknown).toBeLessThanOrEqual(BATCH / 100);
  });
});

/** More of them: `npm run soak`. */
const HARD_SEEDS = 10;

describe.each(Object.values(systems))('$name in hard worlds', (system) => {
  test('keeps its safety', { timeout: 600_000 }, () => {
    for (let seed = 1; seed <= HARD_SEEDS; seed++) {
      const { checks } = simulateOnce(hardRun(system, seed).config, []);
      expect(safetyAlarms(checks), `seed ${seed}`).toEqual([]);
    }
  });
});
