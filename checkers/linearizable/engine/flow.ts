/** Look-ahead by counting: a state that is still required must be there, or be produced again. */

import type { IntColumn } from '../../columns.ts';
import type { Pending, Ranked } from './schedule.ts';
import type { Scratch } from './scratch.ts';
import { ANY_STATE, type Flow, NO_STATE } from './transitions.ts';

const NONE = -1;

/** How many operations not yet linearized still require, and still produce, each state. */
export class FlowCounts {
  readonly #requires: IntColumn;
  readonly #produces: IntColumn;
  readonly #grows: boolean;
  readonly #readers: IntColumn;
  readonly #writers: IntColumn;
  #allReaders = 0;
  #anyWriters = 0;

  constructor(flow: Flow, ranked: Ranked, pending: Pending, scratch: Scratch) {
    this.#requires = flow.requires;
    this.#produces = flow.produces;
    this.#grows = flow.grows;
    this.#readers = scratch.ints(flow.states);
    this.#writers = scratch.ints(flow.states);
    for (let rank = 0; rank < ranked.count; rank++) this.take(ranked.cls.get(rank), -1);
    for (let p = 0; p < pending.count; p++) this.freePending(pending.cls.get(p));
  }

  /** An answered operation is linearized (1), or taken back (-1). */
  take(c: number, sign: 1 | -1): void {
    const required = this.#requires.get(c);
    if (required !== NO_STATE) {
      this.#readers[required] = this.#readers.get(required) - sign;
      this.#allReaders -= sign;
    }
    this.#produce(c, sign);
  }

  /** Unanswered operations may produce, but nothing has to be there for them. */
  usePending(c: number): void {
    this.#produce(c, 1);
  }
  freePending(c: number): void {
    this.#produce(c, -1);
  }

  /** After an operation of class `c` led from `before` to `now` (as merged by the quotient). */
  deadEnd(c: number, before: number, now: number, sink: number | undefined): boolean {
    if (before === now || this.#anyWriters > 0) return false;
    if (this.#grows && now === sink && this.#allReaders > 0) return true;
    // What was put may grow into the state that was left.
    if (this.#grows && this.#produces[c] === ANY_STATE) return false;
    if (before >= this.#readers.length || before === sink) return false;
    return this.#readers.get(before) > 0 && this.#writers[before] === 0;
  }

  /** A state other than the present one that is required and never produced; -1 for none. */
  orphan(present: number): number {
    // Where objects grow, states are reached without being anybody's product.
    if (this.#anyWriters > 0 || this.#grows) return NONE;
    for (let s = 0; s < this.#readers.length; s++) {
      if (s !== present && this.#readers.get(s) > 0 && this.#writers[s] === 0) return s;
    }
    return NONE;
  }

  #produce(c: number, sign: 1 | -1): void {
    const produced = this.#produces.get(c);
    if (produced === ANY_STATE) this.#anyWriters -= sign;
    else if (produced !== NO_STATE) {
      this.#writers[produced] = this.#writers.get(produced) - sign;
    }
  }
}
