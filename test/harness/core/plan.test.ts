/** Laws of plans: what the seed decides before a run. */

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makePlan, type PlanConfig } from '../../../harness/core/plan.ts';
import { nemeses } from '../../../nemesis/index.ts';
import { register } from '../../../workloads/register.ts';

const configs: fc.Arbitrary<PlanConfig> = fc.record({
  seed: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
  nodes: fc.integer({ min: 1, max: 9 }),
  clients: fc.integer({ min: 1, max: 20 }),
  rate: fc.integer({ min: 1, max: 50 }),
  timeLimitUs: fc.integer({ min: 1_000_000, max: 30_000_000 }),
  recoveryMaxUs: fc.integer({ min: 1_000, max: 5_000_000 }),
  nemeses: fc.subarray(Object.values(nemeses)),
  nemesisIntervalUs: fc.integer({ min: 100_000, max: 40_000_000 }),
  workloadOptions: fc.constant({ keys: 3, keyLimit: 20, values: 0 }),
});

function holds(law: (config: PlanConfig) => void): void {
  fc.assert(fc.property(configs, law), { numRuns: 60 });
}

describe('a plan', () => {
  test('is the same for the same seed', () => {
    holds((config) => {
      expect(makePlan(config, register)).toEqual(makePlan(config, register));
    });
  });

  test('is another for another seed', () => {
    const config = { ...(fc.sample(configs, { numRuns: 1, seed: 1 })[0] as PlanConfig), rate: 50 };
    const plans = [1, 2, 3].map((seed) => JSON.stringify(makePlan({ ...config, seed }, register)));
    expect(new Set(plans).size).toBe(3);
  });

  test('is the same but for what some faults wait for, where some do', () => {
    holds((config) => {
      const plain = makePlan(config, register);
      const all = makePlan({ ...config, stepPpm: 1_000_000 }, register);
      const some = makePlan({ ...config, stepPpm: 400_000 }, register);
      const bare = ({ faults }: typeof all) =>
        faults.map((fault) => ({ ...fault, step: undefined }));
      expect(bare(all)).toEqual(bare(plain));
      expect(bare(some)).toEqual(bare(plain));
      expect(plain.faults.filter(({ step }) => step !== undefined)).toEqual([]);
      expect(all.operations).toEqual(plain.operations);
      for (const [at, { step }] of some.faults.entries()) {
        if (step !== undefined) expect(all.faults[at]?.step).toBe(step);
      }
    });
  });

  test('numbers its faults in order of time', () => {
    holds((config) => {
      const { faults } = makePlan(config, register);
      expect(faults.map(({ id }) => id)).toEqual(faults.map((_, at) => at));
      const starts = faults.map(({ startUs }) => startUs);
      expect(starts).toEqual(starts.toSorted((a, b) => a - b));
    });
  });

  test('has no two faults of a lane at a time', () => {
    holds((config) => {
      const { faults } = makePlan(config, register);
      for (const { name } of config.nemeses) {
        let freeUs = 0;
        for (const { startUs, endUs } of faults.filter(({ lane }) => lane === name)) {
          expect(startUs).toBeGreaterThanOrEqual(freeUs);
          expect(endUs).toBeGreaterThan(startUs);
          freeUs = endUs;
        }
      }
    });
  });

  test('ends every fault by the time limit, and goes on with operations', () => {
    holds((config) => {
      const { faults, operations } = makePlan(config, register);
      for (const { endUs } of faults) expect(endUs).toBeLessThanOrEqual(config.timeLimitUs);
      const endUs = config.timeLimitUs + config.recoveryMaxUs;
      for (const { atUs } of operations) expect(atUs).toBeLessThan(endUs);
    });
  });

  test('takes only forms that fit the cluster, of the nemeses that were asked for', () => {
    holds((config) => {
      for (const { lane, form } of makePlan(config, register).faults) {
        const nemesis = config.nemeses.find(({ name }) => name === lane);
        const known = [...(nemesis?.forms ?? []), nemesis?.lagging].find(
          (one) => one?.form === form,
        );
        expect(known?.minNodes).toBeLessThanOrEqual(config.nodes);
      }
    });
  });

  test('leaves, in most runs, one follower behind a leader at the end, and nobody else', () => {
    const config = fc.sample(configs, { numRuns: 1, seed: 1 })[0] as PlanConfig;
    const passing = Object.values(nemeses).filter(({ stays }) => stays !== true);
    const request = { ...config, nodes: 5, nemeses: passing };
    const times = { timeLimitUs: 30_000_000, nemesisIntervalUs: 5_000_000 };
    let calm = 0;
    for (let seed = 0; seed < 100; seed++) {
      const { faults } = makePlan({ ...request, ...times, seed }, register);
      const last = faults.at(-1);
      if (!['isolate-follower', 'follower'].includes(last?.form ?? '')) continue;
      calm++;
      expect(last?.endUs).toBe(30_000_000);
      // A leader has had time to be elected, and the follower has time to miss something.
      expect(last?.startUs).toBeGreaterThanOrEqual(26_500_000);
      expect(last?.startUs).toBeLessThanOrEqual(27_500_000);
      for (const { endUs } of faults.slice(0, -1)) expect(endUs).toBeLessThanOrEqual(25_000_000);
    }
    expect(calm).toBeGreaterThan(60);
    expect(calm).toBeLessThan(90);
  });

  test('has as much at a time of many nemeses as of four, on average', () => {
    const config = fc.sample(configs, { numRuns: 1, seed: 1 })[0] as PlanConfig;
    const passing = Object.values(nemeses).filter(({ stays }) => stays !== true);
    const times = { nodes: 5, timeLimitUs: 600_000_000, nemesisIntervalUs: 5_000_000 };
    const atATime = (some: PlanConfig['nemeses']) => {
      const { faults } = makePlan({ ...config, ...times, nemeses: some }, register);
      return faults.reduce((sum, { startUs, endUs }) => sum + endUs - startUs, 0) / 600_000_000;
    };
    expect(passing.length).toBeGreaterThan(8);
    const ofFour = atATime(passing.slice(0, 4));
    expect(ofFour).toBeGreaterThan(2.2);
    expect(Math.abs(atATime(passing) - ofFour)).toBeLessThan(0.5);
  });

  test('has one fault of a nemesis that stays, from somewhere in the first half to the end', () => {
    const staying = Object.values(nemeses).filter(({ stays }) => stays === true);
    expect(staying).not.toEqual([]);
    holds((config) => {
      const { faults } = makePlan({ ...config, nodes: 3, nemeses: staying }, register);
      expect(faults).toHaveLength(staying.length);
      for (const { startUs, endUs } of faults) {
        expect(endUs).toBe(config.timeLimitUs);
        expect(startUs).toBeLessThanOrEqual(0.6 * config.timeLimitUs);
      }
    });
  });

  test('spends short runs, and runs without such a fault, on all faults until their end', () => {
    holds((config) => {
      const { faults } = makePlan({ ...config, timeLimitUs: config.nemesisIntervalUs }, register);
      for (const { lane, form } of faults) {
        const nemesis = config.nemeses.find(({ name }) => name === lane);
        expect(nemesis?.lagging?.form).not.toBe(form);
      }
    });
  });

  test('has the same faults at another rate, and the same operations under other nemeses', () => {
    holds((config) => {
      const plan = makePlan(config, register);
      expect(makePlan({ ...config, rate: config.rate + 1 }, register).faults).toEqual(plan.faults);
      expect(makePlan({ ...config, nemeses: [] }, register).operations).toEqual(plan.operations);
    });
  });
});
