/** Faults of disks: what they do to the world, what a node does then, and who finds a node that does not. */

import { describe, expect, test } from 'vitest';
import { resolveConfig } from '../../../harness/config/config.ts';
import { planOf, simulateOnce } from '../../../harness/run/simulate.ts';
import { Disk } from '../../../harness/sim/disk.ts';
import type { Fault } from '../../../nemesis/fault.ts';
import { raft } from '../../../systems/raft/index.ts';
import type { DiskHabits, Variant } from '../../../systems/system.ts';
import { cluster } from './three-nodes.ts';

function failing(how: 'sync-fails' | 'full', ...nodes: number[]): Fault {
  return { kind: 'failing-disk', how, nodes };
}

/** A node writes a record and answers once it is durable; whether it did. */
function writes(world: ReturnType<typeof cluster>['world'], run: (us: number) => void): boolean {
  const node = world.nodes[0];
  if (node === undefined) throw new Error('no node');
  let answered = false;
  world.reply = () => {
    answered = true;
  };
  node.persist({ kind: 'test' });
  node.reply({ client: 7, id: 1 }, { status: 'ok', value: 'done', position: null });
  run(1_000);
  return answered;
}

describe('a disk that fails', () => {
  test.each(['sync-fails', 'full'] as const)('(%s) stops its node, which answers nobody', (how) => {
    const { world, faults, run } = cluster();
    expect(faults.start(1, failing(how, 0)).status).toBe('installed');
    expect(world.nodes[0]?.up).toBe(true);
    expect(writes(world, run)).toBe(false);
    expect(world.nodes[0]?.up).toBe(false);
    run(1_000_000);
    expect(world.nodes[0]?.up).toBe(false);
    const end = faults.end(1);
    expect(end?.receipt).toEqual({
      status: 'installed',
      evidence: 'down because of it: n1; up: n1 n2 n3',
    });
  });

  test('answers as before once it works again', () => {
    const { world, faults, run } = cluster();
    faults.start(1, failing('full', 0));
    faults.start(2, failing('sync-fails', 0));
    faults.end(1);
    expect(world.nodes[0]?.disk.fails).toBe('sync-fails');
    faults.end(2);
    expect(world.nodes[0]?.disk.fails).toBeNull();
    expect(writes(world, run)).toBe(true);
  });

  test('keeps its node down although a kill of it ends meanwhile', () => {
    const { world, faults } = cluster();
    faults.start(1, failing('full', 0));
    faults.start(2, { kind: 'kill', nodes: [0] });
    expect(faults.end(2)?.receipt.status).toBe('installed');
    expect(world.nodes[0]?.up).toBe(false);
    faults.end(1);
    expect(world.nodes[0]?.up).toBe(true);
  });
});

describe('a disk that rots', () => {
  test('keeps its node from starting, and is as it was at the end', () => {
    const { world, faults, run } = cluster();
    run(2_000_000);
    for (const record of [1, 2, 3]) {
      world.nodes[0]?.persist({ record });
      run(1_000);
    }
    const before = JSON.stringify(world.nodes[0]?.disk.durable);
    const receipt = faults.start(1, { kind: 'bit-rot', nodes: [0], place: 1 });
    expect(receipt.evidence).toMatch(/^n1: record 2 of \d+ damaged, found, and the start refused$/);
    expect(JSON.stringify(world.nodes[0]?.disk.durable)).not.toBe(before);
    world.nodes[0]?.boot();
    expect(world.nodes[0]?.up).toBe(false);
    expect(faults.end(1)?.receipt.status).toBe('installed');
    expect(world.nodes[0]?.up).toBe(true);
    expect(JSON.stringify(world.nodes[0]?.disk.durable.slice(0, 3))).toBe(
      JSON.stringify(JSON.parse(before).slice(0, 3)),
    );
  });

  test('is left alone where the damage would look like a torn write', () => {
    const disk = new Disk();
    disk.append('first');
    disk.startSync();
    disk.finishSync();
    expect(disk.damage(0)).toBeNull();
    disk.append('second');
    disk.startSync();
    disk.finishSync();
    expect(disk.damage(5)).toBe('record 1 of 2 damaged');
  });
});

describe('a disk that is slow', () => {
  test('has its node answer later, and no later than it says', () => {
    const { world, faults, run } = cluster();
    faults.start(1, { kind: 'slow-disk', nodes: [0], delayMs: 400 });
    faults.start(2, { kind: 'slow-disk', nodes: [0], delayMs: 100 });
    expect(world.slowSyncsUs).toEqual([400_000, 0, 0]);
    let durable = 0;
    const node = world.nodes[0];
    if (node === undefined) throw new Error('no node');
    run(1_000_000);
    const { durableCount, written } = node.disk;
    expect(durableCount).toBe(written);
    node.persist({});
    run(1_000);
    durable = node.disk.durableCount;
    expect(durable).toBe(durableCount);
    run(400_000);
    expect(node.disk.durableCount).toBeGreaterThan(durable);
    expect(faults.end(1)?.receipt.evidence).toBe('syncs take longer: n1 up to 100 ms');
    expect(faults.end(2)?.receipt.evidence).toBe('syncs take longer: n1 up to 0 ms');
  });
});

describe('a disk that is lost', () => {
  test('is empty at the next start, or as it was when its image was taken', () => {
    for (const how of ['wiped', 'stale'] as const) {
      const { world, faults, run } = cluster();
      const disk = world.nodes[0]?.disk;
      const before = [...(disk?.durable ?? [])];
      expect(before.length).toBeGreaterThan(0);
      faults.start(1, { kind: 'lost-disk', how, nodes: [0] });
      expect(world.nodes[0]?.up).toBe(how === 'stale');
      if (how === 'stale') writes(world, run);
      const end = faults.end(1);
      expect(end?.receipt.status).toBe('installed');
      expect(world.nodes[0]?.up).toBe(true);
      expect(disk?.durable).toEqual(how === 'stale' ? before : []);
    }
  });
});

/** A node whose host misuses its disk. */
function careless(disk: DiskHabits): Variant {
  return { id: 'careless', describe: 'misuses its disk', kind: 'mutant', disk };
}

function found(variants: readonly Variant[], nemesis: readonly string[]): string[] {
  const kinds = new Set<string>();
  for (let seed = 1; seed <= 12 && kinds.size === 0; seed++) {
    const run = {
      system: 'raft',
      nodes: 3,
      nemesis,
      timeLimitS: 20,
      nemesisIntervalS: 1,
    };
    const { checks } = simulateOnce(
      resolveConfig({ ...run, seed }, [], () => seed),
      variants,
    );
    for (const { checker, verdict } of checks) if (verdict.kind === 'invalid') kinds.add(checker);
  }
  return [...kinds];
}

describe('a host that misuses its disk', () => {
  test.each([
    [['failing-sync', 'kill'], { failedSync: 'ignored' }],
    [['full-disk', 'kill'], { noRoom: 'ignored' }],
    [['bit-rot'], { damage: 'accept' }],
    [['power-loss'], { tornTail: 'accept' }],
  ] as const)('is found under %s, and one that does not is not accused', (nemesis, habits) => {
    expect(found([careless(habits)], nemesis)).not.toEqual([]);
    expect(found([], nemesis)).toEqual([]);
  });
});

describe('what breaks beyond a promise', () => {
  test('is told with the reason, and is neither a violation nor valid', () => {
    for (const nemesis of ['wiped-disk', 'stale-disk']) {
      const config = resolveConfig({ system: raft.name, nemesis: [nemesis], seed: 1 }, [], () => 1);
      expect(Object.keys(config.beyond ?? {})).toEqual([nemesis]);
      const { verdict, checks } = simulateOnce(config, []);
      expect(verdict.kind).toBe('unknown');
      expect(verdict).toHaveProperty(
        'because',
        expect.stringMatching(
          new RegExp(`^beyond what raft promises to survive: ${nemesis} acted on n\\d`),
        ),
      );
      expect(checks.map((check) => check.verdict.kind)).not.toContain('invalid');
    }
  });

  test('accuses the system where no such fault has acted', () => {
    const asked = { system: raft.name, seed: 1, nemesis: ['kill', 'wiped-disk'], nodes: 3 };
    const { plan: _, ...config } = resolveConfig(asked, [], () => 1);
    const kill = { id: 0, lane: 'kill', form: 'all', draw: 0, startUs: 5e6, endUs: 6e6 };
    const variant = careless({ failedSync: 'ignored' });
    const forgetful: Variant = { ...variant, disk: {}, durability: () => 'unsynced' };
    const { operations } = planOf(config);
    const { verdict } = simulateOnce({ ...config, plan: { operations, faults: [kill] } }, [
      forgetful,
    ]);
    expect(verdict.kind).toBe('invalid');
  });
});
