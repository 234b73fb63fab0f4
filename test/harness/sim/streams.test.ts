/** Connections of the simulator: in order until they break, and nothing of the next one before that. */

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { simulatorOptions } from '../../../harness/config/config.ts';
import { SimFaults } from '../../../harness/sim/faults.ts';
import { World } from '../../../harness/sim/world.ts';
import type { AnyProtocol, Env } from '../../../systems/protocol.ts';
import { raft } from '../../../systems/raft/index.ts';

/** What one node notices, in order. */
type Noticed =
  | { readonly kind: 'heard'; readonly from: number; readonly message: unknown }
  | { readonly kind: 'broken'; readonly peer: number };

/** Nodes that only note what reaches them, and are spoken through from outside. */
class Listeners {
  readonly noticed: Noticed[][];
  readonly envs: (Env<unknown, unknown> | null)[];
  readonly world: World;
  readonly faults: SimFaults;

  constructor(nodes: number, seed: number, settings: Readonly<Record<string, number>> = {}) {
    this.noticed = Array.from({ length: nodes }, () => []);
    this.envs = Array.from({ length: nodes }, () => null);
    const protocol: AnyProtocol = {
      start: (env) => {
        this.envs[env.self] = env;
        return null;
      },
      message: (_state, env, from, message) => {
        this.noticed[env.self]?.push({ kind: 'heard', from, message });
      },
      disconnected: (_state, env, peer) => {
        this.noticed[env.self]?.push({ kind: 'broken', peer });
      },
      timer: () => undefined,
      request: () => undefined,
      durable: () => undefined,
      view: () => ({ role: 'listener', term: 0, leader: null, commit: 0, applied: 0 }),
      messageKind: () => 'message',
    };
    const { network, disk } = simulatorOptions({
      'network.latencyMinUs': 100,
      'network.latencyMaxUs': 10_000,
      'network.lossPpm': 0,
      'network.duplicatePpm': 500_000,
      'network.latePpm': 0,
      'network.lateMaxUs': 50_000,
      'network.resends': 7,
      'disk.syncMinUs': 5_000,
      'disk.syncMaxUs': 5_000,
      ...settings,
    });
    this.world = new World(
      {
        nodes,
        seed,
        protocol,
        client: raft.client(raft.rules),
        options: {},
        variants: [],
        durability: null,
        diskHabits: null,
        network,
        disk,
        links: 'connections',
      },
      { trace: () => undefined, completed: () => undefined, wake: () => undefined },
    );
    this.faults = new SimFaults(this.world, 'all-lost', () => undefined);
    this.world.boot();
  }

  send(from: number, to: number, message: unknown): void {
    if (this.world.nodes[from]?.up) this.envs[from]?.send(to, message);
  }

  run(us: number): void {
    const until = this.world.nowUs + us;
    while (this.world.queue.nextTimeUs() <= until) this.world.step();
    this.world.nowUs = until;
  }

  heard(node: number): unknown[] {
    return (this.noticed[node] ?? []).map((each) =>
      each.kind === 'heard' ? each.message : 'broken',
    );
  }
}

const cut = (from: number, to: number) =>
  ({ kind: 'partition', shape: 'one-way', cuts: [{ from, to }] }) as const;

/** Pauses of nodes have ids from here on. */
const PAUSE = 1000;

describe('a connection', () => {
  test('delivers in the order sent, each message once', () => {
    const nodes = new Listeners(2, 1, { 'network.latePpm': 300_000 });
    for (let at = 0; at < 100; at++) nodes.send(0, 1, at);
    nodes.run(10_000_000);
    expect(nodes.heard(1)).toEqual(Array.from({ length: 100 }, (_, at) => at));
  });

  test('keeps its order for a node that was paused', () => {
    const nodes = new Listeners(2, 1);
    nodes.faults.start(1, { kind: 'pause', nodes: [1] });
    for (let at = 0; at < 20; at++) {
      nodes.send(0, 1, at);
      nodes.run(500);
    }
    nodes.faults.end(1);
    for (let at = 20; at < 40; at++) nodes.send(0, 1, at);
    nodes.run(1_000_000);
    expect(nodes.heard(1)).toEqual(Array.from({ length: 40 }, (_, at) => at));
  });

  test('drops what is under way when it is cut, in one direction or both, and tells both ends', () => {
    const nodes = new Listeners(2, 1);
    nodes.send(0, 1, 'there');
    nodes.send(1, 0, 'back');
    nodes.faults.start(1, cut(0, 1));
    nodes.run(1_000_000);
    expect(nodes.heard(0)).toEqual(['broken']);
    expect(nodes.heard(1)).toEqual(['broken']);
  });

  test('cannot be opened through a cut: only who tries is told', () => {
    const nodes = new Listeners(2, 1);
    nodes.faults.start(1, cut(1, 0));
    nodes.send(0, 1, 'there');
    nodes.run(1_000_000);
    expect(nodes.heard(0)).toEqual(['broken']);
    expect(nodes.heard(1)).toEqual([]);
    nodes.faults.end(1);
    nodes.send(0, 1, 'again');
    nodes.run(1_000_000);
    expect(nodes.heard(1)).toEqual(['again']);
  });

  test('delivers what the network lost or held back with a later copy, and the rest behind it', () => {
    const nodes = new Listeners(2, 1, {
      'network.lossPpm': 100_000,
      'network.latePpm': 100_000,
      'network.lateMaxUs': 60_000_000,
    });
    for (let at = 0; at < 100; at++) nodes.send(0, 1, at);
    // Eight copies take 255 times as long as the first time-out of four latencies.
    nodes.run(11_000_000);
    expect(nodes.heard(1)).toEqual(Array.from({ length: 100 }, (_, at) => at));
  });

  test('breaks with the first lost message where nothing is sent again', () => {
    const nodes = new Listeners(2, 1, { 'network.lossPpm': 500_000, 'network.resends': 0 });
    for (let at = 0; at < 10; at++) nodes.send(0, 1, at);
    nodes.run(1_000_000);
    expect(nodes.heard(0)).toEqual(['broken']);
  });

  test('breaks on a link that loses every copy', () => {
    const nodes = new Listeners(2, 1, { 'network.lossPpm': 1_000_000 });
    nodes.send(0, 1, 'lost');
    nodes.run(1_000_000);
    expect(nodes.heard(0)).toEqual(['broken']);
    expect(nodes.heard(1)).toEqual([]);
  });

  test('breaks with the process at one end, whose next life knows nothing of it', () => {
    const nodes = new Listeners(2, 1);
    nodes.send(0, 1, 'before');
    nodes.send(1, 0, 'before');
    nodes.faults.start(1, { kind: 'kill', nodes: [1] });
    nodes.faults.end(1);
    nodes.send(1, 0, 'after');
    nodes.send(0, 1, 'into the broken one');
    nodes.run(1_000_000);
    expect(nodes.heard(0)).toEqual(['broken', 'after']);
    expect(nodes.heard(1)).toEqual([]);
  });

  test('takes what waits for the disk with it', () => {
    const slow = { 'disk.syncMinUs': 400_000, 'disk.syncMaxUs': 400_000 };
    const nodes = new Listeners(2, 1, { 'network.latencyMaxUs': 100, ...slow });
    nodes.send(0, 1, 'open');
    nodes.run(1_000);
    nodes.envs[0]?.persist('record');
    nodes.send(0, 1, 'held');
    nodes.faults.start(1, cut(0, 1));
    nodes.faults.end(1);
    nodes.run(1_000_000);
    expect(nodes.heard(0)).toEqual(['broken']);
    expect(nodes.heard(1)).toEqual(['open', 'broken']);
  });

  test('never mixes: nothing of the next one comes before the end of the last, at either end', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('send' as const), from: fc.nat(2), to: fc.nat(2) }),
      fc.record({ kind: fc.constant('flap' as const), from: fc.nat(2), to: fc.nat(2) }),
      fc.record({ kind: fc.constant('pause' as const), node: fc.nat(2) }),
      fc.record({ kind: fc.constant('resume' as const), node: fc.nat(2) }),
      fc.record({ kind: fc.constant('run' as const), us: fc.nat(30_000) }),
    );
    fc.assert(
      fc.property(fc.nat(), fc.array(step, { maxLength: 120 }), (seed, steps) => {
        const nodes = new Listeners(3, seed, { 'network.lossPpm': 50_000 });
        const paused = new Set<number>();
        let count = 0;
        let faults = 0;
        for (const each of steps) {
          if (each.kind === 'run') nodes.run(each.us);
          else if (each.kind === 'send') {
            const { from, to } = each;
            // How many ends of the connection the sender has been told of, it says.
            if (from !== to && !paused.has(from)) {
              nodes.send(from, to, { count: count++, ends: ends(nodes, from, to) });
            }
          } else if (each.kind === 'flap' && each.from !== each.to) {
            const id = faults++;
            nodes.faults.start(id, cut(each.from, each.to));
            nodes.faults.end(id);
          } else if (each.kind === 'pause' && !paused.has(each.node)) {
            paused.add(each.node);
            nodes.faults.start(PAUSE + each.node, { kind: 'pause', nodes: [each.node] });
          } else if (each.kind === 'resume' && paused.delete(each.node)) {
            nodes.faults.end(PAUSE + each.node);
          }
        }
        for (const node of paused) nodes.faults.end(PAUSE + node);
        nodes.run(1_000_000);
        for (const [node, noticed] of nodes.noticed.entries()) expectOrdered(node, noticed);
      }),
      { numRuns: 200 },
    );
  });
});

interface Numbered {
  readonly count: number;
  readonly ends: number;
}

function ends(nodes: Listeners, node: number, peer: number): number {
  return (nodes.noticed[node] ?? []).filter((each) => each.kind === 'broken' && each.peer === peer)
    .length;
}

/**
 * Messages of a sender come in their order, and between two that it sent in different connections
 * the receiver has been told of an end, unless it had heard nothing of the earlier one.
 */
function expectOrdered(node: number, noticed: readonly Noticed[]): void {
  const last = new Map<number, Numbered>();
  const toldSince = new Set<number>();
  for (const each of noticed) {
    if (each.kind === 'broken') {
      toldSince.add(each.peer);
      continue;
    }
    const message = each.message as Numbered;
    const before = last.get(each.from);
    if (before !== undefined) {
      expect(message.count, `n${node}`).toBeGreaterThan(before.count);
      if (message.ends > before.ends) expect(toldSince.has(each.from)).toBe(true);
    }
    last.set(each.from, message);
    toldSince.delete(each.from);
  }
}
