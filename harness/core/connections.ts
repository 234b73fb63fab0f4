/**
 * Connections between nodes, for protocols that need what TCP gives: one per pair of nodes, gone in
 * both directions at once, and each end is told of it once. The end of a connection stands before
 * anything of the next one: a node that has not been told of a break hears nothing that was sent after
 * it, and what such a node sends still goes into the broken connection, which is nowhere.
 *
 * This is that rule alone, for the simulator and for scenarios. What is under way, and when it
 * arrives, is their carriers'.
 */

import { assert } from '../../checkers/assert.ts';
import type { NodeId } from '../../checkers/units.ts';

/** What carries messages between nodes, and the news that a connection is gone. */
export interface Carrier {
  isUp(node: NodeId): boolean;
  /** Everything under way between the two is gone, in both directions; only news of ends stays. */
  drop(one: NodeId, other: NodeId): void;
  /** Puts the news that the connection with `peer` is gone before all else that `node` hears of it. */
  tell(node: NodeId, peer: NodeId): void;
  /** That news is void. */
  withdraw(node: NodeId, peer: NodeId): void;
}

export class Connections {
  readonly #carrier: Carrier;
  readonly #nodes: number;
  /** By pair, as the link from the smaller node to the greater: whether there is a connection. */
  readonly #open: Uint8Array;
  /** By directed link: whether its receiver has yet to be told that a connection is gone. */
  readonly #untold: Uint8Array;

  constructor(nodes: number, carrier: Carrier) {
    this.#nodes = nodes;
    this.#carrier = carrier;
    this.#open = new Uint8Array(nodes * nodes);
    this.#untold = new Uint8Array(nodes * nodes);
  }

  /** Takes on the connections of another one with as many nodes. */
  copyFrom(original: Connections): void {
    assert(this.#nodes === original.#nodes, 'a copy has as many nodes');
    this.#open.set(original.#open);
    this.#untold.set(original.#untold);
  }

  /** By pair, as the link from the smaller node to the greater, a bit for each connection there is. */
  get openBits(): number {
    return this.#open.reduce((bits, open, link) => bits | (open << link), 0);
  }

  /** Takes on connections given as bits, by link; of clusters whose links fit into 31 bits. */
  restore(open: number, untold: number): void {
    assert(this.#nodes ** 2 < 32, 'a bit for each link');
    for (let link = 0; link < this.#open.length; link++) {
      this.#open[link] = (open >> link) & 1;
      this.#untold[link] = (untold >> link) & 1;
    }
  }

  /** Whether a node has yet to be told that its connection with this peer is gone. */
  isUntold(node: NodeId, peer: NodeId): boolean {
    return this.#untold[this.#link(peer, node)] === 1;
  }

  /**
   * Whether a message goes on its way, over the connection of the two or a new one; else it is lost.
   * Where nobody can be reached the connection breaks, or if there is none, the sender alone is told.
   */
  send(from: NodeId, to: NodeId, isReachable: boolean): boolean {
    if (this.isUntold(from, to)) return false;
    const pair = this.#pair(from, to);
    if (isReachable) {
      this.#open[pair] = 1;
      return true;
    }
    if (this.#open[pair] === 1) this.break(from, to);
    else this.#tell(from, to);
    return false;
  }

  /** The connection of two nodes is gone, if there is one: both are told, each in its time. */
  break(one: NodeId, other: NodeId): void {
    const pair = this.#pair(one, other);
    if (this.#open[pair] === 0) return;
    this.#open[pair] = 0;
    this.#carrier.drop(one, other);
    this.#tell(one, other);
    this.#tell(other, one);
  }

  /** A node is down: its connections break, and what it had not been told it will never be. */
  stopped(node: NodeId): void {
    assert(!this.#carrier.isUp(node), 'a node that has stopped is down');
    for (let peer = 0; peer < this.#nodes; peer++) {
      if (this.isUntold(node, peer)) {
        this.#untold[this.#link(peer, node)] = 0;
        this.#carrier.withdraw(node, peer);
      }
      this.break(node, peer);
    }
  }

  /** The news has reached the node. */
  told(node: NodeId, peer: NodeId): void {
    assert(this.isUntold(node, peer), 'an end that is told was to be told');
    this.#untold[this.#link(peer, node)] = 0;
  }

  #tell(node: NodeId, peer: NodeId): void {
    if (this.isUntold(node, peer) || !this.#carrier.isUp(node)) return;
    this.#untold[this.#link(peer, node)] = 1;
    this.#carrier.tell(node, peer);
  }

  #link(from: NodeId, to: NodeId): number {
    return from * this.#nodes + to;
  }

  #pair(one: NodeId, other: NodeId): number {
    return one < other ? this.#link(one, other) : this.#link(other, one);
  }
}
