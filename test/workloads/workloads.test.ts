/** Laws that every workload keeps. */

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Value } from '../../checkers/history.ts';
import { namedDraw } from '../../harness/core/draw.ts';
import { workloads } from '../../workloads/index.ts';
import type { WorkloadConfig } from '../../workloads/workload.ts';

const seeds = fc.nat();

describe.each(Object.values(workloads))('$name', (workload) => {
  const options = Object.fromEntries(
    Object.entries(workload.options).map(([name, option]) => [name, option.default]),
  );
  const config: WorkloadConfig = { clients: 7, rate: 100, timeLimitUs: 20_000_000, options };

  test('plans the same operations for the same seed, in order of time, by known clients', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const plan = workload.plan(config, namedDraw(seed));
        expect(workload.plan(config, namedDraw(seed))).toEqual(plan);
        for (const [at, operation] of plan.entries()) {
          expect(operation.id).toBe(at);
          expect(operation.client).toBeLessThan(config.clients);
          expect(operation.atUs).toBeLessThan(config.timeLimitUs);
          expect(operation.atUs).toBeGreaterThanOrEqual(plan[at - 1]?.atUs ?? 0);
          expect(workload.operations).toContain(operation.f);
        }
      }),
      { numRuns: 20 },
    );
  });

  test('keeps to the rate that was asked for', () => {
    const plan = workload.plan(config, namedDraw(1));
    expect(plan.length).toBeGreaterThan(1_800);
    expect(plan.length).toBeLessThan(2_200);
  });

  test('writes no value twice, where values are what tells writes apart', () => {
    const plan = workload.plan(config, namedDraw(2));
    const written = plan.flatMap(({ f, value }) => {
      if (['read', 'inc', 'remove', 'delete', 'watch'].includes(f)) return [];
      const steps = f === 'txn' ? (value as readonly (readonly Value[])[]) : [['w', 'k', value]];
      return steps.filter(([step]) => step !== 'r').map((step) => step[2]);
    });
    expect(new Set(written).size).toBe(written.length);
  });

  test('lets no key grow without bound', () => {
    const uses = new Map<string, number>();
    for (const { key } of workload.plan({ ...config, timeLimitUs: 120_000_000 }, namedDraw(3))) {
      uses.set(key, (uses.get(key) ?? 0) + 1);
    }
    expect(Math.max(...uses.values())).toBeLessThanOrEqual(Number(options['keyLimit']));
    expect(uses.size).toBeGreaterThan(Number(options['keys']));
  });

  test('reads at the end what was used last; of watches, what each node has', () => {
    const reads = workload.finalReads(['a', 'b'], 3);
    if (workload === workloads['watch']) {
      expect(reads.map(({ f, node }) => `${f} ${node}`).toSorted()).toEqual(
        ['hash', 'watch'].flatMap((f) => [0, 1, 2].map((node) => `${f} ${node}`)),
      );
      return;
    }
    expect(reads.map(({ key }) => key)).toEqual(['a', 'b']);
    for (const { f, key, value } of reads) {
      expect([f, value]).toEqual(f === 'txn' ? ['txn', [['r', key, null]]] : ['read', null]);
    }
  });
});

describe('register', () => {
  test('with a domain of values writes only those', () => {
    const { register } = workloads;
    const options = { keys: 3, keyLimit: 50, values: 4 };
    const config = { clients: 2, rate: 100, timeLimitUs: 5_000_000, options };
    const plan = register?.plan(config, namedDraw(1)) ?? [];
    const written = new Set(plan.filter(({ f }) => f !== 'read').map(({ value }) => value));
    expect([...written].map(Number).sort((a, b) => a - b)).toEqual([1, 2, 3, 4]);
  });

  test('compares with what was last seen', () => {
    const { register } = workloads;
    const planned = { id: 0, client: 0, atUs: 0, f: 'cas', key: 'k', value: 9 } as const;
    expect(register?.settle(planned, 5)).toEqual({ f: 'cas', key: 'k', value: [5, 9] });
  });
});

describe('set', () => {
  test('removes only what was asked to be added, and only once', () => {
    const { set } = workloads;
    const options = { keys: 3, keyLimit: 50 };
    const config = { clients: 2, rate: 100, timeLimitUs: 20_000_000, options };
    const present = new Set<string>();
    for (const { f, key, value } of set?.plan(config, namedDraw(1)) ?? []) {
      if (f === 'add') present.add(`${key}/${Number(value)}`);
      else if (f === 'remove') expect(present.delete(`${key}/${Number(value)}`)).toBe(true);
    }
  });
});

describe('watch', () => {
  const { watch } = workloads;

  test('goes on where its watcher was, and from the beginning where nobody has heard anything', () => {
    const planned = { id: 0, client: 1, atUs: 0, f: 'watch', key: 'w2' } as const;
    const settled = (seen: Value) => watch?.settle({ ...planned, value: [1, 500, false] }, seen);
    expect(settled(null)).toEqual({ f: 'watch', key: 'w2', value: [1, 500, false], node: 1 });
    expect(settled([['began', 7]])?.value).toEqual([7, 500, false]);
    expect(
      settled([
        ['began', 7],
        ['progress', 9],
      ])?.value,
    ).toEqual([10, 500, false]);
  });

  test('in the end watches every member from the beginning, and compares what they have', () => {
    const last = watch?.finalReads(['k0'], 2).map(({ f, node, value }) => [f, node, value]);
    expect(last).toMatchObject([
      ['watch', 0, [1, 3000, false]],
      ['watch', 1, [1, 3000, false]],
      ['hash', 0, 0],
      ['hash', 1, 0],
    ]);
  });
});
