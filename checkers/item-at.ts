/** Reading what must be there. */

import { assert } from './assert.ts';

/** The item at `i`, which lies within the list: if not, that is a bug of ours, and is said to be one. */
export function itemAt<Item>(list: readonly Item[], i: number): Item {
  assert(i >= 0 && i < list.length, 'a place outside of a list is read');
  return list[i] as Item;
}

/** The value under a key that must be there: if not, that is a bug of ours as well. */
export function entryOf<Key, Value>(map: { get(key: Key): Value | undefined }, key: Key): Value {
  const value = map.get(key);
  assert(value !== undefined, 'a key without a value is read');
  return value;
}
