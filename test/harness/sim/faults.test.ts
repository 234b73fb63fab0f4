/** Faults of the simulator: what they do, how they overlap, and receipts that tell the truth. */

import { describe, expect, test } from 'vitest';
import type { World } from '../../../harness/sim/world.ts';
import type { Fault } from '../../../nemesis/fault.ts';
import { primaryOf } from '../../../systems/leadership.ts';
import { raft } from '../../../systems/raft/index.ts';
import { cluster } from './three-nodes.ts';

const leaderOf = ({ nodes }: World) =>
  primaryOf(
    raft,
    nodes.map(({ view }) => view),
  );
const kill = (...nodes: number[]): Fault => ({ kind: 'kill', nodes });
const pause = (...nodes: number[]): Fault => ({ kind: 'pause', nodes });
const clock = (mode: 'bump' | 'strobe' | 'drift', size: number): Fault => ({
  kind: 'clock',
  mode,
  nodes: [0],
  offsetMs: mode === 'drift' ? 0 : size,
  periodMs: 10,
  ratePpm: mode === 'drift' ? size : 0,
});

describe('kill', () => {
  test('two kills of one node need two ends before it comes up', () => {
    const { world, faults } = cluster();
    expect(faults.start(1, kill(0)).status).toBe('installed');
    expect(faults.start(2, kill(0, 1)).status).toBe('installed');
    faults.end(1);
    expect(world.nodes[0]?.up).toBe(false);
    expect(faults.end(2)?.receipt.status).toBe('installed');
    expect(world.nodes[0]?.up).toBe(true);
    expect(world.nodes[0]?.incarnation).toBe(2);
  });

  test('one that finds its node down is skipped, and does not hold it down', () => {
    const { world, faults } = cluster();
    faults.start(1, kill(0));
    expect(faults.start(2, kill(0)).status).toBe('skipped');
    faults.end(1);
    expect(world.nodes[0]?.up).toBe(true);
    expect(faults.end(2)).toBeNull();
  });

  test('a killed leader is replaced, and comes back as a follower of the new one', () => {
    const { world, faults, run } = cluster();
    const before = leaderOf(world) as number;
    faults.start(1, kill(before));
    run(2_000_000);
    const after = leaderOf(world);
    expect(after).not.toBeNull();
    expect(after).not.toBe(before);
    faults.end(1);
    run(500_000);
    expect(world.nodes[before]?.view?.leader).toBe(after);
  });
});

describe('pause', () => {
  test('says how many processes it stopped, and skips nodes that are down', () => {
    const { faults } = cluster();
    faults.start(1, kill(0));
    expect(faults.start(2, pause(0))).toMatchObject({ status: 'skipped' });
    expect(faults.start(3, pause(0, 1))).toEqual({
      status: 'installed',
      evidence: '1 of 2 processes stopped',
    });
  });

  test('what reaches a paused node reaches it when it goes on', () => {
    const { world, faults, run } = cluster();
    const leader = leaderOf(world) as number;
    const follower = world.members.find((node) => node !== leader) as number;
    const term = world.nodes[follower]?.view?.term;
    faults.start(1, pause(follower));
    run(100_000);
    faults.end(1);
    run(100_000);
    expect(world.nodes[follower]?.view).toMatchObject({ leader, term });
  });

  test('a node killed while it is paused starts again running', () => {
    const { world, faults } = cluster();
    faults.start(1, pause(0));
    faults.start(2, kill(0));
    faults.end(2);
    expect(world.nodes[0]?.paused).toBe(false);
    expect(faults.end(1)?.receipt.evidence).toBe('0 of 1 processes resumed');
  });
});

describe('partition', () => {
  test('two cuts of one link need two heals', () => {
    const { world, faults } = cluster();
    const cut: Fault = { kind: 'partition', shape: 'test', cuts: [{ from: 0, to: 1 }] };
    faults.start(1, cut);
    faults.start(2, cut);
    expect(faults.end(1)?.receipt.evidence).toBe('1 of 1 links closed');
    expect(world.network.isCut(0, 1)).toBe(true);
    expect(world.network.isCut(1, 0)).toBe(false);
    faults.end(2);
    expect(world.network.isCut(0, 1)).toBe(false);
  });
});

describe('clock', () => {
  const ahead = (world: World) => (world.nodes[0]?.clock.wallUs(world.nowUs) ?? 0) - world.nowUs;

  test('bumps add up and are undone one by one; the monotonic clock stays true', () => {
    const { world, faults } = cluster();
    faults.start(1, clock('bump', 500));
    faults.start(2, clock('bump', -200));
    expect(ahead(world)).toBe(300_000);
    expect(world.nodes[0]?.clock.monotonicUs(world.nowUs)).toBe(world.nowUs);
    faults.end(1);
    expect(ahead(world)).toBe(-200_000);
    faults.end(2);
    expect(ahead(world)).toBe(0);
  });

  test('rates add up, are read back, and leave the wall clock right when they are over', () => {
    const { world, faults, run } = cluster();
    expect(faults.start(1, clock('drift', 20_000)).evidence).toContain('+20000 ppm');
    faults.start(2, clock('drift', 10_000));
    run(1_000_000);
    expect(ahead(world)).toBe(30_000);
    faults.end(1);
    run(1_000_000);
    expect(ahead(world)).toBe(40_000);
    expect(faults.end(2)?.receipt.status).toBe('installed');
    expect(ahead(world)).toBe(0);
  });

  test('a strobe jumps to and fro and leaves the clock where it was', () => {
    const { world, faults, run } = cluster();
    faults.start(1, clock('strobe', 500));
    const seen = new Set<number>();
    for (let i = 0; i < 40; i++) {
      run(5_000);
      seen.add(ahead(world));
    }
    expect([...seen].sort((a, b) => a - b)).toEqual([0, 500_000]);
    faults.end(1);
    run(100_000);
    expect(ahead(world)).toBe(0);
  });

  test('of two alike strobes, the one that ends leaves the other in force', () => {
    const { world, faults, run } = cluster();
    const jumps = () => {
      const seen = new Set<number>();
      for (let i = 0; i < 40; i++) {
        run(5_000);
        seen.add(ahead(world));
      }
      return seen.size > 1;
    };
    faults.start(1, clock('strobe', 500));
    faults.start(2, clock('strobe', 500));
    faults.end(1);
    expect(jumps()).toBe(true);
    faults.end(2);
    expect(jumps()).toBe(false);
  });
});
