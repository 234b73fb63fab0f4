/** Laws that every system of the registry keeps, whatever protocol it is. */

import { describe, expect, test } from 'vitest';
import { builtIn, type Catalogue } from '../../harness/config/catalogue.ts';
import { type RunConfig, resolveConfig } from '../../harness/config/config.ts';
import { simulateOnce, virtualRun } from '../../harness/run/simulate.ts';
import { VirtualDriver } from '../../harness/run/virtual.ts';
import { historyLine, traceJson } from '../../harness/store/lines.ts';
import { systems } from '../../systems/index.ts';
import type { System } from '../../systems/system.ts';
import { hardRun } from '../hard-worlds.ts';
import { changingEffects, copied, frozen } from './effects.ts';
import { judgedTwice } from './judged-twice.ts';
import { workloadServedBy, workloadsServedBy } from './workload-of.ts';

const SIZES = [1, 3, 4, 5, 7];
const HARD_SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];

function configOf(system: System, nodes: number, seed: number) {
  const request = {
    system: system.name,
    workload: workloadServedBy(system),
    nodes,
    seed,
    timeLimitS: 8,
  };
  const catalogue = { ...builtIn, systems: { [system.name]: system } };
  return {
    catalogue,
    config: resolveConfig({ ...request, nemesisIntervalS: 2 }, [], () => seed, catalogue),
  };
}

/** Every byte that a run leaves. */
function recording(system: System, nodes: number, seed: number): string[] {
  const { config, catalogue } = configOf(system, nodes, seed);
  return linesOf(config, catalogue);
}

function linesOf(config: RunConfig, catalogue: Catalogue): string[] {
  const watching = { follower: null, record: true, stopAtViolation: false };
  const driver = new VirtualDriver(virtualRun(config, [], watching, catalogue).run);
  driver.advance(Number.POSITIVE_INFINITY);
  return [...[...driver.history].map(historyLine), ...driver.takeLines().map(traceJson)];
}

/** The first line in which two recordings differ: comparing all of them as values takes minutes. */
function firstDifference(
  one: readonly string[],
  other: readonly string[],
): { readonly one: string | undefined; readonly other: string | undefined } | null {
  const at = one.findIndex((line, index) => line !== other[index]);
  if (at === -1 && one.length === other.length) return null;
  const index = at === -1 ? one.length : at;
  return { one: one[index], other: other[index] };
}

describe.each(Object.values(systems))('$name', (system) => {
  test.each(SIZES)('is valid under every nemesis at %i nodes', (nodes) => {
    for (let seed = 1; seed <= 5; seed++) {
      const { config, catalogue } = configOf(system, nodes, seed);
      const { verdict, checks } = simulateOnce(config, [], catalogue);
      const wrong = checks.filter((check) => check.verdict.kind === 'invalid');
      expect(wrong).toEqual([]);
      expect(verdict.kind).not.toBe('invalid');
    }
  });

  test.each(workloadsServedBy(system))('serves the workload %s without an alarm', (workload) => {
    for (let seed = 1; seed <= 3; seed++) {
      const request = { system: system.name, workload, seed, timeLimitS: 8, nemesisIntervalS: 2 };
      const { checks } = simulateOnce(
        resolveConfig(request, [], () => seed),
        [],
      );
      expect(checks.filter((check) => check.verdict.kind === 'invalid')).toEqual([]);
      const clients = checks.filter(
        ({ checker }) => checker === 'linearizable' || checker === workload,
      );
      expect(clients.map(({ verdict }) => verdict.kind)).toEqual(['valid']);
    }
  });

  test('leaves the same bytes for the same seed, and others for another', () => {
    expect(recording(system, 5, 1)).toEqual(recording(system, 5, 1));
    expect(recording(system, 5, 1)).not.toEqual(recording(system, 5, 2));
  });

  test('sends and stores only what survives being written as text', () => {
    expect(recording(changingEffects(system, copied), 3, 4)).toEqual(recording(system, 3, 4));
  });

  test.each(HARD_SEEDS)('hands out nothing that it changes later, in hard world %i', (seed) => {
    const config = { ...hardRun(system, seed).config, timeLimitS: 5 };
    // What is frozen when it leaves a node stops that node when it is written to after all.
    const unchanging = changingEffects(system, frozen);
    const catalogue = { ...builtIn, systems: { [system.name]: unchanging } };
    expect(firstDifference(linesOf(config, catalogue), linesOf(config, builtIn))).toBeNull();
  });

  test.each(HARD_SEEDS)('is judged alike live and as stored, in hard world %i', (seed) => {
    const config = { ...hardRun(system, seed).config, timeLimitS: 5 };
    const { live, stored } = judgedTwice(config, [], builtIn);
    expect(stored).toEqual(live);
  });

  test('has variants with unique ids, each with a description', () => {
    const ids = system.variants.map((variant) => variant.id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const variant of system.variants) expect(variant.describe).not.toBe('');
  });
});
