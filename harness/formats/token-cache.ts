/** Names that come again and again in a file, without making a new string of bytes each time. */

/** A power of two. */
const SLOTS = 1024;
/** Longer tokens are rare, and seldom the same. */
const LENGTH_MAX = 32;

interface Entry {
  readonly bytes: Uint8Array;
  readonly text: string;
}

/** Remembers the last ASCII token of each hash. */
export class TokenCache {
  readonly #entries: (Entry | undefined)[] = Array.from({ length: SLOTS });

  /** The text of these bytes; undefined where they are too long, or not ASCII. */
  text(bytes: Buffer, start: number, end: number): string | undefined {
    if (end - start > LENGTH_MAX) return undefined;
    let hash = end - start;
    for (let at = start; at < end; at++) {
      const byte = bytes[at] as number;
      if (byte >= 0x80) return undefined;
      hash = (Math.imul(hash, 31) + byte) | 0;
    }
    const slot = (hash ^ (hash >>> 10)) & (SLOTS - 1);
    const known = this.#entries[slot];
    if (known !== undefined && holds(known.bytes, bytes, start, end)) return known.text;
    const text = bytes.toString('latin1', start, end);
    this.#entries[slot] = { bytes: bytes.slice(start, end), text };
    return text;
  }
}

function holds(known: Uint8Array, bytes: Buffer, start: number, end: number): boolean {
  if (known.length !== end - start) return false;
  for (let i = 0; i < known.length; i++) if (known[i] !== bytes[start + i]) return false;
  return true;
}
