/** Rows that wait to be expanded, first in first out, in blocks that are given back once they are empty. */

import { itemAt } from '../../checkers/item-at.ts';
import type { Row } from './row.ts';

const BLOCK = 1 << 18;
/** Before each row: its length, and the number of its state. */
const HEAD = 2;

export class Frontier {
  count = 0;
  #blocks: Int32Array[] = [new Int32Array(BLOCK)];
  #readAt = 0;
  #writeAt = 0;
  #spare: Int32Array | null = null;

  get bytes(): number {
    return (this.#blocks.length + (this.#spare === null ? 0 : 1)) * BLOCK * 4;
  }

  push(row: Row, state: number): void {
    let block = itemAt(this.#blocks, this.#blocks.length - 1);
    if (this.#writeAt + HEAD + row.length > BLOCK) {
      // A length of 0 says that the next row is in the next block.
      if (this.#writeAt < BLOCK) block[this.#writeAt] = 0;
      block = this.#spare ?? new Int32Array(BLOCK);
      this.#spare = null;
      this.#blocks.push(block);
      this.#writeAt = 0;
    }
    block[this.#writeAt] = row.length;
    block[this.#writeAt + 1] = state;
    for (let i = 0; i < row.length; i++) block[this.#writeAt + HEAD + i] = row.get(i);
    this.#writeAt += HEAD + row.length;
    this.count++;
  }

  /** Takes the first row; there must be one. */
  take(): {
    readonly block: Int32Array;
    readonly at: number;
    readonly length: number;
    readonly state: number;
  } {
    let block = itemAt(this.#blocks, 0);
    if (this.#readAt >= BLOCK || block[this.#readAt] === 0) {
      this.#spare = this.#blocks.shift() as Int32Array;
      this.#readAt = 0;
      block = itemAt(this.#blocks, 0);
    }
    const length = block[this.#readAt] as number;
    const state = block[this.#readAt + 1] as number;
    const at = this.#readAt + HEAD;
    this.#readAt = at + length;
    this.count--;
    return { block, at, length, state };
  }
}
