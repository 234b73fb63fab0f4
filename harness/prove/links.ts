/** What is on its way between nodes, as the end of a row: in any order, or in that of connections. */

import type { NodeId } from '../../checkers/units.ts';
import { type Carrier, Connections } from '../core/connections.ts';
import type { Nodes } from './nodes.ts';
import type { Layout, Row } from './row.ts';

export interface Links {
  /** Whether messages may come twice, and whether connections may break. */
  readonly duplicate: boolean;
  readonly break: boolean;
  /** Whether the flight at this place may arrive next; false as well for one that equals the one before it. */
  mayArrive(row: Row, at: number): boolean;
  arrived(row: Row, at: number): void;
  send(row: Row, flight: number): void;
  /** A node has crashed. */
  stopped(row: Row, node: NodeId): void;
  isOpen(row: Row, one: NodeId, other: NodeId): boolean;
  breakBetween(row: Row, one: NodeId, other: NodeId): void;
  /** By what a flight's place tells its fingerprint: only order that matters does. */
  placeOf(row: Row, at: number): number;
}

/** Datagrams: sorted, since they may arrive in any order. */
export class Datagrams implements Links {
  readonly duplicate = true;
  readonly break = false;
  readonly #first: number;

  constructor({ flights }: Layout) {
    this.#first = flights;
  }

  mayArrive(row: Row, at: number): boolean {
    return at === this.#first || row.get(at - 1) !== row.get(at);
  }

  arrived(row: Row, at: number): void {
    row.remove(at);
  }

  send(row: Row, flight: number): void {
    let at = row.length;
    while (at > this.#first && row.get(at - 1) > flight) at--;
    row.insert(at, flight);
  }

  stopped(): void {}

  isOpen(): boolean {
    return false;
  }

  breakBetween(): void {}

  placeOf(): number {
    return this.#first;
  }
}

/** Connections: link by link, each in order; the rule is that of `core/connections.ts`. */
export class Streams implements Links {
  readonly duplicate = false;
  readonly break = true;
  readonly #layout: Layout;
  readonly #nodes: Nodes;
  readonly #connections: Connections;
  #row: Row | null = null;

  constructor(layout: Layout, nodes: Nodes) {
    this.#layout = layout;
    this.#nodes = nodes;
    const carrier: Carrier = {
      isUp: (node) => nodes.isUp(this.#at(node)),
      drop: (one, other) => {
        this.#remove((flight) => flight.message !== null && isBetween(flight, one, other));
      },
      tell: (node, peer) => {
        const row = this.#row as Row;
        const news = nodes.flightOf({ from: peer, to: node, message: null });
        row.insert(this.#placeOnLink(row, peer, node, false), news);
      },
      withdraw: (node, peer) => {
        this.#remove(({ message, from, to }) => message === null && from === peer && to === node);
      },
    };
    this.#connections = new Connections(layout.nodes, carrier);
  }

  mayArrive(row: Row, at: number): boolean {
    return at === this.#layout.flights || this.#linkAt(row, at - 1) !== this.#linkAt(row, at);
  }

  arrived(row: Row, at: number): void {
    row.remove(at);
  }

  send(row: Row, flight: number): void {
    const { from, to } = this.#nodes.flight(flight);
    const goes = this.#with(row, (connections) => {
      return connections.send(from, to, this.#nodes.isUp(row.get(to)));
    });
    if (goes) row.insert(this.#placeOnLink(row, from, to, true), flight);
  }

  stopped(row: Row, node: NodeId): void {
    this.#with(row, (connections) => connections.stopped(node));
  }

  isOpen(row: Row, one: NodeId, other: NodeId): boolean {
    return ((row.get(this.#layout.open) >> this.#link(one, other)) & 1) === 1;
  }

  breakBetween(row: Row, one: NodeId, other: NodeId): void {
    this.#with(row, (connections) => connections.break(one, other));
  }

  placeOf(row: Row, at: number): number {
    let first = at;
    const link = this.#linkAt(row, at);
    while (first > this.#layout.flights && this.#linkAt(row, first - 1) === link) first--;
    return this.#layout.flights + at - first;
  }

  /** Lets the rule decide about the connections of this row: which are open, and whose end is untold. */
  #with<Answer>(row: Row, ask: (connections: Connections) => Answer): Answer {
    const { open, flights } = this.#layout;
    this.#row = row;
    let untold = 0;
    for (let at = flights; at < row.length; at++) {
      if (this.#nodes.flight(row.get(at)).message === null) untold |= 1 << this.#linkAt(row, at);
    }
    this.#connections.restore(row.get(open), untold);
    const answer = ask(this.#connections);
    row.set(open, this.#connections.openBits);
    return answer;
  }

  #remove(matches: (flight: ReturnType<Nodes['flight']>) => boolean): void {
    const row = this.#row as Row;
    for (let at = row.length - 1; at >= this.#layout.flights; at--) {
      if (matches(this.#nodes.flight(row.get(at)))) row.remove(at);
    }
  }

  /** Where on a link something new goes: behind what is there, or before it. */
  #placeOnLink(row: Row, from: NodeId, to: NodeId, isBehind: boolean): number {
    const link = this.#link(from, to);
    let at = this.#layout.flights;
    while (at < row.length && this.#linkAt(row, at) < link + (isBehind ? 1 : 0)) at++;
    return at;
  }

  #linkAt(row: Row, at: number): number {
    const { from, to } = this.#nodes.flight(row.get(at));
    return this.#link(from, to);
  }

  #link(from: NodeId, to: NodeId): number {
    return from * this.#layout.nodes + to;
  }

  #at(node: NodeId): number {
    return (this.#row as Row).get(node);
  }
}

function isBetween(
  { from, to }: { readonly from: NodeId; readonly to: NodeId },
  one: NodeId,
  other: NodeId,
): boolean {
  return (from === one && to === other) || (from === other && to === one);
}
