/** A binary heap: which of the operations that may be done must be done first. */

/** Operations by their returns, the earliest first. */
export class Heap {
  size = 0;
  readonly #keys: number[] = [];
  readonly #items: number[] = [];

  push(key: number, item: number): void {
    let at = this.size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if ((this.#keys[parent] as number) <= key) break;
      this.#move(parent, at);
      at = parent;
    }
    this.#keys[at] = key;
    this.#items[at] = item;
  }

  pop(): number {
    const top = this.#items[0] as number;
    const last = --this.size;
    const key = this.#keys[last] as number;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= last) break;
      if (child + 1 < last && (this.#keys[child + 1] as number) < (this.#keys[child] as number)) {
        child++;
      }
      if ((this.#keys[child] as number) >= key) break;
      this.#move(child, at);
      at = child;
    }
    this.#keys[at] = key;
    this.#items[at] = this.#items[last] as number;
    return top;
  }

  #move(from: number, to: number): void {
    this.#keys[to] = this.#keys[from] as number;
    this.#items[to] = this.#items[from] as number;
  }
}
