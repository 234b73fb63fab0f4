/**
 * Delta debugging (Zeller and Hildebrandt 2002, "Simplifying and isolating failure-inducing input"):
 * leaves items of a list out, in groups that are ever smaller, as long as what is left still fails.
 */

import type { Search } from './pass.ts';

/** A list within something larger. */
export interface Part<Whole, Item> {
  items(whole: Whole): readonly Item[];
  with(whole: Whole, items: readonly Item[]): Whole;
}

/**
 * Tries to leave out everything, then halves, quarters and so on, and at last every single item until
 * none can be spared. About 2 n proposals where hardly anything is needed, n^2 at worst.
 */
export function* leaveOut<Whole, Item>(from: Whole, part: Part<Whole, Item>): Search<Whole> {
  let best = from;
  let size = part.items(best).length;
  while (size > 0) {
    const before = best;
    let at = 0;
    while (at < part.items(best).length) {
      const failing = yield part.with(best, part.items(best).toSpliced(at, size));
      if (failing === null) at += size;
      else best = failing;
    }
    if (size > 1) size = Math.ceil(size / 2);
    else if (best === before) break;
  }
  return best;
}
