/** Integers in arrays that grow, and tuples of them that are told apart by content. */

import { IntColumn } from '../columns.ts';

/** Room at the start, and at least so much where that is not enough: most have a few, or many. */
const ROOM = 64;
const MORE_ROOM = 1024;

/** A list of 32-bit integers. */
export class Ints {
  length = 0;
  #items = new IntColumn(ROOM);

  get bytes(): number {
    return this.#items.byteLength;
  }

  at(index: number): number {
    return this.#items.get(index);
  }

  set(index: number, item: number): void {
    this.#items[index] = item;
  }

  /** The index of the new item. */
  push(item: number): number {
    if (this.length === this.#items.length) {
      this.#items = this.#items.grown(Math.max(MORE_ROOM, this.length * 2));
    }
    this.#items[this.length] = item;
    return this.length++;
  }

  pop(): number {
    return this.#items.get(--this.length);
  }

  clear(): void {
    this.length = 0;
  }
}

/** Tuples of so many integers, numbered in the order in which they came first. */
export class IntTuples {
  length = 0;
  readonly width: number;
  #items: IntColumn;
  /** Numbers + 1 by open addressing. */
  #table = new IntColumn(2 * ROOM);
  readonly #pair = new IntColumn(2);

  constructor(width: number) {
    this.width = width;
    this.#items = new IntColumn(ROOM * width);
  }

  get bytes(): number {
    return this.#items.byteLength + this.#table.byteLength;
  }

  get(number: number, at: number): number {
    return this.#items.get(number * this.width + at);
  }

  read(number: number, into: IntColumn): void {
    const from = number * this.width;
    for (let at = 0; at < this.width; at++) into[at] = this.#items.get(from + at);
  }

  addPair(first: number, second: number): number {
    this.#pair[0] = first;
    this.#pair[1] = second;
    return this.add(this.#pair);
  }

  /** The number of this tuple, which is new where it equals what `length` was. */
  add(tuple: IntColumn): number {
    const mask = this.#table.length - 1;
    let place = hash(tuple, 0, this.width) & mask;
    for (;;) {
      const entry = this.#table.get(place);
      if (entry === 0) break;
      if (this.#equals(entry - 1, tuple)) return entry - 1;
      place = (place + 1) & mask;
    }
    const number = this.length++;
    const from = number * this.width;
    if (from + this.width > this.#items.length) {
      const room = Math.max(MORE_ROOM, (this.#items.length / this.width) * 2);
      this.#items = this.#items.grown(room * this.width);
    }
    for (let at = 0; at < this.width; at++) this.#items[from + at] = tuple.get(at);
    this.#table[place] = this.length;
    if (this.length * 2 > this.#table.length) this.#rehash();
    return number;
  }

  #equals(number: number, tuple: IntColumn): boolean {
    const from = number * this.width;
    for (let at = 0; at < this.width; at++) {
      if (this.#items[from + at] !== tuple[at]) return false;
    }
    return true;
  }

  #rehash(): void {
    const table = new IntColumn(Math.max(2 * MORE_ROOM, this.#table.length * 2));
    const mask = table.length - 1;
    for (let number = 0; number < this.length; number++) {
      let place = hash(this.#items, number * this.width, this.width) & mask;
      while (table[place] !== 0) place = (place + 1) & mask;
      table[place] = number + 1;
    }
    this.#table = table;
  }
}

function hash(items: IntColumn, from: number, width: number): number {
  let mixed = width;
  for (let at = from; at < from + width; at++) {
    mixed = Math.imul(mixed ^ (mixed >>> 15) ^ items.get(at), 0x9e37_79b1);
  }
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35);
  return mixed ^ (mixed >>> 16);
}
