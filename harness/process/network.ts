/**
 * The network between programs, their clients and the services: every message passes here, and is
 * delayed, lost, repeated or kept back as the options and the faults in force say. As with Maelstrom,
 * clients are near: what they say and hear takes no time, and only faults on their links touch it.
 */

import type { Millis, NodeId } from '../../checkers/units.ts';
import type { Options } from '../../systems/protocol.ts';
import { drawAt, streamBase } from '../core/draw.ts';
import type { Message } from './message.ts';

/** What becomes of one copy of a message: it arrives so much later. */
export type Fate = readonly Millis[];

/** What faults do to a message; by default it arrives, at once. */
export interface Meddling {
  /** Copies of a message between two nodes, each with its delay; none where it is lost. */
  between(from: NodeId, to: NodeId, message: Message): Fate;
  /** The same between a client and a node. */
  withClient(node: NodeId, message: Message): Fate;
  /** Whether what arrives now does not, since the link is cut. */
  isCut(from: NodeId, to: NodeId): boolean;
  /** Whether what arrives now is kept back, until the network is told to let go. */
  isHeld(from: NodeId, to: NodeId): boolean;
}

/** Who takes messages. */
export interface Receiver {
  receive(message: Message): void;
}

/** How many messages were sent, and how many of them arrived. */
export interface Traffic {
  sent: number;
  received: number;
}

/** So many messages on their way at a time are a flood. */
const UNDER_WAY_MAX = 200_000;
const DRAWS = 0x1_0000_0000;
const DOMAIN = 0x7e7;

export class Network {
  readonly servers: Traffic = { sent: 0, received: 0 };
  readonly clients: Traffic = { sent: 0, received: 0 };
  readonly #receivers = new Map<string, Receiver>();
  readonly #nodes = new Map<string, NodeId>();
  readonly #options: Options;
  readonly #draws: number;
  readonly #meddling: Meddling;
  readonly #onFlood: (message: Message) => void;
  readonly #timers = new Set<NodeJS.Timeout>();
  /** What is kept back, in the order in which it would have arrived. */
  #held: Message[] = [];
  #count = 0;
  #closed = false;

  constructor(
    seed: number,
    options: Options,
    meddling: Meddling,
    onFlood: (message: Message) => void,
  ) {
    this.#draws = streamBase(seed, DOMAIN, 0);
    this.#options = options;
    this.#meddling = meddling;
    this.#onFlood = onFlood;
  }

  /** Whoever is called that gets what is sent to it; `node` where it is one of those under test. */
  join(id: string, receiver: Receiver, node: NodeId | null = null): void {
    this.#receivers.set(id, receiver);
    if (node !== null) this.#nodes.set(id, node);
  }

  leave(id: string): void {
    this.#receivers.delete(id);
  }

  /** Whether somebody may be written to: clients that have gone are not missed. */
  knows(id: string): boolean {
    return this.#receivers.has(id) || isClient(id);
  }

  send(message: Message): void {
    if (this.#closed) return;
    this.#trafficOf(message).sent++;
    for (const delayMs of this.#fateOf(message)) this.#deliver(message, delayMs);
  }

  /** Lets whatever is held no more arrive at once. */
  letGo(): void {
    const held = this.#held;
    this.#held = [];
    for (const message of held) this.#arrive(message);
  }

  close(): void {
    this.#closed = true;
    this.#held = [];
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #trafficOf({ src, dest }: Message): Traffic {
    return isClient(src) || isClient(dest) ? this.clients : this.servers;
  }

  #fateOf(message: Message): Fate {
    const from = this.#nodes.get(message.src);
    const to = this.#nodes.get(message.dest);
    const node = from ?? to;
    if (node !== undefined && (isClient(message.src) || isClient(message.dest))) {
      return this.#meddling.withClient(node, message);
    }
    const latencyMs = this.#latencyMs();
    // A service is no node: no fault comes between it and those who ask it.
    if (from === undefined || to === undefined) return [latencyMs];
    const loss = Number(this.#options['lossPpm'] ?? 0) / 1e6;
    if (loss > 0 && this.#chance() < loss) return [];
    const delays = this.#meddling.between(from, to, message).map((delay) => delay + latencyMs);
    const twice = Number(this.#options['duplicatePpm'] ?? 0) / 1e6;
    const isTwice = twice > 0 && delays.length > 0 && this.#chance() < twice;
    return isTwice ? [...delays, this.#latencyMs() + 1] : delays;
  }

  #latencyMs(): Millis {
    const mean = Number(this.#options['latencyMs'] ?? 0);
    if (mean === 0) return 0;
    switch (this.#options['latencyDist']) {
      case 'uniform':
        return 2 * mean * this.#chance();
      case 'exponential':
        return -mean * Math.log(1 - this.#chance());
      default:
        return mean;
    }
  }

  #chance(): number {
    return drawAt(this.#draws, this.#count++) / DRAWS;
  }

  #deliver(message: Message, delayMs: Millis): void {
    if (delayMs <= 0) {
      this.#arrive(message);
      return;
    }
    if (this.#timers.size >= UNDER_WAY_MAX) {
      this.#onFlood(message);
      return;
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#arrive(message);
    }, delayMs);
    this.#timers.add(timer);
  }

  #arrive(message: Message): void {
    if (this.#closed) return;
    const from = this.#nodes.get(message.src);
    const to = this.#nodes.get(message.dest);
    if (from !== undefined && to !== undefined) {
      if (this.#meddling.isCut(from, to)) return;
      if (this.#meddling.isHeld(from, to)) {
        if (this.#held.length >= UNDER_WAY_MAX) this.#onFlood(message);
        else this.#held.push(message);
        return;
      }
    }
    this.#trafficOf(message).received++;
    this.#receivers.get(message.dest)?.receive(message);
  }
}

/** Names of clients: `c` and a number, as Maelstrom has them. */
function isClient(id: string): boolean {
  return /^c\d+$/.test(id);
}

/** What a program is called on its own network: Maelstrom counts from 0, where we count from 1. */
export function programName(node: NodeId): string {
  return `n${node}`;
}
