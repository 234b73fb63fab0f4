/**
 * The links of a scripted cluster: what is in flight, who can reach whom, and, for protocols that
 * need connections, which are open (`core/connections.ts`). Nothing arrives by itself.
 *
 * The news that a connection is gone comes at once where a script breaks it, and with the next
 * delivery where a send fails.
 */

import { assert } from '../../checkers/assert.ts';
import type { NodeId } from '../../checkers/units.ts';
import type { System } from '../../systems/system.ts';
import { type Carrier, Connections } from '../core/connections.ts';

/** A message on its way; `message` is null for the news that the connection with `from` is gone. */
export interface Flight {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly kind: string;
  readonly message: unknown;
}

/** The kind of that news. */
export const DISCONNECTED = 'disconnected';

/** What a break costs: what was under way; and the news of it, in flight, which are heard at once. */
export interface Broken {
  readonly lost: readonly Flight[];
  readonly news: readonly Flight[];
}

export class Links {
  readonly kind: NonNullable<System['links']>;
  /** In the order sent. */
  inFlight: Flight[] = [];
  /** Taken out of flight until they are released. */
  held: Flight[] = [];
  readonly #nodes: number;
  readonly #carrier: Carrier;
  /** Null where nodes exchange datagrams. */
  readonly #connections: Connections | null;
  /** What the connections dropped, and the news that they put in flight, since somebody asked last. */
  #lost: Flight[] = [];
  #news: Flight[] = [];
  /** Two nodes reach one another iff some group has both; null for all. */
  #groups: readonly (readonly number[])[] | null = null;
  #isolated: ReadonlySet<number> = new Set();

  constructor(nodes: number, kind: Links['kind'], isUp: (node: NodeId) => boolean) {
    this.#nodes = nodes;
    this.kind = kind;
    this.#carrier = {
      isUp,
      drop: (one, other) => {
        this.#lost.push(...this.#remove((flight) => isBetween(flight, one, other)));
      },
      tell: (node, peer) => {
        const news = { from: peer, to: node, kind: DISCONNECTED, message: null };
        this.#news.push(news);
        this.inFlight.push(news);
      },
      withdraw: (node, peer) => {
        this.#remove((flight) => isNews(flight, peer, node));
      },
    };
    this.#connections = kind === 'connections' ? new Connections(nodes, this.#carrier) : null;
  }

  /** Whether nothing is cut between two nodes; a node always reaches itself. */
  reaches(one: number, other: number): boolean {
    if (one === other) return true;
    if (this.#isolated.has(one) || this.#isolated.has(other)) return false;
    if (this.#groups === null) return true;
    return this.#groups.some((group) => group.includes(one) && group.includes(other));
  }

  /** Puts a message on its way; false where it is lost at once. */
  send(flight: Flight): boolean {
    const { from, to } = flight;
    const reaches = this.reaches(from, to);
    const goes = this.#connections?.send(from, to, reaches && this.#carrier.isUp(to)) ?? reaches;
    if (goes) this.inFlight.push(flight);
    const { lost } = this.#broken();
    assert(lost.length === 0, 'whoever cannot be reached has no connection any more');
    return goes;
  }

  /** Takes what arrives now out of flight; false where it is not in flight any more. */
  take(flight: Flight): boolean {
    const at = this.inFlight.indexOf(flight);
    if (at < 0) return false;
    this.inFlight.splice(at, 1);
    if (flight.kind === DISCONNECTED) this.#connections?.told(flight.to, flight.from);
    return true;
  }

  /** Changes who reaches whom. */
  cut(groups: readonly (readonly number[])[] | null, isolated: ReadonlySet<number>): Broken {
    this.#groups = groups;
    this.#isolated = isolated;
    if (this.#connections === null) {
      return { lost: this.#remove(({ from, to }) => !this.reaches(from, to)), news: [] };
    }
    for (let one = 0; one < this.#nodes; one++) {
      for (let other = one + 1; other < this.#nodes; other++) {
        if (!this.reaches(one, other)) this.#connections.break(one, other);
      }
    }
    return this.#broken();
  }

  /** The connection of two nodes is gone, if there is one. */
  break(one: NodeId, other: NodeId): Broken {
    this.#connections?.break(one, other);
    return this.#broken();
  }

  /** A node is down: its connections break; datagrams to it are lost when they arrive. */
  stopped(node: NodeId): Broken {
    this.#connections?.stopped(node);
    return this.#broken();
  }

  #remove(matches: (flight: Flight) => boolean): Flight[] {
    const removed = this.inFlight.filter(matches);
    this.inFlight = this.inFlight.filter((flight) => !matches(flight));
    return removed;
  }

  #broken(): Broken {
    const broken = { lost: this.#lost, news: this.#news };
    this.#lost = [];
    this.#news = [];
    return broken;
  }
}

function isBetween({ from, to, kind }: Flight, one: NodeId, other: NodeId): boolean {
  if (kind === DISCONNECTED) return false;
  return (from === one && to === other) || (from === other && to === one);
}

function isNews(flight: Flight, from: NodeId, to: NodeId): boolean {
  return flight.kind === DISCONNECTED && flight.from === from && flight.to === to;
}
