/**
 * Every entry that is in some node's log, and who holds which: integers in typed arrays, because
 * this is touched for each append and each commit.
 *
 * An entry is known by (index, term): Log Matching says that this names its content and, through
 * `previousTerm`, everything before it. So logs are compared by comparing one entry.
 */

import { FloatColumn, IntColumn } from '../../columns.ts';
import { itemAt } from '../../item-at.ts';
import type { LogIndex, NodeId, Term } from '../../units.ts';

/** Absent: no entry, or none that is known. */
export const NONE = -1;

/** A hostile or broken trace must not make the checker allocate without bound. */
const SPAN_MAX = 2 ** 22;

/** Small enough to lie in the heap: a search of small worlds makes a table for each of many short traces. */
const FIRST_SPAN = 8;

export class EntryTable {
  /** The lowest index that is still remembered. */
  base = 1;
  /** Slot of index i in the columns by index: `i & mask`. */
  mask = FIRST_SPAN - 1;
  /** The entry that is committed at an index, the term and line in which it first was. */
  committed = new IntColumn(FIRST_SPAN).fill(NONE);
  commitTerm = new FloatColumn(FIRST_SPAN);
  commitLine = new FloatColumn(FIRST_SPAN).fill(NONE);
  /** The entry that was seen last at an index; older ones follow in `next`. */
  #head = new IntColumn(FIRST_SPAN).fill(NONE);
  /** By node: the entry at each index, and the line in which the node said so. */
  readonly logs: IntColumn[] = [];
  readonly logLines: FloatColumn[] = [];

  // Columns by entry.
  term = new FloatColumn(FIRST_SPAN);
  /** NaN where only (index, term) is known, as of the last entry of a snapshot. */
  hash = new FloatColumn(FIRST_SPAN);
  previousTerm = new FloatColumn(FIRST_SPAN);
  /** The node that reported the entry first, and the line. */
  node = new IntColumn(FIRST_SPAN);
  line = new FloatColumn(FIRST_SPAN);
  #next = new IntColumn(FIRST_SPAN);
  #used = 0;
  #free = NONE;

  /** Makes room for a node's log. */
  addNode(node: NodeId): void {
    while (this.logs.length <= node) {
      this.logs.push(new IntColumn(this.mask + 1).fill(NONE));
      this.logLines.push(new FloatColumn(this.mask + 1).fill(NONE));
    }
  }

  /** The entry of this term at `index`, or `NONE`. */
  find(index: LogIndex, term: Term): number {
    if (index < this.base || index > this.base + this.mask) return NONE;
    let entry = this.#head.get(index & this.mask);
    while (entry !== NONE && this.term[entry] !== term) entry = this.#next.get(entry);
    return entry;
  }

  /** Adds an entry that `find` did not know. `reach(index)` must hold. */
  add(index: LogIndex, term: Term, hash: number, previousTerm: Term): number {
    let entry = this.#free;
    if (entry === NONE) {
      if (this.#used === this.term.length) this.#growEntries();
      entry = this.#used++;
    } else {
      this.#free = this.#next.get(entry);
    }
    this.term[entry] = term;
    this.hash[entry] = hash;
    this.previousTerm[entry] = previousTerm;
    const at = index & this.mask;
    this.#next[entry] = this.#head.get(at);
    this.#head[at] = entry;
    return entry;
  }

  /** Makes room for `index`; false where it is too far away, or too far back, to be followed. */
  reach(index: LogIndex): boolean {
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
      let entry = this.#head.get(at);
      while (entry !== NONE) {
        const next = this.#next.get(entry);
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
    this.term = this.term.grown(capacity);
    this.hash = this.hash.grown(capacity);
    this.previousTerm = this.previousTerm.grown(capacity);
    this.line = this.line.grown(capacity);
    this.node = this.node.grown(capacity);
    this.#next = this.#next.grown(capacity);
  }

  #growIndices(index: LogIndex): void {
    const from = this.mask;
    let capacity = from + 1;
    while (index - this.base >= capacity) capacity *= 2;
    const { base } = this;
    const moved = <Column extends IntColumn | FloatColumn>(old: Column, to: Column): Column => {
      to.fill(NONE);
      for (let i = base; i <= base + from; i++) {
        to[i & (capacity - 1)] = old.get(i & from);
      }
      return to;
    };
    this.committed = moved(this.committed, new IntColumn(capacity));
    this.commitTerm = moved(this.commitTerm, new FloatColumn(capacity));
    this.commitLine = moved(this.commitLine, new FloatColumn(capacity));
    this.#head = moved(this.#head, new IntColumn(capacity));
    for (let node = 0; node < this.logs.length; node++) {
      this.logs[node] = moved(itemAt(this.logs, node), new IntColumn(capacity));
      this.logLines[node] = moved(itemAt(this.logLines, node), new FloatColumn(capacity));
    }
    this.mask = capacity - 1;
  }
}
