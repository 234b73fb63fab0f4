/** Faults that wait for a step of a node: when they begin, whom they hit, what the history says. */

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isList } from '../../../checkers/value.ts';
import { resolveConfig } from '../../../harness/config/config.ts';
import { virtualRun } from '../../../harness/run/simulate.ts';
import { StepTriggers } from '../../../harness/run/step-triggers.ts';
import { VirtualDriver } from '../../../harness/run/virtual.ts';
import type { PlannedFault } from '../../../nemesis/fault.ts';
import { drawFor, shuffled } from '../../../nemesis/targets.ts';
import { systems } from '../../../systems/index.ts';
import { workloadServedBy } from '../../systems/workload-of.ts';

const fault: PlannedFault = {
  id: 4,
  lane: 'kill',
  form: 'one',
  draw: 1,
  startUs: 1_000_000,
  endUs: 3_000_000,
};

describe('a fault that waits for a step', () => {
  test('begins with the last of so many reports of one kind, on who reported it, and once', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 32 - 1), (step) => {
        const triggers = new StepTriggers();
        const due: number[] = [];
        const report = (kind: string, node: number) =>
          triggers.reported(kind, node, (id, delayUs) => due.push(id, delayUs));
        for (const kind of ['boot', 'vote', 'lead']) report(kind, 0);
        expect(triggers.wait(fault, step, 1_000_000)).toBe(2_000_000);
        expect(triggers.take(4, 1_500_000)).toBeNull();
        let reports = 0;
        while (due.length === 0 && reports < 100) {
          for (const kind of ['boot', 'vote', 'lead']) report(kind, reports);
          reports++;
        }
        expect([1, 2, 5, 20]).toContain(reports);
        expect(due[0]).toBe(4);
        expect(due[1]).toBeLessThan(3_000);
        expect(triggers.take(4, 1_500_000)).toMatchObject({ planned: fault, hit: reports - 1 });
        expect(triggers.take(4, 2_500_000)).toBeNull();
      }),
    );
  });

  test('begins without it where half of its time has gone by, and not once it has ended', () => {
    const triggers = new StepTriggers();
    triggers.reported('boot', 0, () => undefined);
    triggers.wait(fault, 7, 1_000_000);
    expect(triggers.take(4, 1_999_999)).toBeNull();
    expect(triggers.take(4, 2_000_000)).toMatchObject({ planned: fault, hit: null });
    triggers.wait(fault, 7, 1_000_000);
    triggers.forget(4);
    expect(triggers.take(4, 2_000_000)).toBeNull();
  });

  test('begins without it where nodes report nothing at all', () => {
    const triggers = new StepTriggers();
    expect(triggers.wait(fault, 7, 1_000_000)).toBe(2_000_000);
    expect(triggers.take(4, 2_000_000)).toMatchObject({ planned: fault, hit: null });
  });
});

test('a node comes first in the order of a draw that is made for it', () => {
  const nodes = [0, 1, 2, 3, 4, 5, 6];
  fc.assert(
    fc.property(fc.constantFrom(...nodes), fc.nat(2 ** 32 - 1), (node, draw) => {
      const chosen = drawFor(node, nodes, draw);
      expect(shuffled(nodes, chosen)[0]).toBe(node);
      expect(drawFor(node, nodes, draw)).toBe(chosen);
    }),
  );
});

/** `kill one`, say, with what its receipt says and whom it hit. */
interface Started {
  readonly what: string;
  readonly timeNs: number;
  readonly evidence: string;
  readonly targets: string;
}

describe.each(Object.values(systems))('in a run of $name', (system) => {
  const request = { system: system.name, workload: workloadServedBy(system), timeLimitS: 20 };
  const set = { 'faults.stepPpm': 1_000_000 };
  const config = resolveConfig({ ...request, nemesisIntervalS: 0.5, seed: 5, set }, [], () => 5);
  const watching = { follower: null, record: true, stopAtViolation: false };
  const driver = new VirtualDriver(virtualRun(config, [], watching).run);
  driver.advance(Number.POSITIVE_INFINITY);
  const lines = driver.takeLines();
  const started: Started[] = [...driver.history].flatMap(({ process, f, value, time }) => {
    if (process !== 'nemesis' || !isList(value) || value[0] !== 'start') return [];
    const [, form, , status, evidence, targets] = value.map(String);
    if (status !== 'installed') return [];
    return [
      { what: `${f} ${form}`, timeNs: time, evidence: String(evidence), targets: String(targets) },
    ];
  });

  test('every fault but the last says which step it waited for, several in vain', () => {
    expect(started.length).toBeGreaterThan(20);
    const told = started.filter(({ evidence }) =>
      /, (after n\d|as no node) reported /.test(evidence),
    );
    expect(told.length).toBeGreaterThanOrEqual(started.length - 1);
  });

  test('one that hits a single node hits that which reported the step just before', () => {
    const hits = started.flatMap(({ what, timeNs, evidence, targets }) => {
      const [, reporter, kind] = /, after (n\d) reported ([\w-]+)$/.exec(evidence) ?? [];
      return reporter === undefined ? [] : [{ what, timeNs, targets, reporter, kind }];
    });
    expect(hits.length).toBeGreaterThan(10);
    for (const { what, timeNs, targets, reporter, kind } of hits) {
      if (what === 'kill one' || what === 'pause one') expect(targets).toBe(reporter);
      // Nobody reports what is not durable yet.
      if (kind === 'persist') continue;
      const isReported = lines.some(
        ({ time, node, event }) =>
          `n${node + 1}` === reporter &&
          event.kind === kind &&
          time <= timeNs &&
          time >= timeNs - 3_000_000,
      );
      expect(isReported).toBe(true);
    }
  });
});

test('a kill that waits for a write that is not durable yet comes before it is, often', () => {
  const evidence: string[] = [];
  for (let seed = 1; seed <= 6; seed++) {
    const request = { system: 'raft', timeLimitS: 20, nemesis: ['kill'], nemesisIntervalS: 0.5 };
    const set = { 'faults.stepPpm': 1_000_000 };
    const config = resolveConfig({ ...request, seed, set }, [], () => seed);
    const watching = { follower: null, record: false, stopAtViolation: false };
    const driver = new VirtualDriver(virtualRun(config, [], watching).run);
    driver.advance(Number.POSITIVE_INFINITY);
    for (const { value } of driver.history) {
      const told = isList(value) ? value[4] : null;
      if (typeof told === 'string' && /after n\d reported persist$/.test(told)) evidence.push(told);
    }
  }
  expect(evidence.length).toBeGreaterThan(5);
  const early = evidence.filter((one) => /of [1-9]\d* unsynced/.test(one));
  expect(early.length).toBeGreaterThan(evidence.length / 4);
});
