/** From two whole numbers to one, by open addressing: a `Map` ends at 2^24 entries and boxes its keys. */

const EMPTY = -1;
const FIRST_SIZE = 1 << 10;

export class PairMap {
  /** Three numbers a slot: both keys and the value. */
  #slots = new Int32Array(3 * FIRST_SIZE).fill(EMPTY);
  #size = FIRST_SIZE;
  #count = 0;

  get bytes(): number {
    return this.#slots.byteLength;
  }

  /** The value; -1 where there is none. Keys and values are from 0 on. */
  get(one: number, other: number): number {
    return this.#slots[this.#slotOf(one, other) + 2] as number;
  }

  set(one: number, other: number, value: number): void {
    const at = this.#slotOf(one, other);
    const isNew = this.#slots[at] === EMPTY;
    this.#slots[at] = one;
    this.#slots[at + 1] = other;
    this.#slots[at + 2] = value;
    if (isNew && ++this.#count * 2 > this.#size) this.#grow();
  }

  #slotOf(one: number, other: number): number {
    const mask = this.#size - 1;
    let slot = hashOfPair(one, other) & mask;
    for (;;) {
      const at = 3 * slot;
      const found = this.#slots[at];
      if (found === EMPTY || (found === one && this.#slots[at + 1] === other)) return at;
      slot = (slot + 1) & mask;
    }
  }

  #grow(): void {
    const before = this.#slots;
    this.#size *= 2;
    this.#slots = new Int32Array(3 * this.#size).fill(EMPTY);
    for (let at = 0; at < before.length; at += 3) {
      if (before[at] === EMPTY) continue;
      const to = this.#slotOf(before[at] as number, before[at + 1] as number);
      this.#slots.set(before.subarray(at, at + 3), to);
    }
  }
}

/** 32 bits of which each depends on each bit of both. */
export function hashOfPair(one: number, other: number): number {
  let h = Math.imul(one ^ (one >>> 16), 0x85eb_ca6b) + Math.imul(other, 0x9e37_79b1);
  h = Math.imul(h ^ (h >>> 15), 0xc2b2_ae35);
  h = Math.imul(h ^ (h >>> 13), 0x27d4_eb2f);
  return h ^ (h >>> 16);
}

/** The number of a pair: what the table has, or the one that it gets now. */
export function numberOfPair(
  pairs: PairMap,
  one: number,
  other: number,
  next: () => number,
): number {
  const known = pairs.get(one, other);
  if (known >= 0) return known;
  const number = next();
  pairs.set(one, other, number);
  return number;
}
