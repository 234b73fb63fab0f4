/**
 * The moves of a cluster: a message arrives (once, or once more than it was sent), a timer runs out, a
 * client asks, a node crashes or starts, a connection breaks. A message that never arrives is lost, so
 * that losing one needs no move.
 */

import { assert } from '../../checkers/assert.ts';
import { itemAt } from '../../checkers/item-at.ts';
import type { NodeId } from '../../checkers/units.ts';
import { usage } from '../core/errors.ts';
import type { Clients } from './clients.ts';
import { BROKEN, type Reports } from './ghosts.ts';
import type { Links } from './links.ts';
import type { Nodes, Step } from './nodes.ts';
import { LANE, type Layout, lane, Row } from './row.ts';
import type { Symmetry } from './symmetry.ts';

export interface Bounds {
  readonly nodes: number;
  readonly operations: number;
  /** Crashes, duplicates of messages and breaks of connections, all together. */
  readonly faults: number;
  /** Timers that run out, on all nodes together. */
  readonly timeouts: number;
}

export type MoveKind = 'deliver' | 'duplicate' | 'fire' | 'ask' | 'crash' | 'start' | 'break';

/** What is done to the cluster. */
export interface Move {
  readonly kind: MoveKind;
  /** To whom; of a break, one of the two. */
  readonly node: NodeId;
  /** The flight, the timer, the choice from the menu, what a crash leaves, the other end of a break. */
  readonly what: number;
  /** Which of the outcomes of that step: 0 unless power is lost in the middle of it. */
  readonly outcome: number;
}

/** Is shown each row that a move leads to; `isBroken`: a report or an answer of this move breaks a promise. */
export type Sink = (row: Row, move: Move, isBroken: boolean) => void;

/** A move that can be made: what its node gets (-1 for nothing), and the place of the flight that arrives (-1 for none). */
export interface Possible {
  readonly move: Move;
  readonly input: number;
  readonly place: number;
}

type Visit = (move: Move, input: number, place: number) => void;

export interface WorldParts {
  readonly bounds: Bounds;
  readonly layout: Layout;
  readonly nodes: Nodes;
  readonly clients: Clients;
  readonly ghosts: Reports;
  readonly links: Links;
  /** Null where nodes differ in more than their names. */
  readonly symmetry: Symmetry | null;
  readonly from: 'start' | 'ready';
}

type Numbers = Int32Array<ArrayBuffer>;

/** Where a search begins, and the moves that led there. */
export interface Beginning {
  readonly row: Row;
  readonly moves: readonly Move[];
  readonly isBroken: boolean;
}

/** Moves after which a cluster that is not ready will never be. */
const WARM_UP_MAX = 500;

export class World {
  readonly row = new Row();
  /** The fingerprint of the row shown last. */
  low = 0;
  high = 0;
  readonly #parts: WorldParts;
  readonly #from = new Row();
  readonly #starts: number;
  /** Whether it looks for a cluster that would answer somebody: asking costs nothing then. */
  #isWarmingUp = false;
  /** Numbers of inputs: by timer, by what a crash leaves, by who asks for what of the menu. */
  readonly #timers = new Map<number, number>();
  readonly #crashes = new Map<number, number>();
  readonly #requests = new Map<number, number>();

  constructor(parts: WorldParts) {
    this.#parts = parts;
    this.#starts = parts.nodes.inputOf({ kind: 'start' });
  }

  /** Another one of the same parts, for moves that are made in between. */
  again(): World {
    return new World(this.#parts);
  }

  /**
   * All nodes have started for the first time, and nothing else has happened; or, where the search is to
   * begin with a cluster that is ready, whatever makes it so: everything arrives, and what is due first
   * runs out.
   */
  first(): Beginning {
    const { nodes, bounds, layout, from } = this.#parts;
    const { row } = this;
    row.load(new Int32Array(layout.flights), 0, layout.flights);
    for (let node = 0; node < layout.nodes; node++) row.set(node, nodes.unborn(node));
    let isBroken = false;
    for (let node = 0; node < layout.nodes; node++) {
      const [step] = nodes.stepsFrom(row.get(node), this.#starts);
      isBroken = this.#apply(node, step as Step) || isBroken;
    }
    this.#isWarmingUp = true;
    const moves = from === 'start' || isBroken ? [] : this.#warmUp();
    this.#isWarmingUp = false;
    row.set(layout.faults, bounds.faults);
    row.set(layout.timeouts, bounds.timeouts);
    this.#mark();
    return { row, moves, isBroken };
  }

  /** Everything arrives, then what is due first runs out, until somebody who is asked would answer. */
  #warmUp(): Move[] {
    const moves: Move[] = [];
    let here = this.#settled(this.row.numbers.slice(0, this.row.length), moves);
    while (!this.#wouldAnswer(here)) {
      const due = this.#firstDue(here);
      const fired = this.#firstOf(here, ({ kind, node }) => kind === 'fire' && node === due);
      if (fired === null || moves.length > WARM_UP_MAX) {
        throw usage('nobody is ever answered, though everything arrives (allowed: --from start)');
      }
      moves.push(fired.move);
      here = this.#settled(fired.numbers, moves);
    }
    this.row.load(here, 0, here.length);
    return moves;
  }

  /** After everything has arrived; the moves are added to those before. */
  #settled(from: Numbers, moves: Move[]): Numbers {
    let here = from;
    for (let made = 0; made < WARM_UP_MAX; made++) {
      const arrived = this.#firstOf(here, ({ kind }) => kind === 'deliver');
      if (arrived === null) break;
      moves.push(arrived.move);
      here = arrived.numbers;
    }
    return here;
  }

  #wouldAnswer(here: Numbers): boolean {
    const { clients, layout } = this.#parts;
    for (let at = 0; at < layout.nodes; at++) {
      const asked = this.#firstOf(here, ({ kind, node }) => kind === 'ask' && node === at);
      if (asked === null) continue;
      const after = this.#settled(asked.numbers, []);
      if (clients.isAnswered(after[layout.sight] as number)) return true;
    }
    return false;
  }

  #firstOf(
    here: Numbers,
    isWanted: (move: Move) => boolean,
  ): { readonly move: Move; readonly numbers: Numbers } | null {
    const found: { readonly move: Move; readonly numbers: Numbers }[] = [];
    here[this.#parts.layout.timeouts] = 1;
    this.expand(here, 0, here.length, (row, move) => {
      if (found.length > 0 || !isWanted(move)) return;
      found.push({ move, numbers: row.numbers.slice(0, row.length) });
    });
    return found[0] ?? null;
  }

  #firstDue(row: Int32Array): NodeId {
    const { nodes, layout } = this.#parts;
    const dueUs = Array.from({ length: layout.nodes }, (_, node) => {
      return Math.min(...nodes.imageOf(row[node] as number).timers.values());
    });
    return dueUs.indexOf(Math.min(...dueUs));
  }

  /** Shows every row to which one move leads from this one. */
  expand(numbers: Int32Array, at: number, length: number, sink: Sink): void {
    this.#from.load(numbers, at, length);
    this.#eachMove((move, input, place) => this.#make(move, input, place, sink));
  }

  /** What may be done next in this row, whatever comes of it; also what changes nothing. */
  movesFrom(numbers: Int32Array, length: number): readonly Possible[] {
    this.#from.load(numbers, 0, length);
    const found: Possible[] = [];
    this.#eachMove((move, input, place) => found.push({ move, input, place }));
    return found;
  }

  /** Shows the rows to which one of `movesFrom` leads, of which no other row was asked in between. */
  make({ move, input, place }: Possible, sink: Sink): void {
    this.#make(move, input, place, sink);
  }

  #eachMove(visit: Visit): void {
    const { nodes, layout, links, symmetry, clients } = this.#parts;
    const from = this.#from;
    this.#arrivals(visit);
    for (let node = 0; node < layout.nodes; node++) {
      if (symmetry?.isFolded(from, node) === true) continue;
      const state = from.get(node);
      if (!nodes.isUp(state)) {
        visit({ kind: 'start', node, what: 0, outcome: 0 }, this.#starts, -1);
        continue;
      }
      if (from.get(layout.timeouts) > 0) this.#fires(node, state, visit);
      if (from.get(layout.faults) === 0) continue;
      for (const tail of nodes.tailsOf(state)) {
        const input = numberOf(this.#crashes, tail, () => nodes.inputOf({ kind: 'crash', tail }));
        visit({ kind: 'crash', node, what: tail, outcome: 0 }, input, -1);
      }
      if (links.break) this.#breaks(node, visit);
    }
    const mayAsk = this.#isWarmingUp || clients.mayBegin(from.get(layout.sight));
    if (mayAsk) this.#asks(visit);
  }

  #arrivals(visit: Visit): void {
    const { nodes, layout, links, symmetry } = this.#parts;
    const from = this.#from;
    const mayFail = links.duplicate && from.get(layout.faults) > 0;
    for (let at = layout.flights; at < from.length; at++) {
      if (!links.mayArrive(from, at)) continue;
      const what = from.get(at);
      const { to: node } = nodes.flight(what);
      if (!nodes.isUp(from.get(node)) || symmetry?.isFolded(from, node) === true) continue;
      const input = nodes.arrivalOf(what);
      visit({ kind: 'deliver', node, what, outcome: 0 }, input, at);
      if (mayFail) visit({ kind: 'duplicate', node, what, outcome: 0 }, input, at);
    }
  }

  #fires(node: NodeId, state: number, visit: Visit): void {
    const { nodes } = this.#parts;
    for (const timer of nodes.timersOf(state)) {
      const input = numberOf(this.#timers, timer, () => nodes.inputOf({ kind: 'timer', timer }));
      visit({ kind: 'fire', node, what: timer, outcome: 0 }, input, -1);
    }
  }

  #asks(visit: Visit): void {
    const { nodes, clients, layout, symmetry } = this.#parts;
    const from = this.#from;
    const sight = from.get(layout.sight);
    for (let what = 0; what < clients.menu.length; what++) {
      const who = clients.begunIn(sight) * clients.menu.length + what;
      const input = numberOf(this.#requests, who, () =>
        nodes.inputOf({ kind: 'request', request: clients.requestIn(sight, what) }),
      );
      for (let node = 0; node < layout.nodes; node++) {
        if (!nodes.isUp(from.get(node)) || symmetry?.isFolded(from, node) === true) continue;
        visit({ kind: 'ask', node, what, outcome: 0 }, input, -1);
      }
    }
  }

  #breaks(node: NodeId, visit: Visit): void {
    const { layout, links } = this.#parts;
    for (let peer = node + 1; peer < layout.nodes; peer++) {
      if (!links.isOpen(this.#from, node, peer)) continue;
      visit({ kind: 'break', node, what: peer, outcome: 0 }, -1, -1);
    }
  }

  #make(move: Move, input: number, at: number, sink: Sink): void {
    if (move.kind === 'break') this.#break(move, sink);
    else this.#step(move, input, at, sink);
  }

  #break(move: Move, sink: Sink): void {
    const { layout, links } = this.#parts;
    this.#begin();
    this.row.set(layout.faults, this.row.get(layout.faults) - 1);
    links.breakBetween(this.row, move.node, move.what);
    this.#mark();
    sink(this.row, move, false);
  }

  /** One step of one node, with each of its outcomes. */
  #step(move: Move, input: number, at: number, sink: Sink): void {
    const { nodes, layout, links } = this.#parts;
    const { kind, node } = move;
    const steps = nodes.stepsFrom(this.#from.get(node), input);
    const faults = this.#from.get(layout.faults);
    for (let outcome = 0; outcome < steps.length; outcome++) {
      const step = itemAt(steps, outcome);
      const cost = (kind === 'crash' || kind === 'duplicate' ? 1 : 0) + (step.crashed ? 1 : 0);
      // What changes nothing but that a message is gone is the same as never receiving it.
      if (cost > faults || (step.isIdle && !(at >= 0 && links.break))) continue;
      this.#begin();
      if (at >= 0 && kind === 'deliver') links.arrived(this.row, at);
      this.row.set(layout.faults, faults - cost);
      if (kind === 'fire') this.row.set(layout.timeouts, this.row.get(layout.timeouts) - 1);
      if (kind === 'ask') {
        const sight = this.row.get(layout.sight);
        this.row.set(layout.sight, this.#parts.clients.begin(sight, move.what));
      }
      const isBroken = this.#apply(node, step);
      this.#parts.symmetry?.touch(this.row, node);
      this.#mark();
      sink(this.row, outcome === 0 ? move : { ...move, outcome }, isBroken);
    }
  }

  #begin(): void {
    this.row.load(this.#from.numbers, 0, this.#from.length);
  }

  /** What came of a node's step comes to the cluster. Whether it breaks a promise. */
  #apply(node: NodeId, { next, sends, report, answers }: Step): boolean {
    const { nodes, layout, links, ghosts, clients } = this.#parts;
    const { row } = this;
    const wasUp = nodes.isUp(row.get(node));
    row.set(node, next);
    for (const flight of sends) links.send(row, flight);
    if (wasUp && !nodes.isUp(next)) links.stopped(row, node);
    let isBroken = false;
    if (report >= 0) {
      const ghost = ghosts.after(row.get(layout.ghost), report);
      if (ghost === BROKEN) isBroken = true;
      else row.set(layout.ghost, ghost);
    }
    for (const { number, operation, reply } of answers) {
      const sight = clients.hear(row.get(layout.sight), number, operation, reply);
      row.set(layout.sight, sight);
      if (clients.verdictOn(sight) !== null) isBroken = true;
    }
    return isBroken;
  }

  #mark(): void {
    const { layout, links } = this.#parts;
    const { row } = this;
    let low = 0;
    let high = 0;
    for (let place = 0; place < row.length; place++) {
      const number = row.get(place);
      const where = place < layout.flights ? place : links.placeOf(row, place);
      low = (low + lane(number, where, 0)) | 0;
      high = (high + lane(number, where, LANE)) | 0;
    }
    assert(row.length >= layout.flights, 'a row has a place for everything');
    this.low = low;
    this.high = high;
  }
}

function numberOf(known: Map<number, number>, key: number, find: () => number): number {
  const before = known.get(key);
  if (before !== undefined) return before;
  const found = find();
  known.set(key, found);
  return found;
}
