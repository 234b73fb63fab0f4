/** A log as far as a trace tells it: the terms of some of its entries, by index. */

import { assert } from '../../assert.ts';
import type { LogIndex, Term } from '../../units.ts';

export class KnownLog {
  readonly #terms = new Map<LogIndex, Term>();

  /** The term of the entry at `index`; null where nothing has told it. */
  termAt(index: LogIndex): Term | null {
    return this.#terms.get(index) ?? null;
  }

  /** The entry at `index` is of this term; null: whatever was known of it holds no more. */
  learn(index: LogIndex, term: Term | null): void {
    assert(index > 0, 'entries are counted from 1');
    if (term === null) this.#terms.delete(index);
    else this.#terms.set(index, term);
  }

  /** Nothing is known any more of what stands behind `index`. */
  forgetBehind(index: LogIndex): void {
    for (const known of this.#terms.keys()) if (known > index) this.#terms.delete(known);
  }

  copy(): KnownLog {
    const copy = new KnownLog();
    for (const [index, term] of this.#terms) copy.#terms.set(index, term);
    return copy;
  }
}
