/** The steps that are named as never reached are those that nodes of a protocol can report. */

import { describe, expect, test } from 'vitest';
import { stepsOf } from '../../../harness/explore/steps.ts';
import { Explored } from '../../../harness/explore/trial.ts';
import { systems } from '../../../systems/index.ts';

/** Each protocol has reached all of its steps in so many runs. */
const SEEDS = 60;

describe.each(Object.keys(systems))('%s', (system) => {
  test('reports these steps in runs, and no others', async () => {
    const explored = await Explored.of({ system, timeLimitS: 5 });
    const steps = stepsOf(system);
    const reached = new Set<string>();
    for (let seed = 1; seed <= SEEDS; seed++) {
      for (const kind of Object.keys(explored.try({ strategy: 'swarm', seed }).reached.steps)) {
        reached.add(kind);
      }
      if (steps.every((kind) => reached.has(kind))) break;
    }
    expect([...reached].sort()).toEqual([...steps].sort());
  });
});

test('of an own system nobody knows them', () => {
  expect(stepsOf('my-own')).toEqual([]);
});
