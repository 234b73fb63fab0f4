/** Segment trees over points in time, for the stack monitor. All operations are O(log n). */

const NONE = -1;
const TAKEN = 0x3fff_ffff;

/** Numbers at points; finds a point whose number has fallen to a bound, each point once. */
export class LeastPoints {
  readonly #size: number;
  /** Least number below each node, without the changes noted in the nodes above it. */
  readonly #least: Int32Array;
  readonly #change: Int32Array;
  readonly #taken: Uint8Array;

  constructor(numbers: Int32Array) {
    let size = 1;
    while (size < numbers.length) size *= 2;
    this.#size = size;
    this.#least = new Int32Array(2 * size).fill(TAKEN);
    this.#change = new Int32Array(2 * size);
    this.#taken = new Uint8Array(numbers.length);
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
    if ((this.#least[1] as number) > bound) return NONE;
    let node = 1;
    let rest = bound;
    while (node < this.#size) {
      rest -= this.#change[node] as number;
      node *= 2;
      if ((this.#least[node] as number) > rest) node++;
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
    this.#least[node] = (this.#least[node] as number) - 1;
    if (node < this.#size) this.#change[node] = (this.#change[node] as number) - 1;
  }

  #pull(node: number): void {
    const left = this.#least[2 * node] as number;
    const right = this.#least[2 * node + 1] as number;
    this.#least[node] = Math.min(left, right) + (this.#change[node] as number);
  }
}

/** Sums at points, changed over ranges (Fenwick). Exact up to 2^53. */
export class PointSums {
  readonly #tree: Float64Array;

  constructor(points: number) {
    this.#tree = new Float64Array(points + 2);
  }

  /** Adds `amount` at the points from `start` to below `stop`. */
  add(start: number, stop: number, amount: number): void {
    this.#change(start, amount);
    this.#change(stop, -amount);
  }

  at(point: number): number {
    let sum = 0;
    for (let node = point + 1; node > 0; node -= node & -node) sum += this.#tree[node] as number;
    return sum;
  }

  #change(from: number, amount: number): void {
    for (let node = from + 1; node < this.#tree.length; node += node & -node) {
      this.#tree[node] = (this.#tree[node] as number) + amount;
    }
  }
}

/** Which of the intervals [from, to) that are left contains a point. */
export class Stabbing {
  readonly #size: number;
  readonly #byFrom: Int32Array;
  readonly #placeOf: Int32Array;
  readonly #from: Int32Array;
  /** Greatest `to` below each node, over the intervals in the order of `from`. */
  readonly #latest: Int32Array;

  constructor(from: Int32Array, to: Int32Array) {
    this.#byFrom = new Int32Array(from.length);
    for (let i = 0; i < from.length; i++) this.#byFrom[i] = i;
    this.#byFrom.sort((a, b) => (from[a] as number) - (from[b] as number));
    this.#from = this.#byFrom.map((i) => from[i] as number);
    this.#placeOf = new Int32Array(from.length);
    let size = 1;
    while (size < from.length) size *= 2;
    this.#size = size;
    this.#latest = new Int32Array(2 * size).fill(NONE);
    this.#byFrom.forEach((i, place) => {
      this.#placeOf[i] = place;
      this.#latest[size + place] = to[i] as number;
    });
    for (let node = size - 1; node > 0; node--) this.#pull(node);
  }

  remove(interval: number): void {
    let node = this.#size + (this.#placeOf[interval] as number);
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
      if ((this.#from[middle] as number) > point) high = middle;
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
    return (this.#latest[node] as number) > point;
  }

  #descend(start: number, point: number): number {
    let node = start;
    while (node < this.#size) node = this.#reaches(2 * node, point) ? 2 * node : 2 * node + 1;
    return this.#byFrom[node - this.#size] as number;
  }

  #pull(node: number): void {
    const left = this.#latest[2 * node] as number;
    const right = this.#latest[2 * node + 1] as number;
    this.#latest[node] = Math.max(left, right);
  }
}
