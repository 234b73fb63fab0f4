/**
 * The search: breadth first, so that what is found is found in as few moves as there are. It says how
 * much it has covered, and `exhausted` only if nothing was cut off.
 */

import { assert } from '../../checkers/assert.ts';
import { Frontier } from './frontier.ts';
import type { Row } from './row.ts';
import { Visited } from './visited.ts';
import type { Move, World } from './world.ts';

export interface SearchLimits {
  /** Moves from the start, at most; null for any number. */
  readonly depth: number | null;
  /** Bytes that states and frontier may take. */
  readonly memoryBytes: number;
}

/** Why the search has ended. */
export type End = 'exhausted' | 'violation' | 'depth' | 'memory' | 'stopped';

export interface Covered {
  readonly states: number;
  /** Moves that were made, also to states that were known. */
  readonly transitions: number;
  /** Moves from the start of the deepest state. */
  readonly depth: number;
  /** States that wait to be gone on from. */
  readonly frontier: number;
}

/** Asked of each violation that the search meets: whether it is one, once its moves are made again. */
export type Confirm = (moves: readonly Move[]) => boolean;

/** States between two looks at clock and memory. */
const SLICE = 1_000;

export class Search {
  end: End | null = null;
  /** The moves to the violation that was found; null for none. */
  found: readonly Move[] | null = null;
  readonly #world: World;
  readonly #limits: SearchLimits;
  readonly #confirm: Confirm;
  /** The moves to the first state. */
  readonly beginning: readonly Move[];
  #visited = new Visited();
  #frontier = new Frontier();
  /** What it had covered when it gave back what that took. */
  #covered: Covered | null = null;
  #transitions = 0;
  #depth = 0;
  /** The first state of the level after the one that is gone on from. */
  #nextLevel = 1;
  #expanded = 0;
  #wasCut = false;

  constructor(world: World, limits: SearchLimits, confirm: Confirm) {
    this.#world = world;
    this.#limits = limits;
    this.#confirm = confirm;
    const { row, moves, isBroken } = world.first();
    this.beginning = moves;
    this.#visited.add(world.low, world.high, -1);
    this.#frontier.push(row, 0);
    if (isBroken && confirm([])) this.#finish('violation', []);
  }

  get covered(): Covered {
    if (this.#covered !== null) return this.#covered;
    return {
      states: this.#visited.count,
      transitions: this.#transitions,
      depth: this.#depth,
      frontier: this.#frontier.count,
    };
  }

  get bytes(): number {
    return this.#visited.bytes + this.#frontier.bytes;
  }

  /** Goes on for a while; true if there is more to do. */
  goOn(): boolean {
    for (let count = 0; count < SLICE && this.end === null; count++) this.#expandNext();
    return this.end === null;
  }

  /** Somebody else had enough, or there is no more memory. */
  stop(why: 'stopped' | 'memory'): void {
    this.end ??= why;
  }

  /** Gives back what its states took: it will not go on. */
  letGo(): void {
    assert(this.end !== null && this.found === null, 'nothing is asked of it any more');
    this.#covered = this.covered;
    this.#visited = new Visited();
    this.#frontier = new Frontier();
  }

  #finish(end: End, found: readonly Move[] | null = null): void {
    this.end = end;
    this.found = found;
  }

  #expandNext(): void {
    if (this.#frontier.count === 0) {
      this.#finish(this.#wasCut ? 'depth' : 'exhausted');
      return;
    }
    const { memoryBytes } = this.#limits;
    if (this.bytes + this.#visited.growthBytes > memoryBytes) {
      this.#finish('memory');
      return;
    }
    const { block, at, length, state } = this.#frontier.take();
    const level = this.#levelOf(state);
    if (level === this.#limits.depth) {
      this.#wasCut = true;
      return;
    }
    this.#world.expand(block, at, length, (row, move, isBroken) => {
      this.#reached(row, move, isBroken, state, level + 1);
    });
  }

  /** States are numbered level by level. */
  #levelOf(state: number): number {
    if (state >= this.#nextLevel) {
      this.#nextLevel = this.#visited.count;
      this.#expanded++;
    }
    return this.#expanded;
  }

  #reached(row: Row, move: Move, isBroken: boolean, parent: number, level: number): void {
    if (this.end !== null) return;
    this.#transitions++;
    if (isBroken) {
      const moves = [...this.beginning, ...this.#movesTo(parent), move];
      if (this.#confirm(moves)) this.#finish('violation', moves);
    }
    const { low, high } = this.#world;
    if (!this.#visited.add(low, high, parent)) return;
    this.#depth = level;
    this.#frontier.push(row, this.#visited.count - 1);
  }

  /** The moves that led to a state: made again, because only the states on the way are remembered. */
  #movesTo(state: number): Move[] {
    const way: number[] = [];
    for (let at = state; at > 0; at = this.#visited.parentOf(at)) way.push(at);
    // In a world of its own: this one is in the middle of a move.
    const world = this.#world.again();
    let numbers = world.first().row.numbers.slice();
    let { length } = world.row;
    return way.reverse().map((wanted) => {
      let found: Move | null = null;
      let next = numbers;
      let nextLength = length;
      world.expand(numbers, 0, length, (row, move) => {
        if (found !== null || !this.#visited.isAt(wanted, world.low, world.high)) return;
        found = move;
        next = row.numbers.slice();
        nextLength = row.length;
      });
      assert(found !== null, 'a state is reached again from the one before it');
      numbers = next;
      length = nextLength;
      return found as Move;
    });
  }
}
