/** 32-bit hashes of plain data, the same on every machine: identities of values, not secrets. */

import { entriesOf, isMap, type Value } from '../checkers/value.ts';

/** Start of a chain of `mix`. */
export const HASH_SEED = 0x811c9dc5;

/** Folds a number into a hash. Integers beyond 32 bits count in full. */
export function mix(hash: number, value: number): number {
  const low = Math.imul(hash ^ value, 0x9e3779b1);
  const high = Math.imul(low ^ (low >>> 15) ^ Math.floor(value / 0x1_0000_0000), 0x85ebca6b);
  return (high ^ (high >>> 13)) >>> 0;
}

export function mixString(hash: number, text: string): number {
  let result = hash;
  for (let i = 0; i < text.length; i++) {
    result = Math.imul(result ^ text.charCodeAt(i), 0x01000193);
  }
  return mix(result, text.length);
}

/** Folds a value into a hash; values of different types differ. */
export function mixValue(hash: number, value: Value): number {
  if (value === null) return mix(hash, 1);
  if (typeof value === 'number') return mixNumber(mix(hash, 2), value);
  if (typeof value === 'string') return mixString(mix(hash, 3), value);
  if (typeof value === 'boolean') return mix(hash, value ? 4 : 5);
  if (isMap(value)) {
    const flat = entriesOf(value).flat();
    return flat.reduce<number>(mixValue, mix(hash, -1 - flat.length));
  }
  let result = mix(hash, 6 + value.length);
  for (const item of value) result = mixValue(result, item);
  return result;
}

/** The hash of one value. */
export function hashOf(value: Value): number {
  return mixValue(HASH_SEED, value);
}

function mixNumber(hash: number, value: number): number {
  return Number.isSafeInteger(value) ? mix(hash, value) : mixString(hash, String(value));
}
