/**
 * The simulated network between nodes, and between clients and nodes: latency is drawn per
 * message, messages may be lost, come twice, or come much later; links are cut by direction.
 */

import { FloatColumn, IntColumn } from '../../checkers/columns.ts';
import { DOMAIN, drawAt, streamBase } from '../core/draw.ts';
import { Holds } from '../core/holds.ts';

/** How links behave. Chances are per message. */
export interface NetworkOptions {
  readonly latencyMinUs: number;
  readonly latencyMaxUs: number;
  readonly lossPpm: number;
  readonly duplicatePpm: number;
  /** Chance that a message (or the second copy of one) is held back up to `lateMaxUs`. */
  readonly latePpm: number;
  readonly lateMaxUs: number;
  /** How often a connection sends again what was lost or is late, before it counts as broken. */
  readonly resends: number;
}

/** Answers of `delayUs` beyond a delay. */
export const LOST = -1;

/** Which draw of a message: draws of one message must not depend on each other. */
const DRAWS_PER_MESSAGE = 4;

export class Network {
  readonly options: NetworkOptions;
  readonly #nodes: number;
  /** By link, from * nodes + to. */
  readonly #cuts: Holds;
  readonly #base: FloatColumn;
  readonly #counter: IntColumn;
  readonly #range: number;
  readonly #seed: number;
  /** Messages sent between nodes so far. */
  sent = 0;

  constructor(nodes: number, seed: number, options: NetworkOptions) {
    this.options = options;
    this.#nodes = nodes;
    this.#seed = seed;
    this.#cuts = new Holds(nodes * nodes);
    this.#base = new FloatColumn(nodes * nodes);
    this.#counter = new IntColumn(nodes * nodes);
    this.#range = options.latencyMaxUs - options.latencyMinUs + 1;
    for (let link = 0; link < nodes * nodes; link++) {
      this.#base[link] = streamBase(seed, DOMAIN.network, link);
    }
  }

  cutLink(from: number, to: number, fault: number): void {
    this.#cuts.hold(from * this.#nodes + to, fault);
  }

  healLink(from: number, to: number, fault: number): void {
    this.#cuts.release(from * this.#nodes + to, fault);
  }

  /** Checked at delivery: a message that is under way when the link is cut is lost as well. */
  isCut(from: number, to: number): boolean {
    return this.#cuts.isHeld(from * this.#nodes + to);
  }

  /** Draws the fate of the next message on a link: its delay, or `LOST`. */
  delayUs(from: number, to: number): number {
    const link = from * this.#nodes + to;
    const counter = this.#counter.get(link);
    this.#counter[link] = counter + 1;
    this.sent++;
    return this.#fate(this.#base.get(link), counter * DRAWS_PER_MESSAGE);
  }

  /** The delay of a second copy of the message just drawn, or `LOST` when there is none. */
  duplicateUs(from: number, to: number): number {
    if (this.options.duplicatePpm === 0) return LOST;
    const link = from * this.#nodes + to;
    const base = this.#base.get(link);
    const counter = (this.#counter.get(link) - 1) * DRAWS_PER_MESSAGE;
    if (drawAt(base, counter + 2) % 1_000_000 >= this.options.duplicatePpm) return LOST;
    const spread = this.options.latencyMaxUs + this.options.lateMaxUs;
    return this.options.latencyMinUs + (drawAt(base, counter + 3) % spread);
  }

  /** The stream of draws of a client's link in one direction. */
  clientBase(endpoint: number, toNode: boolean): number {
    const who = this.#nodes * this.#nodes + endpoint * 2 + (toNode ? 0 : 1);
    return streamBase(this.#seed, DOMAIN.network, who);
  }

  /** As `delayUs`, for the `counter`-th message on a client's link. */
  clientDelayUs(base: number, counter: number): number {
    return this.#fate(base, counter * DRAWS_PER_MESSAGE);
  }

  #fate(base: number, counter: number): number {
    const { lossPpm, latePpm, latencyMinUs, lateMaxUs } = this.options;
    const draw = drawAt(base, counter);
    if (lossPpm + latePpm > 0) {
      const chance = drawAt(base, counter + 1) % 1_000_000;
      if (chance < lossPpm) return LOST;
      if (chance < lossPpm + latePpm) return latencyMinUs + (draw % lateMaxUs);
    }
    return latencyMinUs + (draw % this.#range);
  }
}
