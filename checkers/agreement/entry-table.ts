/**
 * Every entry that is in some node's log, and who holds which: integers in typed arrays, because
 * this is touched for each append and each commit.
 *
 * An entry is known by (index, term): Log Matching says that this names its content and, through
 * `previousTerm`, everything before it. So logs are compared by comparing one entry.
 */

/** Absent: no entry, or none that is known. */
export const NONE = -1;

/** A hostile or broken trace must not make the checker allocate without bound. */
const SPAN_MAX = 2 ** 22;

export class EntryTable {
  /** The lowest index that is still remembered. */
  base = 1;
  /** Slot of index i in the columns by index: `i & mask`. */
  mask = 1023;
  /** The entry that is committed at an index, the term and line in which it first was. */
  committed = new Int32Array(1024).fill(NONE);
  commitTerm = new Float64Array(1024);
  commitLine = new Float64Array(1024).fill(NONE);
  /** The entry that was seen last at an index; older ones follow in `next`. */
  #head = new Int32Array(1024).fill(NONE);
  /** By node: the entry at each index, and the line in which the node said so. */
  readonly logs: Int32Array[] = [];
  readonly logLines: Float64Array[] = [];

  // Columns by entry.
  term = new Float64Array(1024);
  /** NaN where only (index, term) is known, as of the last entry of a snapshot. */
  hash = new Float64Array(1024);
  previousTerm = new Float64Array(1024);
  /** The node that reported the entry first, and the line. */
  node = new Int32Array(1024);
  line = new Float64Array(1024);
  #next = new Int32Array(1024);
  #used = 0;
  #free = NONE;

  /** Makes room for a node's log. */
  addNode(node: number): void {
    while (this.logs.length <= node) {
      this.logs.push(new Int32Array(this.mask + 1).fill(NONE));
      this.logLines.push(new Float64Array(this.mask + 1).fill(NONE));
    }
  }

  /** The entry of this term at `index`, or `NONE`. */
  find(index: number, term: number): number {
    if (index < this.base || index > this.base + this.mask) return NONE;
    let entry = this.#head[index & this.mask] as number;
    while (entry !== NONE && this.term[entry] !== term) entry = this.#next[entry] as number;
    return entry;
  }

  /** Adds an entry that `find` did not know. `reach(index)` must hold. */
  add(index: number, term: number, hash: number, previousTerm: number): number {
    let entry = this.#free;
    if (entry === NONE) {
      if (this.#used === this.term.length) this.#growEntries();
      entry = this.#used++;
    } else {
      this.#free = this.#next[entry] as number;
    }
    this.term[entry] = term;
    this.hash[entry] = hash;
    this.previousTerm[entry] = previousTerm;
    const at = index & this.mask;
    this.#next[entry] = this.#head[at] as number;
    this.#head[at] = entry;
    return entry;
  }

  /** Makes room for `index`; false where it is too far away, or too far back, to be followed. */
  reach(index: number): boolean {
    if (index < this.base) return false;
    if (index - this.base <= this.mask) return true;
    if (index - this.base >= SPAN_MAX) return false;
    this.#growIndices(index);
    return true;
  }

  /** Forgets every index below `base`. */
  retire(base: number): void {
    const stop = Math.min(base, this.base + this.mask + 1);
    for (let index = this.base; index < stop; index++) {
      const at = index & this.mask;
      let entry = this.#head[at] as number;
      while (entry !== NONE) {
        const next = this.#next[entry] as number;
        this.#next[entry] = this.#free;
        this.#free = entry;
        entry = next;
      }
      this.#head[at] = NONE;
      this.committed[at] = NONE;
      this.commitTerm[at] = 0;
      this.commitLine[at] = NONE;
      for (const log of this.logs) log[at] = NONE;
    }
    this.base = Math.max(base, this.base);
  }

  #growEntries(): void {
    const capacity = this.term.length * 2;
    const wider = (column: Float64Array): Float64Array<ArrayBuffer> => {
      const copy = new Float64Array(capacity);
      copy.set(column);
      return copy;
    };
    this.term = wider(this.term);
    this.hash = wider(this.hash);
    this.previousTerm = wider(this.previousTerm);
    this.line = wider(this.line);
    const node = new Int32Array(capacity);
    node.set(this.node);
    this.node = node;
    const next = new Int32Array(capacity);
    next.set(this.#next);
    this.#next = next;
  }

  #growIndices(index: number): void {
    const from = this.mask;
    let capacity = from + 1;
    while (index - this.base >= capacity) capacity *= 2;
    const { base } = this;
    const moved = <Column extends Int32Array | Float64Array>(old: Column, to: Column): Column => {
      to.fill(NONE);
      for (let i = base; i <= base + from; i++) {
        to[i & (capacity - 1)] = old[i & from] as number;
      }
      return to;
    };
    this.committed = moved(this.committed, new Int32Array(capacity));
    this.commitTerm = moved(this.commitTerm, new Float64Array(capacity));
    this.commitLine = moved(this.commitLine, new Float64Array(capacity));
    this.#head = moved(this.#head, new Int32Array(capacity));
    for (let node = 0; node < this.logs.length; node++) {
      this.logs[node] = moved(this.logs[node] as Int32Array, new Int32Array(capacity));
      this.logLines[node] = moved(this.logLines[node] as Float64Array, new Float64Array(capacity));
    }
    this.mask = capacity - 1;
  }
}
