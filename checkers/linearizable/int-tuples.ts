/** Integers in arrays that grow, and tuples of them that are told apart by content. */

/** Room at the start, and at least so much where that is not enough: most have a few, or many. */
const ROOM = 64;
const MORE_ROOM = 1024;

/** A list of 32-bit integers. */
export class Ints {
  length = 0;
  #items = new Int32Array(ROOM);

  get bytes(): number {
    return this.#items.byteLength;
  }

  at(index: number): number {
    return this.#items[index] as number;
  }

  set(index: number, item: number): void {
    this.#items[index] = item;
  }

  /** The index of the new item. */
  push(item: number): number {
    if (this.length === this.#items.length) {
      const wider = new Int32Array(Math.max(MORE_ROOM, this.length * 2));
      wider.set(this.#items);
      this.#items = wider;
    }
    this.#items[this.length] = item;
    return this.length++;
  }

  pop(): number {
    return this.#items[--this.length] as number;
  }

  clear(): void {
    this.length = 0;
  }
}

/** Tuples of so many integers, numbered in the order in which they came first. */
export class IntTuples {
  length = 0;
  readonly width: number;
  #items: Int32Array;
  /** Numbers + 1 by open addressing. */
  #table = new Int32Array(2 * ROOM);
  readonly #pair = new Int32Array(2);

  constructor(width: number) {
    this.width = width;
    this.#items = new Int32Array(ROOM * width);
  }

  get bytes(): number {
    return this.#items.byteLength + this.#table.byteLength;
  }

  get(number: number, at: number): number {
    return this.#items[number * this.width + at] as number;
  }

  read(number: number, into: Int32Array): void {
    const from = number * this.width;
    for (let at = 0; at < this.width; at++) into[at] = this.#items[from + at] as number;
  }

  addPair(first: number, second: number): number {
    this.#pair[0] = first;
    this.#pair[1] = second;
    return this.add(this.#pair);
  }

  /** The number of this tuple, which is new where it equals what `length` was. */
  add(tuple: Int32Array): number {
    const mask = this.#table.length - 1;
    let place = hash(tuple, 0, this.width) & mask;
    for (;;) {
      const entry = this.#table[place] as number;
      if (entry === 0) break;
      if (this.#equals(entry - 1, tuple)) return entry - 1;
      place = (place + 1) & mask;
    }
    const number = this.length++;
    const from = number * this.width;
    if (from + this.width > this.#items.length) {
      const room = Math.max(MORE_ROOM, (this.#items.length / this.width) * 2);
      const wider = new Int32Array(room * this.width);
      wider.set(this.#items);
      this.#items = wider;
    }
    for (let at = 0; at < this.width; at++) this.#items[from + at] = tuple[at] as number;
    this.#table[place] = this.length;
    if (this.length * 2 > this.#table.length) this.#rehash();
    return number;
  }

  #equals(number: number, tuple: Int32Array): boolean {
    const from = number * this.width;
    for (let at = 0; at < this.width; at++) {
      if (this.#items[from + at] !== tuple[at]) return false;
    }
    return true;
  }

  #rehash(): void {
    const table = new Int32Array(Math.max(2 * MORE_ROOM, this.#table.length * 2));
    const mask = table.length - 1;
    for (let number = 0; number < this.length; number++) {
      let place = hash(this.#items, number * this.width, this.width) & mask;
      while (table[place] !== 0) place = (place + 1) & mask;
      table[place] = number + 1;
    }
    this.#table = table;
  }
}

function hash(items: Int32Array, from: number, width: number): number {
  let mixed = width;
  for (let at = from; at < from + width; at++) {
    mixed = Math.imul(mixed ^ (mixed >>> 15) ^ (items[at] as number), 0x9e37_79b1);
  }
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35);
  return mixed ^ (mixed >>> 16);
}
