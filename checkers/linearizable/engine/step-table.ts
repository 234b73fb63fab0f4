/** Remembered steps: (state, class) to state. A user's model is asked once for each pair. */

/** Not remembered yet. */
export const UNKNOWN = -2;

/** The first states have a row each: objects with few states need no more. */
const DENSE_STATES = 32;
const DENSE_ENTRIES_MAX = 1 << 18;

export class StepTable {
  readonly #classes: number;
  readonly #dense: Int32Array;
  /** Open addressing for the states beyond: state + 1, class, next. */
  #hashed = new Int32Array(3 * 64);
  #count = 0;

  constructor(classes: number) {
    this.#classes = classes;
    this.#dense = new Int32Array(Math.min(DENSE_STATES * classes, DENSE_ENTRIES_MAX)).fill(UNKNOWN);
  }

  get bytes(): number {
    return 4 * (this.#dense.length + this.#hashed.length);
  }

  get(s: number, c: number): number {
    const at = s * this.#classes + c;
    if (at < this.#dense.length) return this.#dense[at] as number;
    return this.#hashed[this.#find(s, c) + 2] as number;
  }

  set(s: number, c: number, next: number): void {
    const at = s * this.#classes + c;
    if (at < this.#dense.length) {
      this.#dense[at] = next;
      return;
    }
    const place = this.#find(s, c);
    this.#hashed[place] = s + 1;
    this.#hashed[place + 1] = c;
    this.#hashed[place + 2] = next;
    if (++this.#count * 6 > this.#hashed.length) this.#rehash();
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
    this.#hashed = new Int32Array(old.length * 2);
    for (let at = 0; at < old.length; at += 3) {
      if (old[at] === 0) continue;
      const place = this.#find((old[at] as number) - 1, old[at + 1] as number);
      this.#hashed[place] = old[at] as number;
      this.#hashed[place + 1] = old[at + 1] as number;
      this.#hashed[place + 2] = old[at + 2] as number;
    }
  }
}
