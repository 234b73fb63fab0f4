/** Faults that overlap: what two of them hold down, cut or stop needs both to let go of it. */

import { assert } from '../../checkers/assert.ts';

/** Which faults hold each of several things of one kind (nodes down, links cut), by number from 0. */
export class Holds {
  readonly #holders: readonly Set<number>[];

  constructor(things: number) {
    this.#holders = Array.from({ length: things }, () => new Set());
  }

  /** Returns whether nobody held it before. Who holds it already changes nothing. */
  hold(thing: number, fault: number): boolean {
    const holders = this.#of(thing);
    const isFree = holders.size === 0;
    holders.add(fault);
    return isFree;
  }

  /** Returns whether nobody holds it any more. A fault that does not hold it changes nothing. */
  release(thing: number, fault: number): boolean {
    const holders = this.#of(thing);
    holders.delete(fault);
    return holders.size === 0;
  }

  /** Takes on who holds what in another one, of as many things. */
  copyFrom(original: Holds): void {
    assert(this.#holders.length === original.#holders.length, 'as many things are held');
    for (const [thing, holders] of this.#holders.entries()) {
      holders.clear();
      for (const fault of original.#of(thing)) holders.add(fault);
    }
  }

  isHeld(thing: number): boolean {
    return this.#of(thing).size > 0;
  }

  #of(thing: number): Set<number> {
    const holders = this.#holders[thing];
    assert(holders !== undefined, 'what is held is one of the things counted');
    return holders;
  }
}
