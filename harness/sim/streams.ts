/**
 * What the connections between simulated nodes carry (`core/connections.ts`): a stream per directed
 * link, in which messages arrive in the order sent, with the end of a connection, where its receiver
 * has not noticed that yet, in front of all else.
 *
 * A segment that is lost or held back is sent again, as TCP does: what follows waits for its first
 * copy to arrive, and only a link that loses one copy after the other breaks the connection.
 */

import { assert } from '../../checkers/assert.ts';
import { FloatColumn, IntColumn } from '../../checkers/columns.ts';
import type { Micros, NodeId } from '../../checkers/units.ts';
import type { Copying } from '../../systems/copying.ts';
import { type Carrier, Connections } from '../core/connections.ts';
import { DOMAIN, Draws } from '../core/draw.ts';
import type { EventQueue } from './event-queue.ts';
import { LOST, type Network } from './network.ts';
import type { SimNode } from './node.ts';

/** How long it may take until an end notices that its connection is gone. */
const NOTICE_US_MAX = 100_000;

/**
 * The first retransmission comes after two round trips (RFC 8985: the tail loss probe), each next
 * one after twice as long; never sooner than a timer of the kernel can.
 */
const ROUND_TRIPS_UNTIL_PROBE = 2;
const PROBE_US_MIN = 10_000;
/** Stands in a stream for the end of a connection. */
const BREAK = Symbol('break');

/** What the world is to the streams between its nodes. */
export interface StreamedWorld {
  /** Virtual time in microseconds. */
  readonly nowUs: Micros;
  readonly queue: EventQueue;
  readonly network: Network;
  readonly nodes: readonly SimNode[];
}

export class Streams implements Carrier {
  readonly #world: StreamedWorld;
  readonly #nodes: number;
  readonly #connections: Connections;
  /** By directed link: what is under way, in order, from `#head` up to `#tail`. */
  readonly #items: unknown[][];
  readonly #head: IntColumn;
  readonly #tail: IntColumn;
  /** When the last of them arrives. */
  readonly #arrivalUs: FloatColumn;
  /** Grows whenever what is under way is dropped: earlier arrivals are void. */
  readonly #generation: IntColumn;
  /** When the receiver notices the end that it has not been told of, if there is one. */
  readonly #noticeUs: FloatColumn;
  /** By directed link: when ends notice. */
  readonly #draws: readonly Draws[];

  constructor(world: StreamedWorld, nodes: number, seed: number) {
    assert(
      world.network.options.resends >= 0,
      'what is lost is sent again so many times, or never',
    );
    const links = nodes * nodes;
    this.#world = world;
    this.#nodes = nodes;
    this.#connections = new Connections(nodes, this);
    this.#items = Array.from({ length: links }, () => []);
    this.#head = new IntColumn(links);
    this.#tail = new IntColumn(links);
    this.#arrivalUs = new FloatColumn(links);
    this.#generation = new IntColumn(links);
    this.#noticeUs = new FloatColumn(links);
    this.#draws = Array.from(
      { length: links },
      (_, link) => new Draws(seed, DOMAIN.connection, link),
    );
  }

  copyFrom(original: Streams, copying: Copying): void {
    this.#connections.copyFrom(original.#connections);
    for (let link = 0; link < this.#items.length; link++) {
      const items = (original.#items[link] as unknown[]).slice(0, original.#tail.get(link));
      this.#items[link] = copying.data(items, 'what is under way in a connection');
      this.#draws[link]?.copyFrom(original.#draws[link] as Draws);
    }
    this.#head.set(original.#head);
    this.#tail.set(original.#tail);
    this.#arrivalUs.set(original.#arrivalUs);
    this.#generation.set(original.#generation);
    this.#noticeUs.set(original.#noticeUs);
  }

  /**
   * Sends over the connection to a node, or opens one; where that fails the sender is told. A `lagUs`
   * is what the message takes longer, and with it all that follows.
   */
  send(from: NodeId, to: NodeId, message: unknown, lagUs: Micros): void {
    const delayUs = this.#segmentDelayUs(from, to);
    const isReachable = delayUs !== LOST && this.#isReachable(from, to);
    if (!this.#connections.send(from, to, isReachable)) return;
    this.#push(this.#link(from, to), this.#world.nowUs + delayUs + lagUs, message);
  }

  /** The connection between two nodes is lost, if there is one. */
  break(one: NodeId, other: NodeId): void {
    this.#connections.break(one, other);
  }

  /** A node is down, and its connections with it. */
  stopped(node: NodeId): void {
    this.#connections.stopped(node);
  }

  /** The next of the stream reaches a node, unless it was dropped meanwhile. */
  arrive(node: NodeId, from: NodeId, generation: number): void {
    const link = this.#link(from, node);
    if (this.#generation[link] !== generation) return;
    const items = this.#items[link] as unknown[];
    const at = this.#head.get(link);
    assert(at < this.#tail.get(link), 'what arrives was under way');
    const item = items[at];
    items[at] = null;
    if (at + 1 === this.#tail[link]) {
      this.#head[link] = 0;
      this.#tail[link] = 0;
    } else this.#head[link] = at + 1;
    const receiver = this.#world.nodes[node];
    if (item !== BREAK) {
      receiver?.hear(from, item);
      return;
    }
    this.#connections.told(node, from);
    receiver?.disconnected(from);
  }

  isUp(node: NodeId): boolean {
    return this.#world.nodes[node]?.up === true;
  }

  drop(one: NodeId, other: NodeId): void {
    this.#clear(one, other);
    this.#clear(other, one);
  }

  tell(node: NodeId, peer: NodeId): void {
    const link = this.#link(peer, node);
    const { latencyMinUs } = this.#world.network.options;
    const draw = (this.#draws[link] as Draws).next(this.#world.nowUs);
    const delayUs = 1 + latencyMinUs + (draw % NOTICE_US_MAX);
    this.#noticeUs[link] = this.#world.nowUs + delayUs;
    this.#push(link, this.#noticeUs[link], BREAK);
  }

  withdraw(node: NodeId, peer: NodeId): void {
    this.#clear(peer, node);
  }

  /** When the first copy of a segment arrives, from now; `LOST` if none of them does. */
  #segmentDelayUs(from: NodeId, to: NodeId): Micros {
    const { network, nowUs } = this.#world;
    const { latencyMaxUs, resends } = network.options;
    let sentUs = 0;
    let waitUs = Math.max(PROBE_US_MIN, ROUND_TRIPS_UNTIL_PROBE * 2 * latencyMaxUs);
    let firstUs = Number.POSITIVE_INFINITY;
    const trouble = network.troubleOf(from, to);
    for (let copy = 0; copy <= resends && sentUs < firstUs; copy++) {
      const delayUs = network.troubledDelayUs(network.message(from, to, nowUs), trouble);
      if (delayUs !== LOST) firstUs = Math.min(firstUs, sentUs + delayUs);
      sentUs += waitUs;
      waitUs *= 2;
    }
    return Number.isFinite(firstUs) ? firstUs : LOST;
  }

  /** A connection needs both directions: half of what it carries are acknowledgements. */
  #isReachable(from: NodeId, to: NodeId): boolean {
    const { network } = this.#world;
    return !network.isCut(from, to) && !network.isCut(to, from) && this.isUp(to);
  }

  /** Drops what is under way over a link; only an end that was not noticed yet stays. */
  #clear(from: NodeId, to: NodeId): void {
    const link = this.#link(from, to);
    this.#generation[link] = this.#generation.get(link) + 1;
    this.#head[link] = 0;
    this.#tail[link] = 0;
    this.#arrivalUs[link] = 0;
    if (this.#connections.isUntold(to, from)) {
      const noticeUs = this.#noticeUs.get(link);
      this.#push(link, Math.max(noticeUs, this.#world.nowUs), BREAK);
    }
    assert(this.#tail.get(link) <= 1, 'nothing outlives a connection but the news of its end');
  }

  #push(link: number, timeUs: Micros, item: unknown): void {
    const at = this.#tail.get(link);
    (this.#items[link] as unknown[])[at] = item;
    this.#tail[link] = at + 1;
    const arrivalUs = Math.max(timeUs, this.#arrivalUs.get(link));
    assert(arrivalUs >= this.#world.nowUs, 'nothing arrives before it was sent');
    this.#arrivalUs[link] = arrivalUs;
    const from = Math.floor(link / this.#nodes);
    const to = link % this.#nodes;
    const generation = this.#generation.get(link);
    this.#world.queue.stream(arrivalUs, to, from, generation);
  }

  #link(from: NodeId, to: NodeId): number {
    return from * this.#nodes + to;
  }
}
