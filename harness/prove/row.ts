/**
 * The state of a cluster as a row of whole numbers:
 *
 *   one state per node | faults left | time-outs left | sight | ghost | open | touched | flight | flight ...
 *
 * `sight`: what clients have seen; `ghost`: what nodes have reported; `open`: a bit for each pair of nodes
 * that have a connection; `touched`: a bit for each node to which anything has happened, where that
 * matters (`symmetry.ts`); then what is on its way.
 */

import { hashOfPair } from './pair-map.ts';

/** Where things stand in a row of so many nodes. */
export interface Layout {
  readonly nodes: number;
  readonly faults: number;
  readonly timeouts: number;
  readonly sight: number;
  readonly ghost: number;
  readonly open: number;
  readonly touched: number;
  readonly flights: number;
}

export function layoutOf(nodes: number): Layout {
  return {
    nodes,
    faults: nodes,
    timeouts: nodes + 1,
    sight: nodes + 2,
    ghost: nodes + 3,
    open: nodes + 4,
    touched: nodes + 5,
    flights: nodes + 6,
  };
}

const FIRST_LENGTH = 64;

/** One row at a time, to be changed in place. */
export class Row {
  numbers = new Int32Array(FIRST_LENGTH);
  length = 0;

  get(at: number): number {
    return this.numbers[at] as number;
  }

  set(at: number, number: number): void {
    this.numbers[at] = number;
  }

  /** Takes on `length` numbers from `at` on. */
  load(from: Int32Array, at: number, length: number): void {
    this.#reserve(length);
    for (let i = 0; i < length; i++) this.numbers[i] = from[at + i] as number;
    this.length = length;
  }

  insert(at: number, number: number): void {
    this.#reserve(this.length + 1);
    this.numbers.copyWithin(at + 1, at, this.length);
    this.numbers[at] = number;
    this.length++;
  }

  remove(at: number): void {
    this.numbers.copyWithin(at, at + 1, this.length);
    this.length--;
  }

  #reserve(length: number): void {
    if (length <= this.numbers.length) return;
    const longer = new Int32Array(2 * length);
    longer.set(this.numbers);
    this.numbers = longer;
  }
}

/** The two lanes of a fingerprint see other numbers. */
export const LANE = 0x5bd1_e995;

/** What one number at one place adds to a lane. */
export function lane(number: number, place: number, salt: number): number {
  return hashOfPair(number ^ salt, place + salt);
}
