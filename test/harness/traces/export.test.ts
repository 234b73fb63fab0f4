/** Traces of our own Raft in etcd's format: what is judged of them, against what is known of the run. */

import * as fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { judgeObserved } from '../../../checkers/agreement/raft-observed/checker.ts';
import type { Observation } from '../../../checkers/agreement/raft-observed/observation.ts';
import type { TraceLine } from '../../../checkers/trace.ts';
import { type RunConfig, resolveConfig } from '../../../harness/config/config.ts';
import { virtualRun } from '../../../harness/run/simulate.ts';
import { VirtualDriver } from '../../../harness/run/virtual.ts';
import { observationOf, tracingEvent } from '../../../harness/traces/etcd-schema.ts';
import { exportRaft } from '../../../harness/traces/export.ts';
import { raft } from '../../../systems/raft/index.ts';
import { raftVariants } from '../../../systems/raft/mutants/index.ts';
import type { Variant } from '../../../systems/system.ts';
import { hardRun } from '../../hard-worlds.ts';

function traceOf(config: RunConfig, variants: readonly Variant[] = []): readonly TraceLine[] {
  const watching = { follower: null, record: true, stopAtViolation: false };
  const driver = new VirtualDriver(virtualRun(config, variants, watching).run);
  driver.advance(Number.POSITIVE_INFINITY);
  return driver.takeLines();
}

function observed(trace: Iterable<TraceLine>): readonly Observation[] {
  return [...exportRaft(trace)].map((text) => {
    const json: { event: unknown } = JSON.parse(text);
    return observationOf(tracingEvent.parse(json.event));
  });
}

describe('the trace of a correct run', () => {
  let traces: readonly (readonly Observation[])[];
  beforeAll(() => {
    const plain = resolveConfig({ system: 'raft', seed: 1 }, [], () => 1);
    // 1033: a snapshot whose membership is older than that of the entries that stay behind it.
    const configs = [plain, hardRun(raft, 1).config, hardRun(raft, 1033).config];
    traces = configs.map((config) => observed(traceOf(config)));
  });

  test('breaks nothing, and every rule is judged', () => {
    for (const trace of traces) {
      const { violations, judged } = judgeObserved(trace);
      expect(violations).toEqual([]);
      expect(Object.values(judged).filter((times) => times === 0)).toEqual([]);
    }
  });

  test('breaks nothing either where each node is cut off at any line, and files follow each other', () => {
    const cuts = fc.tuple(
      fc.nat({ max: 2 }),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 7, maxLength: 7 }),
      fc.boolean(),
    );
    fc.assert(
      fc.property(cuts, ([which, shares, isReversed]) => {
        const byNode = Map.groupBy(traces[which] ?? [], ({ node }) => node);
        const files = [...byNode].map(([node, lines]) =>
          lines.slice(0, Math.floor(lines.length * (shares[Number(node)] ?? 1))),
        );
        const { violations } = judgeObserved((isReversed ? files.reverse() : files).flat());
        expect(violations).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });

  test('breaks nothing where lines of one kind are never written', () => {
    const steps = new Set(traces.flatMap((trace) => trace.map(({ step }) => step)));
    steps.delete('InitState');
    for (const left of steps) {
      const rest = (traces[2] ?? []).filter(({ step }) => step !== left);
      expect([left, judgeObserved(rest).violations]).toEqual([left, []]);
    }
  });
});

describe('the trace of a run with a planted bug', () => {
  test.each([
    ['rf-quorum-half', 'J:QuorumCert'],
    ['rf-no-uptodate-check', 'VoteRule'],
    ['rf-vote-anyone', 'VoteOnce'],
    ['rf-commit-old-term', 'CommitCurrentTerm'],
    ['rf-no-prev-check', 'LogMatching'],
    ['rf-commit-no-min', 'CommitBeyondLog'],
    ['rf-commit-not-monotone', 'CommitMonotone'],
    ['rf-log-not-durable', 'LeaderCompleteness'],
  ])('%s breaks %s', (id, property) => {
    const variant = raftVariants.find((one) => one.id === id);
    const found = new Set<string>();
    for (let seed = 1; seed <= 6 && !found.has(property); seed++) {
      const config = resolveConfig({ system: 'raft', seed }, [variant?.hunt ?? {}], () => seed);
      const lines = observed(traceOf(config, variant === undefined ? [] : [variant]));
      for (const one of judgeObserved(lines).violations) found.add(one.property);
    }
    expect([...found]).toContain(property);
  });
});
