/**
 * The simulated network between nodes, and between clients and nodes: latency is drawn per
 * message, messages may be lost, come twice, or come much later; links are cut by direction.
 */

import { assert } from '../../checkers/assert.ts';
import { ByteColumn } from '../../checkers/columns.ts';
import type { Micros, NodeId } from '../../checkers/units.ts';
import { DOMAIN, Draws, drawAt } from '../core/draw.ts';

/** How links behave. Chances are per message. */
export interface NetworkOptions {
  readonly latencyMinUs: Micros;
  readonly latencyMaxUs: Micros;
  readonly lossPpm: number;
  readonly duplicatePpm: number;
  /** Chance that a message (or the second copy of one) is held back up to `lateMaxUs`. */
  readonly latePpm: number;
  readonly lateMaxUs: Micros;
  /** How often a connection sends again what was lost or is late, before it counts as broken. */
  readonly resends: number;
}

/** Answers of `delayUs` beyond a delay. */
export const LOST = -1;

/** The draws of one message, which must not depend on each other. */
const DRAW = {
  delay: 0,
  chance: 1,
  twice: 2,
  secondDelay: 3,
  faultLoss: 4,
  faultDelay: 5,
  faultTwice: 6,
  faultSecond: 7,
} as const;

const MILLION = 1_000_000;

/** What faults do to the messages of one link, beyond what the network does to all. */
export interface Trouble {
  /** By how much a message takes longer at most. */
  readonly delayUs: Micros;
  /** How many of a million are delayed; all that are not lost, where it is a million. */
  readonly latePpm: number;
  readonly lossPpm: number;
  readonly duplicatePpm: number;
}

export class Network {
  readonly options: NetworkOptions;
  readonly #nodes: number;
  /** By link, from * nodes + to: 1 where it is cut. */
  readonly #cuts: ByteColumn;
  /** By link; null where nothing is the matter with it. */
  readonly #troubles: (Trouble | null)[];
  /** The same by node, of its links with clients. */
  readonly #clientTroubles: (Trouble | null)[];
  /** By link: 1 where what it carries is kept back. */
  readonly #held: ByteColumn;
  readonly #draws: readonly Draws[];
  readonly #range: number;
  readonly #seed: number;
  /** Messages sent between nodes so far. */
  sent = 0;

  constructor(nodes: number, seed: number, options: NetworkOptions) {
    const { latencyMinUs, latencyMaxUs, lossPpm, latePpm, lateMaxUs } = options;
    assert(latencyMinUs >= 0 && latencyMinUs <= latencyMaxUs, 'latencies have a least and a most');
    assert(lossPpm + latePpm <= 1_000_000, 'a message is lost, late or neither');
    assert(latePpm === 0 || lateMaxUs > 0, 'what is late is late by something');
    this.options = options;
    this.#nodes = nodes;
    this.#seed = seed;
    this.#cuts = new ByteColumn(nodes * nodes);
    this.#held = new ByteColumn(nodes * nodes);
    this.#troubles = Array.from({ length: nodes * nodes }, () => null);
    this.#clientTroubles = Array.from({ length: nodes }, () => null);
    this.#range = options.latencyMaxUs - options.latencyMinUs + 1;
    this.#draws = Array.from(
      { length: nodes * nodes },
      (_, link) => new Draws(seed, DOMAIN.network, link),
    );
  }

  copyFrom(original: Network): void {
    this.#cuts.set(original.#cuts);
    this.#held.set(original.#held);
    for (const [link, one] of original.#troubles.entries()) this.#troubles[link] = one;
    for (const [node, one] of original.#clientTroubles.entries()) this.#clientTroubles[node] = one;
    for (const [link, draws] of this.#draws.entries())
      draws.copyFrom(original.#draws[link] as Draws);
    this.sent = original.sent;
  }

  cutLink(from: NodeId, to: NodeId): void {
    this.#cuts[from * this.#nodes + to] = 1;
  }

  healLink(from: NodeId, to: NodeId): void {
    this.#cuts[from * this.#nodes + to] = 0;
  }

  /** Checked at delivery: a message that is under way when the link is cut is lost as well. */
  isCut(from: NodeId, to: NodeId): boolean {
    return this.#cuts.get(from * this.#nodes + to) === 1;
  }

  setTrouble(from: NodeId, to: NodeId, trouble: Trouble | null): void {
    this.#troubles[from * this.#nodes + to] = trouble;
  }

  /** What is the matter with a link; null where nothing is. */
  troubleOf(from: NodeId, to: NodeId): Trouble | null {
    return this.#troubles[from * this.#nodes + to] as Trouble | null;
  }

  setClientTrouble(node: NodeId, trouble: Trouble | null): void {
    this.#clientTroubles[node] = trouble;
  }

  /** The same between a node and all clients. */
  clientTroubleOf(node: NodeId): Trouble | null {
    return this.#clientTroubles[node] as Trouble | null;
  }

  setHeld(from: NodeId, to: NodeId, isHeld: boolean): void {
    this.#held[from * this.#nodes + to] = isHeld ? 1 : 0;
  }

  /** Checked at delivery, as cuts are. */
  isHeld(from: NodeId, to: NodeId): boolean {
    return this.#held.get(from * this.#nodes + to) === 1;
  }

  /** What the fate of a message between two nodes, sent now, is drawn from. */
  message(from: NodeId, to: NodeId, nowUs: Micros): number {
    assert(from < this.#nodes && to < this.#nodes, 'a link joins two of the nodes');
    this.sent++;
    return (this.#draws[from * this.#nodes + to] as Draws).next(nowUs);
  }

  /** The same for the messages on a client's link, in one direction. */
  clientDraws(endpoint: number, toNode: boolean): Draws {
    const who = this.#nodes * this.#nodes + endpoint * 2 + (toNode ? 0 : 1);
    return new Draws(this.#seed, DOMAIN.network, who);
  }

  /** The delay of a message, or `LOST`. */
  delayUs(message: number): Micros {
    const { lossPpm, latePpm, latencyMinUs, lateMaxUs } = this.options;
    const draw = drawAt(message, DRAW.delay);
    if (lossPpm + latePpm > 0) {
      const chance = drawAt(message, DRAW.chance) % 1_000_000;
      if (chance < lossPpm) return LOST;
      if (chance < lossPpm + latePpm) return latencyMinUs + (draw % lateMaxUs);
    }
    return latencyMinUs + (draw % this.#range);
  }

  /** The delay of a message on a link with which something may be the matter, or `LOST`. */
  troubledDelayUs(message: number, trouble: Trouble | null): Micros {
    const delayUs = this.delayUs(message);
    if (trouble === null || delayUs === LOST) return delayUs;
    const chance = drawAt(message, DRAW.faultLoss) % MILLION;
    if (chance < trouble.lossPpm) return LOST;
    if (chance >= trouble.lossPpm + trouble.latePpm) return delayUs;
    return delayUs + (drawAt(message, DRAW.faultDelay) % (trouble.delayUs + 1));
  }

  /** The delay of the second copy that such a link makes, or `LOST` where it makes none. */
  troubledSecondUs(message: number, { duplicatePpm, delayUs }: Trouble): Micros {
    if (drawAt(message, DRAW.faultTwice) % MILLION >= duplicatePpm) return LOST;
    const { latencyMinUs } = this.options;
    const rangeUs = this.#range + delayUs;
    return latencyMinUs + (drawAt(message, DRAW.faultSecond) % rangeUs);
  }

  /** The delay of a second copy of a message, or `LOST` where there is none. */
  duplicateUs(message: number): Micros {
    const { duplicatePpm, latencyMinUs, latencyMaxUs, lateMaxUs } = this.options;
    if (duplicatePpm === 0) return LOST;
    if (drawAt(message, DRAW.twice) % 1_000_000 >= duplicatePpm) return LOST;
    return latencyMinUs + (drawAt(message, DRAW.secondDelay) % (latencyMaxUs + lateMaxUs));
  }
}
