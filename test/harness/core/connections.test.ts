/** Connections, whatever carries them: in order, gone at once, and each end told before anything new. */

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Carrier, Connections } from '../../../harness/core/connections.ts';

const NODES = 3;
const NEWS = 'news';

/** A message that knows over which connection it was sent, and to which life of its receiver. */
interface Sent {
  readonly number: number;
  readonly connection: number;
  readonly receiverLife: number;
}

/** The plainest carrier: what is under way is a list per link, and what arrives is asked for. */
class Wire implements Carrier {
  readonly connections = new Connections(NODES, this);
  readonly under: (Sent | typeof NEWS)[][] = Array.from({ length: NODES * NODES }, () => []);
  readonly up: boolean[] = Array.from({ length: NODES }, () => true);
  readonly lives: number[] = Array.from({ length: NODES }, () => 0);
  /** By pair: how many connections there have been, and were broken. */
  readonly breaks: number[] = Array.from({ length: NODES * NODES }, () => 0);
  readonly cut = new Set<number>();
  /** By link, in order: what its receiver heard in this life. */
  readonly heard: (Sent | typeof NEWS)[][] = Array.from({ length: NODES * NODES }, () => []);
  #sent = 0;

  isUp(node: number): boolean {
    return this.up[node] === true;
  }

  drop(one: number, other: number): void {
    const pair = this.#pair(one, other);
    this.breaks[pair] = (this.breaks[pair] ?? 0) + 1;
    for (const link of new Set([this.link(one, other), this.link(other, one)])) {
      this.under[link] = (this.under[link] ?? []).filter((item) => item === NEWS);
    }
  }

  tell(node: number, peer: number): void {
    const link = this.link(peer, node);
    // News of the end stand before all else because there is nothing else.
    expect(this.under[link]).toEqual([]);
    this.under[link]?.push(NEWS);
  }

  withdraw(node: number, peer: number): void {
    const link = this.link(peer, node);
    this.under[link] = (this.under[link] ?? []).filter((item) => item !== NEWS);
  }

  send(from: number, to: number): boolean {
    const isReachable = this.isUp(to) && !this.cut.has(this.#pair(from, to));
    const goes = this.connections.send(from, to, isReachable);
    if (goes) {
      const connection = this.breaks[this.#pair(from, to)] ?? 0;
      const receiverLife = this.lives[to] ?? 0;
      this.under[this.link(from, to)]?.push({ number: this.#sent++, connection, receiverLife });
    }
    return goes;
  }

  /** The next that is under way over a link arrives. */
  arrive(from: number, to: number): void {
    const link = this.link(from, to);
    const item = this.under[link]?.shift();
    if (item === undefined) return;
    // Of what a node that is down would have heard, nothing is left.
    expect(this.isUp(to)).toBe(true);
    if (item === NEWS) this.connections.told(to, from);
    else {
      expect(this.connections.isUntold(to, from)).toBe(false);
      expect(item.connection).toBe(this.breaks[this.#pair(from, to)]);
      expect(item.receiverLife).toBe(this.lives[to]);
    }
    this.heard[link]?.push(item);
  }

  crash(node: number): void {
    if (!this.isUp(node)) return;
    this.up[node] = false;
    this.connections.stopped(node);
    for (let peer = 0; peer < NODES; peer++) {
      expect(this.under[this.link(peer, node)]).toEqual([]);
      expect(this.under[this.link(node, peer)]?.filter((item) => item !== NEWS)).toEqual([]);
    }
  }

  start(node: number): void {
    if (this.isUp(node)) return;
    this.up[node] = true;
    this.lives[node] = (this.lives[node] ?? 0) + 1;
    for (let peer = 0; peer < NODES; peer++) this.heard[this.link(peer, node)] = [];
  }

  /** Cuts a pair of nodes: what connects them breaks. */
  separate(one: number, other: number): void {
    if (one === other) return;
    this.cut.add(this.#pair(one, other));
    this.connections.break(one, other);
  }

  heal(one: number, other: number): void {
    this.cut.delete(this.#pair(one, other));
  }

  drain(): void {
    for (let from = 0; from < NODES; from++) {
      for (let to = 0; to < NODES; to++) {
        while ((this.under[this.link(from, to)] ?? []).length > 0) this.arrive(from, to);
      }
    }
  }

  link(from: number, to: number): number {
    return from * NODES + to;
  }

  #pair(one: number, other: number): number {
    return this.link(Math.min(one, other), Math.max(one, other));
  }
}

const node = fc.nat(NODES - 1);
interface Step {
  readonly does: 'send' | 'arrive' | 'break' | 'crash' | 'start' | 'separate' | 'heal';
  readonly one: number;
  readonly other: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  does: fc.constantFrom(
    ...(['send', 'send', 'send', 'send', 'arrive', 'arrive', 'break'] as const),
    ...(['crash', 'start', 'separate', 'heal'] as const),
  ),
  one: node,
  other: node,
});

function play(wire: Wire, { does, one, other }: Step): void {
  if (does === 'send') {
    if (wire.isUp(one)) wire.send(one, other);
  } else if (does === 'arrive') wire.arrive(one, other);
  else if (does === 'break') wire.connections.break(one, other);
  else if (does === 'crash') wire.crash(one);
  else if (does === 'start') wire.start(one);
  else if (does === 'separate') wire.separate(one, other);
  else wire.heal(one, other);
}

describe('connections', () => {
  test('never mix, and never outlive an end: whatever nodes, links and scripts do', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
        const wire = new Wire();
        for (const each of steps) play(wire, each);
        wire.drain();
        for (const heard of wire.heard) {
          const numbers = heard.filter((item) => item !== NEWS).map(({ number }) => number);
          expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
          // Between two messages of different connections stands the end of the first.
          for (const [at, item] of heard.entries()) {
            const before = heard[at - 1];
            if (item === NEWS || before === undefined || before === NEWS) continue;
            expect(item.connection).toBe(before.connection);
          }
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test('are as their copies from there on', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60 }),
        fc.array(fc.tuple(node, node), { maxLength: 20 }),
        (steps, sends) => {
          const wire = new Wire();
          for (const each of steps) play(wire, each);
          const copy = new Connections(NODES, {
            isUp: (one) => wire.isUp(one),
            drop: () => undefined,
            tell: () => undefined,
            withdraw: () => undefined,
          });
          copy.copyFrom(wire.connections);
          for (const [from, to] of sends) {
            const isReachable = wire.isUp(to);
            expect(copy.send(from, to, isReachable)).toBe(
              wire.connections.send(from, to, isReachable),
            );
            expect(copy.isUntold(to, from)).toBe(wire.connections.isUntold(to, from));
          }
        },
      ),
    );
  });

  test('that break are told at both ends, and swallow what an end sends before it is', () => {
    const wire = new Wire();
    wire.send(0, 1);
    wire.connections.break(0, 1);
    expect(wire.send(1, 0)).toBe(false);
    wire.arrive(1, 0);
    // Node 0 knows and opens the next one; node 1 hears of the last one first.
    expect(wire.send(0, 1)).toBe(true);
    expect(wire.send(1, 0)).toBe(false);
    wire.drain();
    expect(wire.heard[wire.link(0, 1)]).toEqual([NEWS, expect.objectContaining({ number: 1 })]);
    expect(wire.heard[wire.link(1, 0)]).toEqual([NEWS]);
  });

  test('that cannot be opened are told to the sender alone', () => {
    const wire = new Wire();
    wire.separate(0, 1);
    expect(wire.send(0, 1)).toBe(false);
    wire.drain();
    expect(wire.heard[wire.link(1, 0)]).toEqual([NEWS]);
    expect(wire.heard[wire.link(0, 1)]).toEqual([]);
  });

  test('that lose what is sent over them break, and both ends are told', () => {
    const wire = new Wire();
    wire.send(0, 1);
    expect(wire.connections.send(0, 1, false)).toBe(false);
    wire.drain();
    expect(wire.heard[wire.link(0, 1)]).toEqual([NEWS]);
    expect(wire.heard[wire.link(1, 0)]).toEqual([NEWS]);
  });

  test('that are broken already break no more', () => {
    const wire = new Wire();
    wire.send(0, 1);
    wire.connections.break(0, 1);
    wire.drain();
    wire.connections.break(0, 1);
    wire.drain();
    expect(wire.heard[wire.link(0, 1)]).toEqual([NEWS]);
  });

  test('that break twice before an end has noticed are told to it once', () => {
    const wire = new Wire();
    wire.send(0, 1);
    wire.connections.break(0, 1);
    wire.arrive(1, 0);
    wire.send(0, 1);
    wire.connections.break(0, 1);
    wire.drain();
    expect(wire.heard[wire.link(0, 1)]).toEqual([NEWS]);
    expect(wire.heard[wire.link(1, 0)]).toEqual([NEWS, NEWS]);
  });

  test('end with the process, whose next life is not told of them', () => {
    const wire = new Wire();
    wire.send(0, 1);
    wire.send(1, 1);
    wire.connections.break(0, 1);
    wire.crash(1);
    wire.start(1);
    expect(wire.send(1, 0)).toBe(true);
    wire.drain();
    expect(wire.heard[wire.link(0, 1)]).toEqual([]);
    expect(wire.heard[wire.link(1, 1)]).toEqual([]);
    expect(wire.heard[wire.link(1, 0)]).toEqual([NEWS, expect.anything()]);
  });
});
