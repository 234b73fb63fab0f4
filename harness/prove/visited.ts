/**
 * The states that were seen, by fingerprints of 64 bits: two states that have the same one would count
 * as one (of ten million states, any two do so with odds of 1 to 370,000). Numbered from 0 in the order of
 * their discovery; each remembers from which one it was reached.
 */

const FIRST_SIZE = 1 << 12;
const EMPTY = -1;
/** Per state: two halves of a fingerprint, its parent, and two slots of the table. */
const NUMBERS_PER_STATE = 5;

export class Visited {
  count = 0;
  #low = new Int32Array(FIRST_SIZE);
  #high = new Int32Array(FIRST_SIZE);
  #parent = new Int32Array(FIRST_SIZE);
  #table = new Int32Array(2 * FIRST_SIZE).fill(EMPTY);

  get bytes(): number {
    return this.#low.length * NUMBERS_PER_STATE * 4;
  }

  /** Bytes that adding one more state would take besides; 0 while there is room. */
  get growthBytes(): number {
    // While it grows, the old arrays are there as well.
    return this.count < this.#low.length ? 0 : this.bytes * 2;
  }

  /** Adds a state; false where it is known. `parent`: the number of the state before it; -1 for none. */
  add(low: number, high: number, parent: number): boolean {
    const slot = this.#slotOf(low, high);
    if (this.#table[slot] !== EMPTY) return false;
    if (this.count === this.#low.length) {
      this.#grow();
      return this.add(low, high, parent);
    }
    const number = this.count++;
    this.#table[slot] = number;
    this.#low[number] = low;
    this.#high[number] = high;
    this.#parent[number] = parent;
    return true;
  }

  parentOf(number: number): number {
    return this.#parent[number] as number;
  }

  isAt(number: number, low: number, high: number): boolean {
    return this.#low[number] === low && this.#high[number] === high;
  }

  #slotOf(low: number, high: number): number {
    const mask = this.#table.length - 1;
    let slot = low & mask;
    for (;;) {
      const number = this.#table[slot] as number;
      if (number === EMPTY || (this.#low[number] === low && this.#high[number] === high))
        return slot;
      slot = (slot + 1) & mask;
    }
  }

  #grow(): void {
    const size = this.#low.length * 2;
    this.#low = grown(this.#low, size);
    this.#high = grown(this.#high, size);
    this.#parent = grown(this.#parent, size);
    this.#table = new Int32Array(2 * size).fill(EMPTY);
    for (let number = 0; number < this.count; number++) {
      this.#table[this.#slotOf(this.#low[number] as number, this.#high[number] as number)] = number;
    }
  }
}

export function grown(numbers: Int32Array<ArrayBuffer>, size: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(size);
  larger.set(numbers);
  return larger;
}
