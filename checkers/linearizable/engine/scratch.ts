/**
 * Memory for the arrays of one search, cut from a block that the next search uses again: for a
 * history of some dozen operations, thirty arrays of its own cost more than the search.
 */

import { ByteColumn, IntColumn } from '../../columns.ts';

/** Integers, and bytes, in the block. What does not fit is allocated for itself. */
const BLOCK = 1 << 15;

export class Scratch {
  /** Counts the searches that used the block; arrays of an earlier one are overwritten. */
  generation = 0;
  readonly #ints = new IntColumn(BLOCK);
  readonly #bytes = new ByteColumn(BLOCK);
  #intsUsed = 0;
  #bytesUsed = 0;

  /** Takes the whole block back. */
  reset(): void {
    this.generation++;
    this.#intsUsed = 0;
    this.#bytesUsed = 0;
  }

  ints(length: number, content = 0): IntColumn {
    const from = this.#intsUsed;
    const to = from + length;
    if (to > BLOCK)
      return content === 0 ? new IntColumn(length) : new IntColumn(length).fill(content);
    this.#intsUsed = to;
    return this.#ints.subarray(from, to).fill(content);
  }

  /** For what is written before it is read: holds anything. */
  unclearedInts(length: number): IntColumn {
    const from = this.#intsUsed;
    const to = from + length;
    if (to > BLOCK) return new IntColumn(length);
    this.#intsUsed = to;
    return this.#ints.subarray(from, to);
  }

  bytes(length: number): ByteColumn {
    const from = this.#bytesUsed;
    const to = from + length;
    if (to > BLOCK) return new ByteColumn(length);
    this.#bytesUsed = to;
    return this.#bytes.subarray(from, to).fill(0);
  }
}

let idle: Scratch | undefined = new Scratch();

/** Lends the block to `work`. A search within a search (by a model's own step) gets another one. */
export function withScratch<Result>(work: (scratch: Scratch) => Result): Result {
  const scratch = idle ?? new Scratch();
  idle = undefined;
  scratch.reset();
  try {
    return work(scratch);
  } finally {
    idle = scratch;
  }
}
