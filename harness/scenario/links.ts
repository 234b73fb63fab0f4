/**
 * The links of a scripted cluster: what is in flight, who can reach whom, and, for protocols that
 * need connections, which are open. Nothing arrives by itself.
 *
 * Connections are as in the simulator (`sim/connections.ts`): in order, gone in both directions at
 * once, and the end of one stands before anything of the next. Only the news of an end comes at
 * once here, where a script breaks a connection, and with the next delivery where a send fails.
 */

import type { NodeId } from '../../checkers/units.ts';
import type { System } from '../../systems/system.ts';

/** A message on its way; `message` is null for the news that the connection with `from` is gone. */
export interface Flight {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly kind: string;
  readonly message: unknown;
}

/** The kind of that news. */
export const DISCONNECTED = 'disconnected';

/** An end of a connection that is told that it is gone. */
interface Told {
  readonly node: NodeId;
  readonly peer: NodeId;
}

/** What a break costs. */
interface Broken {
  readonly lost: readonly Flight[];
  readonly told: readonly Told[];
}

export class Links {
  readonly kind: NonNullable<System['links']>;
  /** In the order sent. */
  inFlight: Flight[] = [];
  /** Taken out of flight until they are released. */
  held: Flight[] = [];
  readonly #isUp: (node: NodeId) => boolean;
  readonly #nodes: number;
  /** Open connections, as `smaller * nodes + greater`. */
  readonly #open = new Set<number>();
  /** Two nodes reach one another iff some group has both; null for all. */
  #groups: readonly (readonly number[])[] | null = null;
  #isolated: ReadonlySet<number> = new Set();

  constructor(nodes: number, kind: Links['kind'], isUp: (node: NodeId) => boolean) {
    this.#nodes = nodes;
    this.kind = kind;
    this.#isUp = isUp;
  }

  /** Whether nothing is cut between two nodes. */
  reaches(one: number, other: number): boolean {
    if (this.#isolated.has(one) || this.#isolated.has(other)) return false;
    if (this.#groups === null) return true;
    return this.#groups.some((group) => group.includes(one) && group.includes(other));
  }

  /** Puts a message on its way; false where it is lost at once. */
  send(flight: Flight): boolean {
    const { from, to } = flight;
    if (this.kind === 'datagrams') {
      if (!this.reaches(from, to)) return false;
      this.inFlight.push(flight);
      return true;
    }
    // The sender has not been told yet that its connection is gone: this goes into the old one.
    if (this.inFlight.some((news) => isNews(news, to, from))) return false;
    if (this.reaches(from, to) && this.#isUp(to)) {
      this.#open.add(this.#pair(from, to));
      this.inFlight.push(flight);
      return true;
    }
    this.inFlight.push({ from: to, to: from, kind: DISCONNECTED, message: null });
    return false;
  }

  /** Takes a message out of flight; false where it is not in flight any more. */
  take(flight: Flight): boolean {
    const at = this.inFlight.indexOf(flight);
    if (at < 0) return false;
    this.inFlight.splice(at, 1);
    return true;
  }

  /** Changes who reaches whom. */
  cut(groups: readonly (readonly number[])[] | null, isolated: ReadonlySet<number>): Broken {
    this.#groups = groups;
    this.#isolated = isolated;
    if (this.kind === 'datagrams') {
      return { lost: this.#remove(({ from, to }) => !this.reaches(from, to)), told: [] };
    }
    const broken = this.#openPairs().filter(([one, other]) => !this.reaches(one, other));
    return joined(broken.map(([one, other]) => this.break(one, other)));
  }

  /** The connection of two nodes is gone, if there is one. */
  break(one: number, other: number): Broken {
    if (!this.#open.delete(this.#pair(one, other))) return { lost: [], told: [] };
    const lost = this.#remove(
      ({ from, to, kind }) =>
        kind !== DISCONNECTED && ((from === one && to === other) || (from === other && to === one)),
    );
    const ends = [
      { node: one, peer: other },
      { node: other, peer: one },
    ];
    return { lost, told: ends.filter(({ node }) => this.#isUp(node)) };
  }

  /** A node is down: its connections break; datagrams to it are lost when they arrive. */
  stopped(node: NodeId): Broken {
    if (this.kind === 'datagrams') return { lost: [], told: [] };
    this.#remove((news) => news.kind === DISCONNECTED && news.to === node);
    const broken = this.#openPairs().filter((pair) => pair.includes(node));
    return joined(broken.map(([one, other]) => this.break(one, other)));
  }

  #remove(matches: (flight: Flight) => boolean): Flight[] {
    const removed = this.inFlight.filter(matches);
    this.inFlight = this.inFlight.filter((flight) => !matches(flight));
    return removed;
  }

  #pair(one: number, other: number): number {
    return Math.min(one, other) * this.#nodes + Math.max(one, other);
  }

  #openPairs(): [number, number][] {
    return [...this.#open]
      .sort((one, other) => one - other)
      .map((pair) => [Math.floor(pair / this.#nodes), pair % this.#nodes]);
  }
}

function isNews(flight: Flight, from: NodeId, to: NodeId): boolean {
  return flight.kind === DISCONNECTED && flight.from === from && flight.to === to;
}

function joined(broken: readonly Broken[]): Broken {
  return {
    lost: broken.flatMap(({ lost }) => lost),
    told: broken.flatMap(({ told }) => told),
  };
}
