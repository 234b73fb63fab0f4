/** The configurations on the way to the one at hand, each with what has been tried from it. */

import type { IntColumn } from '../../columns.ts';
import type { Scratch } from './scratch.ts';

const RECORD = 0;
const NEXT_MOVE = 1;
const TRAIL_LENGTH = 2;
const STATE_BEFORE = 3;
const MOVE = 4;
const WORDS = 5;

export class Frames {
  depth = 0;
  #words: IntColumn;

  constructor(scratch: Scratch) {
    this.#words = scratch.ints(64 * WORDS);
  }

  /**
   * `record` is the configuration in the memo, `move` what led there. `stateBefore`: before that
   * move, where nothing was absorbed with it; else -1.
   */
  push(record: number, move: number, stateBefore: number, trailLength: number): void {
    const at = this.depth++ * WORDS;
    if (at + WORDS > this.#words.length) this.#words = this.#words.grown(this.#words.length * 2);
    this.#words[at + RECORD] = record;
    this.#words[at + NEXT_MOVE] = 0;
    this.#words[at + TRAIL_LENGTH] = trailLength;
    this.#words[at + STATE_BEFORE] = stateBefore;
    this.#words[at + MOVE] = move;
  }

  /** Of the last frame, as all that follow. */
  get record(): number {
    return this.#top(RECORD);
  }
  /** The first move that has not been tried. */
  get nextMove(): number {
    return this.#top(NEXT_MOVE);
  }
  set nextMove(move: number) {
    this.#words[(this.depth - 1) * WORDS + NEXT_MOVE] = move;
  }
  get trailLength(): number {
    return this.#top(TRAIL_LENGTH);
  }
  get stateBefore(): number {
    return this.#top(STATE_BEFORE);
  }
  get move(): number {
    return this.#top(MOVE);
  }

  #top(word: number): number {
    return this.#words.get((this.depth - 1) * WORDS + word);
  }
}
