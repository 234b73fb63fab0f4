/** What each pass of shrinking proposes: never more of anything, and nothing that cannot be run. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { builtIn } from '../../../harness/config/catalogue.ts';
import { resolveConfig } from '../../../harness/config/config.ts';
import { planOf } from '../../../harness/run/simulate.ts';
import { type Case, cutAt, isPossible } from '../../../harness/shrink/case.ts';
import { passesOf } from '../../../harness/shrink/shrink.ts';

const passes = passesOf(builtIn);

function caseOf(system: string, seed: number, nodes: number): Case {
  const set = { 'network.lossPpm': 5_000, 'network.latePpm': 20_000 };
  const request = { system, seed, nodes, timeLimitS: 8, nemesisIntervalS: 1, rate: 20, set };
  const config = resolveConfig(request, [], () => seed);
  return { ...config, plan: planOf(config) };
}

/** Of everything of which there may be more or less, how much there is. */
function amounts({ nodes, concurrency, timeLimitS, recoveryMaxS, plan }: Case): number[] {
  const { operations, faults } = plan;
  const ends = [...operations.map(({ atUs }) => atUs), ...faults.map(({ endUs }) => endUs)];
  const sumUs = ends.reduce((sum, atUs) => sum + atUs, 0);
  const keys = new Set(operations.map(({ key }) => key)).size;
  const counts = [nodes, concurrency, operations.length, faults.length, keys];
  return [...counts, timeLimitS, recoveryMaxS, Math.max(0, ...ends), sumUs];
}

describe.each(passes)('pass $name', (pass) => {
  test('proposes less, of the same order, and ends, whatever still fails', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('raft', 'zab', 'basic-paxos'),
        fc.nat(20),
        fc.integer({ min: 1, max: 5 }),
        fc.infiniteStream(fc.boolean()),
        (system, seed, nodes, fails) => {
          let best = caseOf(system, seed, nodes);
          const search = pass.smaller(best);
          const tried = new Set<string>();
          let step = search.next();
          while (step.done !== true) {
            const proposed = step.value;
            const least = amounts(best);
            for (const [at, amount] of amounts(proposed).entries()) {
              expect(amount).toBeLessThanOrEqual(least[at] as number);
            }
            const text = JSON.stringify(proposed);
            // Whoever runs them refuses what was tried, and what the system does not take.
            const isNew = !tried.has(text) && isPossible(proposed, builtIn);
            tried.add(text);
            const failing: Case | null = isNew && fails.next().value ? proposed : null;
            best = failing ?? best;
            step = search.next(failing);
          }
          expect(step.value).toEqual(best);
        },
      ),
      { numRuns: 12 },
    );
  });
});

describe('a case that is cut', () => {
  test('has nothing planned after the cut, and numbers what is left from 0', () => {
    const cut = cutAt(caseOf('raft', 3, 5), 2_500_000);
    expect(cut.timeLimitS).toBe(3);
    expect(cut.plan.operations.every(({ atUs }) => atUs <= 2_500_000)).toBe(true);
    expect(cut.plan.faults.map(({ id }) => id)).toEqual([...cut.plan.faults.keys()]);
    expect(
      cut.plan.faults.every(({ startUs, endUs }) => startUs <= 2_500_000 && endUs <= 3_000_000),
    ).toBe(true);
  });

  test('gets no more time than it had, where it fails after that', () => {
    expect(cutAt(caseOf('raft', 3, 5), 60_000_000).timeLimitS).toBe(8);
  });
});
