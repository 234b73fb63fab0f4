/** A binary heap: which of the operations that may be done must be done first. */

import { itemAt } from '../../item-at.ts';

/** Operations by their returns, the earliest first. */
export class Heap {
  size = 0;
  readonly #keys: number[] = [];
  readonly #items: number[] = [];

  push(key: number, item: number): void {
    let at = this.size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (itemAt(this.#keys, parent) <= key) break;
      this.#move(parent, at);
      at = parent;
    }
    this.#keys[at] = key;
    this.#items[at] = item;
  }

  pop(): number {
    const top = itemAt(this.#items, 0);
    const last = --this.size;
    const key = itemAt(this.#keys, last);
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= last) break;
      if (child + 1 < last && itemAt(this.#keys, child + 1) < itemAt(this.#keys, child)) {
        child++;
      }
      if (itemAt(this.#keys, child) >= key) break;
      this.#move(child, at);
      at = child;
    }
    this.#keys[at] = key;
    this.#items[at] = itemAt(this.#items, last);
    return top;
  }

  #move(from: number, to: number): void {
    this.#keys[to] = itemAt(this.#keys, from);
    this.#items[to] = itemAt(this.#items, from);
  }
}
