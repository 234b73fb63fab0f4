/** Faults that come and go, and those of links: what they do to the world, seen in the world itself. */

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { World } from '../../../harness/sim/world.ts';
import type { Fault } from '../../../nemesis/fault.ts';
import { cluster } from './three-nodes.ts';

type LinksFault = Extract<Fault, { kind: 'links' }>;

const LINK = [{ from: 0, to: 1 }];

function links(effect: LinksFault['effect'], over: Partial<LinksFault> = {}): LinksFault {
  const none = { onMs: 1000, offMs: 0, delayMs: 0, ppm: 0 };
  return { kind: 'links', effect, cuts: LINK, ...none, ...over };
}

function restarts(over: Partial<Extract<Fault, { kind: 'restarts' }>> = {}): Fault {
  return { kind: 'restarts', how: 'kill', groups: [[0]], downMs: 100, upMs: 200, ...over };
}

const up = (world: World) => world.nodes.map((node) => node.up);

describe('restarts', () => {
  test('take one group after another down, and begin anew with the first', () => {
    const { world, faults, run } = cluster();
    const receipt = faults.start(1, restarts({ groups: [[0], [2]] }));
    expect(receipt.status).toBe('installed');
    expect(up(world)).toEqual([false, true, true]);
    run(150_000);
    expect(up(world)).toEqual([true, true, true]);
    run(200_000);
    expect(up(world)).toEqual([true, true, false]);
    run(300_000);
    expect(up(world)).toEqual([false, true, true]);
    expect(faults.end(1)?.receipt.evidence).toBe('stopped 3 times; up: n1 n2 n3');
    run(5_000_000);
    expect(world.nodes.map(({ incarnation }) => incarnation)).toEqual([3, 1, 2]);
  });

  test('leave a node down that another fault holds down, also between their turns', () => {
    const { world, faults, run } = cluster();
    faults.start(1, { kind: 'kill', nodes: [0] });
    expect(faults.start(2, restarts()).status).toBe('skipped');
    faults.start(3, restarts({ groups: [[0, 1]] }));
    run(150_000);
    expect(up(world)).toEqual([false, true, true]);
    faults.end(1);
    expect(up(world)).toEqual([true, true, true]);
    run(200_000);
    expect(up(world)).toEqual([false, false, true]);
    faults.end(3);
    expect(up(world)).toEqual([true, true, true]);
  });

  test('by an orderly stop lose nothing that was written, by a kill they may', () => {
    for (const how of ['stop', 'kill'] as const) {
      const { world, faults } = cluster();
      const node = world.nodes[0];
      const before = node?.disk.durable.length ?? 0;
      node?.disk.append({ kind: 'any' });
      const { evidence } = faults.start(1, restarts({ how }));
      expect(node?.disk.durable.length).toBe(how === 'stop' ? before + 1 : before);
      expect(evidence).toMatch(how === 'stop' ? /all of 1 unsynced/ : /all-lost: 0 of 1 unsynced/);
    }
  });
});

describe('links', () => {
  test('that flap are cut and whole by turns, and whole at the end', () => {
    const { world, faults, run } = cluster();
    faults.start(1, links('cut', { onMs: 100, offMs: 50 }));
    run(25_000);
    const seen: boolean[] = [];
    for (let at = 0; at < 6; at++) {
      seen.push(world.network.isCut(0, 1));
      run(50_000);
    }
    expect(seen).toEqual([true, true, false, true, true, false]);
    expect(faults.end(1)?.receipt.evidence).toMatch(/^0 of 1 links closed, after 3 times$/);
    run(1_000_000);
    expect(world.network.isCut(0, 1)).toBe(false);
  });

  test('that are held carry nothing until they are released, and then everything, in order', () => {
    const { world, faults, run } = cluster();
    const heard: number[] = [];
    const node = world.nodes[1];
    if (node === undefined) throw new Error('no node');
    node.hear = (_from, message) => heard.push(message as number);
    faults.start(1, links('hold'));
    for (let message = 1; message <= 3; message++) {
      world.send(0, 1, message);
      run(50_000);
    }
    expect(heard.filter(Number.isInteger)).toEqual([]);
    const before = heard.length;
    const end = faults.end(1);
    expect(end?.receipt.evidence).toMatch(/^0 of 1 links held, after once, \d+ messages released$/);
    run(0);
    expect(heard.slice(before).filter(Number.isInteger)).toEqual([1, 2, 3]);
  });

  test('that are slow take longer by up to so much, and none of their messages is lost', () => {
    const { world, faults, run } = cluster();
    const heardAt: number[] = [];
    const node = world.nodes[1];
    if (node === undefined) throw new Error('no node');
    node.hear = (_from, message) => {
      if (message === 'mine') heardAt.push(world.nowUs);
    };
    faults.start(1, links('slow', { delayMs: 300 }));
    const sentAt = world.nowUs;
    for (let count = 0; count < 50; count++) world.send(0, 1, 'mine');
    run(400_000);
    expect(heardAt).toHaveLength(50);
    expect(Math.max(...heardAt) - sentAt).toBeGreaterThan(200_000);
    expect(Math.max(...heardAt) - sentAt).toBeLessThanOrEqual(301_000);
    faults.end(1);
    world.send(0, 1, 'mine');
    run(1_000);
    expect(heardAt).toHaveLength(51);
  });

  test('that are lossy lose and repeat about so many', () => {
    const { world, faults, run } = cluster();
    let heard = 0;
    const node = world.nodes[1];
    if (node === undefined) throw new Error('no node');
    node.hear = (_from, message) => {
      if (message === 'mine') heard++;
    };
    faults.start(1, links('lossy', { ppm: 1_000_000 }));
    for (let count = 0; count < 20; count++) world.send(0, 1, 'mine');
    run(100_000);
    // Every first copy is lost, and every second one arrives.
    expect(heard).toBe(20);
  });

  test('are as the faults in force say, whichever of them end first', () => {
    const effect = fc.constantFrom('cut', 'slow', 'lossy', 'hold');
    const step = fc.oneof(
      fc.record({ begin: effect, size: fc.integer({ min: 1, max: 9 }) }),
      fc.record({ end: fc.nat(9) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const { world, faults } = cluster();
        const inForce = new Map<number, LinksFault>();
        for (const [id, one] of steps.entries()) {
          if ('begin' in one) {
            const fault = links(one.begin, { delayMs: one.size, ppm: one.size });
            faults.start(id, fault);
            inForce.set(id, fault);
          } else {
            const gone = [...inForce.keys()].at(one.end % Math.max(1, inForce.size));
            if (gone === undefined) continue;
            faults.end(gone);
            inForce.delete(gone);
          }
          const all = [...inForce.values()];
          const some = (what: string) => all.filter((fault) => fault.effect === what);
          const most = (sizes: readonly number[]) => Math.max(0, ...sizes);
          const trouble = world.network.troubleOf(0, 1);
          expect(world.network.isCut(0, 1)).toBe(some('cut').length > 0);
          expect(world.network.isHeld(0, 1)).toBe(some('hold').length > 0);
          expect(trouble?.delayUs ?? 0).toBe(
            1000 * most(some('slow').map((fault) => fault.delayMs)),
          );
          expect(trouble?.lossPpm ?? 0).toBe(most(some('lossy').map((fault) => fault.ppm)));
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe('the next messages of a kind', () => {
  test.each([
    ['drop', [0, 0, 1]],
    ['duplicate', [2, 2, 1]],
    ['hold', [0, 0, 1]],
  ] as const)('of one node: %s', (how, soon) => {
    const { world, faults, run } = cluster();
    const heard: number[] = [];
    const node = world.nodes[1];
    if (node === undefined) throw new Error('no node');
    node.hear = (_from, message) => {
      if (typeof message === 'object' && message !== null && 'mine' in message) {
        heard.push(Number(message.mine));
      }
    };
    // Of the draws, the first that settles on this kind of message.
    for (let pick = 0; heard.length === 0 && pick < 99; pick++) {
      const fault = { kind: 'messages', how, nodes: [0], pick, count: 2, delayMs: 20 } as const;
      faults.start(pick, fault);
      for (const mine of [0, 1, 2]) world.send(0, 1, { kind: 'test', mine });
      run(25_000);
      const { evidence } = faults.end(pick)?.receipt ?? {};
      if (evidence !== `${how}: 2 of 2 test`) heard.length = 0;
      else break;
    }
    const times = [0, 1, 2].map((mine) => heard.filter((one) => one === mine).length);
    expect(times).toEqual(how === 'hold' ? [1, 1, 1] : soon);
    if (how === 'hold') expect(heard).toEqual([2, 0, 1]);
  });
});

test('the next messages of a kind count only where one was met', () => {
  const { faults } = cluster();
  faults.start(1, { kind: 'messages', how: 'drop', nodes: [0], pick: 1, count: 2, delayMs: 0 });
  expect(faults.end(1)?.receipt).toEqual({
    status: 'installed',
    evidence: 'drop: no such message was sent',
    held: false,
  });
});

describe('client links', () => {
  const bad = {
    kind: 'client-links',
    lossPpm: 0,
    duplicatePpm: 0,
    latePpm: 0,
    delayMs: 5,
  } as const;

  test('of one node lose its requests and answers, and nobody else their own', () => {
    const { world, faults, run } = cluster();
    const asked: number[] = [];
    for (const node of world.nodes) node.ask = () => void asked.push(node.self);
    faults.start(1, { ...bad, nodes: [0], lossPpm: 1_000_000 });
    const request = { client: 7, id: 1, session: null, operation: null } as never;
    for (const to of world.members) world.sendRequest(world.client(7), to, request);
    run(10_000);
    expect(asked.toSorted((a, b) => a - b)).toEqual([1, 2]);
    expect(faults.end(1)?.receipt.evidence).toBe("clients' messages: n1 as usual");
    world.sendRequest(world.client(7), 0, request);
    run(10_000);
    expect(asked.toSorted((a, b) => a - b)).toEqual([0, 1, 2]);
  });

  test('repeat requests and answers', () => {
    const { world, faults, run } = cluster();
    let asked = 0;
    for (const node of world.nodes) node.ask = () => asked++;
    faults.start(1, { ...bad, nodes: [0, 1, 2], duplicatePpm: 1_000_000 });
    world.sendRequest(world.client(7), 0, { client: 7, id: 1 } as never);
    run(10_000);
    expect(asked).toBe(2);
  });
});

describe('a frozen wall clock', () => {
  const freeze: Fault = { kind: 'clock-freeze', nodes: [0] };

  test('stands still until the last fault ends, and is right then; timers go on', () => {
    const { world, faults, run } = cluster();
    const wall = () => world.nodes[0]?.clock.wallUs(world.nowUs);
    const frozenAt = world.nowUs;
    faults.start(1, freeze);
    run(100_000);
    expect(faults.start(2, freeze).evidence).toBe('wall clocks: n1 stands still, 100 ms behind');
    run(100_000);
    faults.end(1);
    expect(wall()).toBe(frozenAt);
    expect(world.nodes[0]?.clock.monotonicUs(world.nowUs)).toBe(world.nowUs);
    expect(faults.end(2)?.receipt.evidence).toBe('wall clocks: n1 goes on, 0 ms behind');
    expect(wall()).toBe(world.nowUs);
  });
});
