/**
 * Remembered steps: (state, class) to state. A user's model is asked once for each pair.
 *
 * A search works on states that it found lately, and they have the highest numbers: rows by state
 * keep what is looked up together in the same few lines of the processor's cache, which a hash of
 * the pair would spread over all of memory.
 */

import { IntColumn } from '../../columns.ts';
import type { Scratch } from './scratch.ts';

/** Not remembered yet. */
export const UNKNOWN = -2;

/** The first states have room for every class: objects with few states need no more. */
const DENSE_STATES = 32;
const DENSE_ENTRIES_MAX = 1 << 18;

/** The others have a row each for some steps: a class and a state, `ROW` times. */
const ROW_BITS = 3;
const ROW = 1 << ROW_BITS;

export class StepTable {
  readonly #classes: number;
  readonly #dense: IntColumn;
  /** Rows of states from `#firstRow` on: class + 1 and next state; a row fills from any place. */
  #rows: IntColumn;
  readonly #firstRow: number;
  /** What does not fit into its row, by open addressing: state + 1, class, next state. */
  #hashed: IntColumn;
  #count = 0;

  constructor(classes: number, scratch: Scratch) {
    this.#classes = classes;
    this.#dense = scratch.ints(Math.min(DENSE_STATES * classes, DENSE_ENTRIES_MAX), UNKNOWN);
    this.#firstRow = classes === 0 ? 0 : Math.floor(this.#dense.length / classes);
    this.#rows = scratch.ints(2 * ROW * 32);
    this.#hashed = scratch.ints(3 * 64);
  }

  get bytes(): number {
    return 4 * (this.#dense.length + this.#rows.length + this.#hashed.length);
  }

  get(s: number, c: number): number {
    if (s < this.#firstRow) return this.#dense.get(s * this.#classes + c);
    const rows = this.#rows;
    const row = (s - this.#firstRow) * (2 * ROW);
    if (row >= rows.length) return UNKNOWN;
    for (let probe = 0; probe < ROW; probe++) {
      const at = row + 2 * ((c + probe) & (ROW - 1));
      const known = rows.get(at);
      if (known === c + 1) return rows.get(at + 1);
      if (known === 0) return UNKNOWN;
    }
    return this.#hashed.get(this.#find(s, c) + 2);
  }

  /** Remembers a step that was `UNKNOWN`. */
  set(s: number, c: number, next: number): void {
    if (s < this.#firstRow) {
      this.#dense[s * this.#classes + c] = next;
      return;
    }
    const row = (s - this.#firstRow) * (2 * ROW);
    if (row >= this.#rows.length) this.#widen(row);
    const rows = this.#rows;
    for (let probe = 0; probe < ROW; probe++) {
      const at = row + 2 * ((c + probe) & (ROW - 1));
      if (rows[at] !== 0) continue;
      rows[at] = c + 1;
      rows[at + 1] = next;
      return;
    }
    const place = this.#find(s, c);
    this.#hashed[place] = s + 1;
    this.#hashed[place + 1] = c;
    this.#hashed[place + 2] = next;
    if (++this.#count * 6 > this.#hashed.length) this.#rehash();
  }

  #widen(row: number): void {
    let length = this.#rows.length * 2;
    while (row >= length) length *= 2;
    this.#rows = this.#rows.grown(length);
  }

  /** The entry of this pair, or the free one where it belongs (made to say `UNKNOWN`). */
  #find(s: number, c: number): number {
    const table = this.#hashed;
    const places = table.length / 3;
    let hash = Math.imul(s, 0x9e37_79b1) ^ Math.imul(c + 1, 0x85eb_ca6b);
    hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2_ae35);
    let place = (hash ^ (hash >>> 13)) & (places - 1);
    for (;;) {
      const at = 3 * place;
      if (table[at] === s + 1 && table[at + 1] === c) return at;
      if (table[at] === 0) {
        table[at + 2] = UNKNOWN;
        return at;
      }
      place = (place + 1) & (places - 1);
    }
  }

  #rehash(): void {
    const old = this.#hashed;
    this.#hashed = new IntColumn(old.length * 2);
    for (let at = 0; at < old.length; at += 3) {
      if (old[at] === 0) continue;
      const place = this.#find(old.get(at) - 1, old.get(at + 1));
      this.#hashed[place] = old.get(at);
      this.#hashed[place + 1] = old.get(at + 1);
      this.#hashed[place + 2] = old.get(at + 2);
    }
  }
}
