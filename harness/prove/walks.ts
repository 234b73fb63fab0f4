/**
 * Walks at random, for bounds that no search gets through: each begins where the search does, and takes
 * one possible move after another until there is none. Each leans another way (swarm verification, Holzmann
 * et al., 2011): what it does often and what hardly ever, and between whom messages are slow for a
 * while, is drawn anew. What they do not meet may still be there, and nothing is said of it.
 */

import { itemAt } from '../../checkers/item-at.ts';
import type { TraceChecker } from '../../checkers/trace.ts';
import { DOMAIN, drawAt, streamBase } from '../core/draw.ts';
import type { Reports } from './ghosts.ts';
import { type Model, type Modelled, modelled } from './model.ts';
import type { Report } from './nodes.ts';
import { retell } from './retell.ts';
import { type Move, type MoveKind, type Possible, World } from './world.ts';

/** A violation that a walk came to. What its moves mean by numbers is for `parts` to say. */
export interface Walked {
  readonly parts: Modelled;
  readonly moves: readonly Move[];
  /** How many of the moves were made before the search began. */
  readonly begun: number;
}

const SEED = 1;
const MOVES_MAX = 400;
/** Steps of single nodes that are remembered before everything is forgotten. */
const STEPS_MAX = 150_000;
/** What a walk leans to, of which one is drawn. Beside what arrives: 1 for each message. */
const LEANINGS: Readonly<Record<MoveKind, readonly number[]>> = {
  deliver: [1],
  duplicate: [0, 0.01, 0.05],
  fire: [0.02, 0.1, 0.5],
  ask: [0.05, 0.3, 1],
  crash: [0, 0.02, 0.1],
  start: [0.05, 0.5],
  break: [0, 0.02, 0.1],
};
/** How fast messages come from one node to another, of which one is drawn for a while. */
const HASTES = [1, 1, 1, 0.1, 0] as const;
/** How many moves such a while is long, on average. */
const WHILE = 16;
const UNIT = 2 ** 32;
/** No report: they are numbered from 0 on. */
const NOTHING = -1;

/** A walk judges reports itself, one after the other: of each move it is told which one it made. */
const lastReport: Reports = { after: (_ghost, report) => report };

/** Where every walk begins. */
interface Origin {
  readonly parts: Modelled;
  readonly world: World;
  readonly numbers: Int32Array<ArrayBuffer>;
  readonly moves: readonly Move[];
  readonly reports: readonly Report[];
}

interface Place {
  readonly move: Move;
  readonly numbers: Int32Array<ArrayBuffer>;
  readonly isBroken: boolean;
}

export class Walks {
  count = 0;
  moves = 0;
  found: Walked | null = null;
  readonly #model: Model;
  #origin: Origin | null = null;
  #base = 0;
  #draws = 0;
  #leaning = new Map<MoveKind, number>();
  #hastes: number[] = [];

  constructor(model: Model) {
    this.#model = model;
  }

  /** One walk; true if there is more to do. */
  goOn(): boolean {
    const origin = this.#originNow();
    this.#lean();
    const found = this.#walk(origin);
    this.count++;
    if (found === null) return true;
    const { parts, moves: before } = origin;
    const moves = [...before, ...found];
    if (retell(parts, moves, before.length).verdict === null) return true;
    this.found = { parts, moves, begun: before.length };
    return false;
  }

  /** What is known of single nodes is kept from walk to walk, as long as it is not too much. */
  #originNow(): Origin {
    const before = this.#origin;
    if (before !== null && before.parts.nodes.counts.steps < STEPS_MAX) return before;
    const parts = modelled(this.#model);
    const { row, moves } = parts.world.first();
    const { ghost } = parts.parts.layout;
    const reports = parts.ghosts.reportsOf(row.get(ghost));
    const world = new World({ ...parts.parts, ghosts: lastReport, symmetry: null });
    const numbers = row.numbers.slice(0, row.length);
    this.#origin = { parts, world, numbers, moves, reports };
    return this.#origin;
  }

  #lean(): void {
    this.#base = streamBase(SEED, DOMAIN.walk, this.count);
    this.#draws = 0;
    for (const kind of Object.keys(LEANINGS) as MoveKind[]) {
      this.#leaning.set(kind, this.#oneOf(LEANINGS[kind]));
    }
    this.#hasten();
  }

  #hasten(): void {
    const { nodes } = this.#model.bounds;
    this.#hastes = Array.from({ length: nodes * nodes }, () => this.#oneOf(HASTES));
  }

  /** The moves of a walk to something that looks like a violation; null where it came to none. */
  #walk({ parts, world, numbers, reports }: Origin): Move[] | null {
    const checkers = parts.checkers();
    for (const report of reports) feed(checkers, report);
    const moves: Move[] = [];
    let here = numbers;
    while (moves.length < MOVES_MAX) {
      if (this.#draw() * WHILE < 1) this.#hasten();
      here[parts.parts.layout.ghost] = NOTHING;
      const next = this.#next(parts, world, here);
      if (next === null) return null;
      moves.push(next.move);
      this.moves++;
      here = next.numbers;
      const report = here[parts.parts.layout.ghost] as number;
      if (report !== NOTHING) feed(checkers, parts.nodes.report(report));
      if (next.isBroken || checkers.some(({ violations }) => violations.length > 0)) return moves;
    }
    return null;
  }

  /** Where one of the possible moves leads, drawn by weight; null where none leads anywhere. */
  #next(parts: Modelled, world: World, here: Int32Array<ArrayBuffer>): Place | null {
    const possible = [...world.movesFrom(here, here.length)];
    const weights = possible.map((one) => this.#weightOf(parts, one));
    for (;;) {
      const at = this.#pick(weights);
      if (at === -1) return null;
      const place = this.#place(world, itemAt(possible, at));
      if (place !== null) return place;
      weights[at] = 0;
    }
  }

  #place(world: World, possible: Possible): Place | null {
    const places: Place[] = [];
    world.make(possible, (row, move, isBroken) => {
      places.push({ move, numbers: row.numbers.slice(0, row.length), isBroken });
    });
    const whole = places.filter(({ move }) => move.outcome === 0);
    const cut = places.filter(({ move }) => move.outcome > 0);
    const isCut = cut.length > 0 && this.#draw() < (this.#leaning.get('crash') as number);
    return isCut ? this.#oneOf(cut) : (whole[0] ?? null);
  }

  #weightOf({ nodes }: Modelled, { move }: Possible): number {
    const leaning = this.#leaning.get(move.kind) as number;
    if (move.kind !== 'deliver' && move.kind !== 'duplicate') return leaning;
    const { from, to } = nodes.flight(move.what);
    return leaning * itemAt(this.#hastes, from * this.#model.bounds.nodes + to);
  }

  /** A place, by weight; -1 where nothing has any. */
  #pick(weights: readonly number[]): number {
    let left = this.#draw() * weights.reduce((sum, weight) => sum + weight, 0);
    let last = -1;
    for (const [at, weight] of weights.entries()) {
      if (weight === 0) continue;
      last = at;
      left -= weight;
      if (left < 0) break;
    }
    return last;
  }

  #oneOf<Item>(items: readonly Item[]): Item {
    return itemAt(items, Math.floor(this.#draw() * items.length));
  }

  #draw(): number {
    return drawAt(this.#base, this.#draws++) / UNIT;
  }
}

function feed(checkers: readonly TraceChecker[], { node, incarnation, events }: Report): void {
  for (const event of events) {
    // No time passes between events: what is owed by a clock is not judged.
    for (const checker of checkers) checker.feed(event, node, incarnation, 0);
  }
}
