/** The simulated world: what leaving one thing out changes, and who chooses what happens next. */

import { describe, expect, test } from 'vitest';
import { checkLinearizable } from '../../../checkers/linearizable/index.ts';
import { resolveConfig } from '../../../harness/config/config.ts';
import { drawAt, streamBase } from '../../../harness/core/draw.ts';
import { TraceFollower } from '../../../harness/judge/trace-follower.ts';
import { virtualRun } from '../../../harness/run/simulate.ts';
import { runVirtual, VirtualDriver } from '../../../harness/run/virtual.ts';
import type { Pending } from '../../../harness/sim/event-queue.ts';
import { Network } from '../../../harness/sim/network.ts';
import { historyLine, traceJson } from '../../../harness/store/lines.ts';
import { systems } from '../../../systems/index.ts';
import { workloadServedBy } from '../../systems/workload-of.ts';

const watching = { follower: null, record: true, stopAtViolation: false };

describe('the network', () => {
  const options = {
    latencyMinUs: 100,
    latencyMaxUs: 9000,
    lossPpm: 200_000,
    duplicatePpm: 300_000,
    latePpm: 100_000,
    lateMaxUs: 90_000,
    resends: 3,
  };
  const fates = (times: readonly number[]) => {
    const network = new Network(3, 7, options);
    return times.map((atUs) => {
      const message = network.message(0, 1, atUs);
      return [network.delayUs(message), network.duplicateUs(message)];
    });
  };

  test('gives a message the same fate, whatever else is sent on its link or is not', () => {
    const times = Array.from({ length: 50 }, (_, at) => at * 37);
    const all = fates(times);
    expect(new Set(all.map(String)).size).toBeGreaterThan(40);
    for (const left of times.keys()) {
      expect(fates(times.toSpliced(left, 1))).toEqual(all.toSpliced(left, 1));
    }
  });
});

describe.each(Object.values(systems))('$name', (system) => {
  const request = { system: system.name, workload: workloadServedBy(system), nodes: 3 };
  const configOf = (seed: number) =>
    resolveConfig({ ...request, timeLimitS: 2, rate: 20 }, [], () => seed);
  const linesOf = (choose?: (pending: readonly Pending[]) => Pending) => {
    const { run } = virtualRun(configOf(3), [], watching);
    const world = choose === undefined ? run.world : { ...run.world, choose };
    const driver = new VirtualDriver({ ...run, world });
    driver.advance(Number.POSITIVE_INFINITY);
    return [...[...driver.history].map(historyLine), ...driver.takeLines().map(traceJson)];
  };

  test('runs the same whether the first event of all is chosen or nobody chooses', () => {
    const first = (pending: readonly Pending[]) => pending[0] as Pending;
    expect(linesOf(first)).toEqual(linesOf());
  });

  test('keeps what it promises whoever chooses', () => {
    for (let seed = 1; seed <= 5; seed++) {
      const follower = new TraceFollower(system);
      const { run } = virtualRun(configOf(seed), [], { ...watching, follower });
      let chosen = 0;
      // Of the first few: time has to pass.
      const choose = (pending: readonly Pending[]) => {
        const which = drawAt(streamBase(seed, 1, 0), chosen++) % Math.min(4, pending.length);
        return pending[which] as Pending;
      };
      const { history } = runVirtual({ ...run, world: { ...run.world, choose } });
      expect(follower.violations).toEqual([]);
      expect(history.length).toBeGreaterThan(20);
      const { model, initial } = run.workload;
      expect(checkLinearizable(history, { model, initial }).verdict.kind).not.toBe('invalid');
    }
  });
});
