/** Segment trees over points in time, for the stack monitor. All operations are O(log n). */

import { ByteColumn, FloatColumn, IntColumn } from '../../columns.ts';

const NONE = -1;
const TAKEN = 0x3fff_ffff;

/** Numbers at points; finds a point whose number has fallen to a bound, each point once. */
export class LeastPoints {
  readonly #size: number;
  /** Least number below each node, without the changes noted in the nodes above it. */
  readonly #least: IntColumn;
  readonly #change: IntColumn;
  readonly #taken: ByteColumn;

  constructor(numbers: IntColumn) {
    let size = 1;
    while (size < numbers.length) size *= 2;
    this.#size = size;
    this.#least = new IntColumn(2 * size).fill(TAKEN);
    this.#change = new IntColumn(2 * size);
    this.#taken = new ByteColumn(numbers.length);
    this.#least.set(numbers, size);
    for (let node = size - 1; node > 0; node--) this.#pull(node);
  }

  /** Subtracts one at the points from `start` to below `stop`. */
  lower(start: number, stop: number): void {
    let left = start + this.#size;
    let right = stop + this.#size;
    if (left >= right) return;
    const [first, last] = [left, right - 1];
    while (left < right) {
      if ((left & 1) === 1) this.#apply(left++);
      if ((right & 1) === 1) this.#apply(--right);
      left >>= 1;
      right >>= 1;
    }
    for (let node = first >> 1; node > 0; node >>= 1) this.#pull(node);
    for (let node = last >> 1; node > 0; node >>= 1) this.#pull(node);
  }

  /** A point whose number is `bound` at most, that was not taken before; -1 for none. */
  take(bound: number): number {
    if (this.#least.get(1) > bound) return NONE;
    let node = 1;
    let rest = bound;
    while (node < this.#size) {
      rest -= this.#change.get(node);
      node *= 2;
      if (this.#least.get(node) > rest) node++;
    }
    this.#least[node] = TAKEN;
    for (let above = node >> 1; above > 0; above >>= 1) this.#pull(above);
    const point = node - this.#size;
    this.#taken[point] = 1;
    return point;
  }

  wasTaken(point: number): boolean {
    return this.#taken[point] === 1;
  }

  #apply(node: number): void {
    this.#least[node] = this.#least.get(node) - 1;
    if (node < this.#size) this.#change[node] = this.#change.get(node) - 1;
  }

  #pull(node: number): void {
    const left = this.#least.get(2 * node);
    const right = this.#least.get(2 * node + 1);
    this.#least[node] = Math.min(left, right) + this.#change.get(node);
  }
}

/** Sums at points, changed over ranges (Fenwick). Exact up to 2^53. */
export class PointSums {
  readonly #tree: FloatColumn;

  constructor(points: number) {
    this.#tree = new FloatColumn(points + 2);
  }

  /** Adds `amount` at the points from `start` to below `stop`. */
  add(start: number, stop: number, amount: number): void {
    this.#change(start, amount);
    this.#change(stop, -amount);
  }

  at(point: number): number {
    let sum = 0;
    for (let node = point + 1; node > 0; node -= node & -node) sum += this.#tree.get(node);
    return sum;
  }

  #change(from: number, amount: number): void {
    for (let node = from + 1; node < this.#tree.length; node += node & -node) {
      this.#tree[node] = this.#tree.get(node) + amount;
    }
  }
}

/** Which of the intervals [from, to) that are left contains a point. */
export class Stabbing {
  readonly #size: number;
  readonly #byFrom: IntColumn;
  readonly #placeOf: IntColumn;
  readonly #from: IntColumn;
  /** Greatest `to` below each node, over the intervals in the order of `from`. */
  readonly #latest: IntColumn;

  constructor(from: IntColumn, to: IntColumn) {
    this.#byFrom = new IntColumn(from.length);
    for (let i = 0; i < from.length; i++) this.#byFrom[i] = i;
    this.#byFrom.sort((a, b) => from.get(a) - from.get(b));
    this.#from = this.#byFrom.map((i) => from.get(i));
    this.#placeOf = new IntColumn(from.length);
    let size = 1;
    while (size < from.length) size *= 2;
    this.#size = size;
    this.#latest = new IntColumn(2 * size).fill(NONE);
    this.#byFrom.forEach((i, place) => {
      this.#placeOf[i] = place;
      this.#latest[size + place] = to.get(i);
    });
    for (let node = size - 1; node > 0; node--) this.#pull(node);
  }

  remove(interval: number): void {
    let node = this.#size + this.#placeOf.get(interval);
    this.#latest[node] = NONE;
    for (node >>= 1; node > 0; node >>= 1) this.#pull(node);
  }

  /** An interval that contains the point; -1 for none. */
  at(point: number): number {
    // Among those that start at the point or before, one that ends after it.
    let low = 0;
    let high = this.#from.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#from.get(middle) > point) high = middle;
      else low = middle + 1;
    }
    let right = low + this.#size;
    let left = this.#size;
    while (left < right) {
      if ((left & 1) === 1 && this.#reaches(left, point)) return this.#descend(left, point);
      if ((left & 1) === 1) left++;
      if ((right & 1) === 1 && this.#reaches(right - 1, point))
        return this.#descend(right - 1, point);
      if ((right & 1) === 1) right--;
      left >>= 1;
      right >>= 1;
    }
    return NONE;
  }

  #reaches(node: number, point: number): boolean {
    return this.#latest.get(node) > point;
  }

  #descend(start: number, point: number): number {
    let node = start;
    while (node < this.#size) node = this.#reaches(2 * node, point) ? 2 * node : 2 * node + 1;
    return this.#byFrom.get(node - this.#size);
  }

  #pull(node: number): void {
    const left = this.#latest.get(2 * node);
    const right = this.#latest.get(2 * node + 1);
    this.#latest[node] = Math.max(left, right);
  }
}
