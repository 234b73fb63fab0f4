/** A segment tree of maxima that grows: what is the first number of a range above a bound? */

import { IntColumn } from '../columns.ts';
import { NONE } from '../history.ts';

/** Numbers that only grow, by place. O(log n) for each call. */
export class Maxima {
  #count = 0;
  #size = 64;
  #tree = new IntColumn(128).fill(-2);

  push(value: number): void {
    if (this.#count === this.#size) this.#grow();
    this.raise(this.#count++, value);
  }

  raise(place: number, value: number): void {
    for (let node = this.#size + place; node > 0; node >>= 1) {
      if (this.#tree.get(node) >= value) return;
      this.#tree[node] = value;
    }
  }

  /** A place in [from, to) whose number is greater than `bound`; -1 for none. */
  above(from: number, to: number, bound: number): number {
    let left = from + this.#size;
    let right = to + this.#size;
    while (left < right) {
      if ((left & 1) === 1) {
        if (this.#tree.get(left) > bound) return this.#descend(left, bound);
        left++;
      }
      if ((right & 1) === 1) {
        right--;
        if (this.#tree.get(right) > bound) return this.#descend(right, bound);
      }
      left >>= 1;
      right >>= 1;
    }
    return NONE;
  }

  #descend(start: number, bound: number): number {
    let node = start;
    while (node < this.#size) {
      node = this.#tree.get(2 * node) > bound ? 2 * node : 2 * node + 1;
    }
    return node - this.#size;
  }

  #grow(): void {
    const leaves = this.#tree.slice(this.#size, this.#size + this.#count);
    this.#size *= 2;
    this.#tree = new IntColumn(2 * this.#size).fill(-2);
    leaves.forEach((value, place) => {
      this.raise(place, value);
    });
  }
}
