/** Reading what must be there. */

import { assert } from './assert.ts';

/** The item at `i`, which lies within the list: if not, that is a bug of ours, and is said to be one. */
export function itemAt<Item>(list: readonly Item[], i: number): Item {
  assert(i >= 0 && i < list.length, 'a place outside of a list is read');
  return list[i] as Item;
}
