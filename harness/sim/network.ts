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
const DRAW = { delay: 0, chance: 1, twice: 2, secondDelay: 3 } as const;

export class Network {
  readonly options: NetworkOptions;
  readonly #nodes: number;
  /** By link, from * nodes + to: 1 where it is cut. */
  readonly #cuts: ByteColumn;
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
    this.#range = options.latencyMaxUs - options.latencyMinUs + 1;
    this.#draws = Array.from(
      { length: nodes * nodes },
      (_, link) => new Draws(seed, DOMAIN.network, link),
    );
  }

  copyFrom(original: Network): void {
    this.#cuts.set(original.#cuts);
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

  /** The delay of a second copy of a message, or `LOST` where there is none. */
  duplicateUs(message: number): Micros {
    const { duplicatePpm, latencyMinUs, latencyMaxUs, lateMaxUs } = this.options;
    if (duplicatePpm === 0) return LOST;
    if (drawAt(message, DRAW.twice) % 1_000_000 >= duplicatePpm) return LOST;
    return latencyMinUs + (drawAt(message, DRAW.secondDelay) % (latencyMaxUs + lateMaxUs));
  }
}
