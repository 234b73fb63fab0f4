/** Times in which an object can hold one thing only, and where two of them contradict. */

import { IntColumn } from '../../columns.ts';
import { INVOKE } from '../../history.ts';
import type { Operations } from '../operations.ts';

/**
 * What is bound together, by its first return and its last call (events). If the return comes
 * first, the object is held from the one to the other; else one moment between them is enough.
 */
export interface Zone {
  readonly firstRet: number;
  readonly lastCall: number;
}

/** `held` holds the object at a time when `other` needs it. */
export interface ZoneFault {
  readonly kind: 'zones';
  readonly held: Zone;
  readonly other: Zone;
}

/** Collects zones by their lower ends, which are events that no other zone has. */
export class Zones {
  readonly #history: Operations['history'];
  readonly #first: number;
  /** By event from `#first` on: the other end of the zone that starts there, or -1. */
  readonly #dense: IntColumn | undefined;
  /** The same where operations are thinly spread over the history: pairs. */
  readonly #sparse: [number, number][] = [];
  /** What was there at the start is held from before all events. */
  #initialEnd = -1;

  constructor({ count, call, history }: Operations) {
    this.#history = history;
    this.#first = count === 0 ? 0 : call.get(0);
    const span = history.length - this.#first;
    if (span <= 16 * count + 1024) this.#dense = new IntColumn(span).fill(-1);
  }

  add(firstRet: number, lastCall: number): void {
    if (firstRet === -1) {
      this.#initialEnd = lastCall;
      return;
    }
    const from = Math.min(firstRet, lastCall);
    const to = Math.max(firstRet, lastCall);
    if (this.#dense === undefined) this.#sparse.push([from, to]);
    else this.#dense[from - this.#first] = to;
  }

  /** Two holds that overlap, or a moment that lies wholly inside a hold. O(events). */
  contradiction(): ZoneFault | undefined {
    let from = -1;
    let until = this.#initialEnd;
    const { type } = this.#history;
    const next = (event: number, end: number): ZoneFault | undefined => {
      if (type[event] === INVOKE) {
        if (end >= until) return undefined;
        const other = { firstRet: end, lastCall: event };
        return { kind: 'zones', held: { firstRet: from, lastCall: until }, other };
      }
      if (event < until) {
        const other = { firstRet: event, lastCall: end };
        return { kind: 'zones', held: { firstRet: from, lastCall: until }, other };
      }
      from = event;
      until = end;
      return undefined;
    };
    if (this.#dense === undefined) {
      for (const [event, end] of this.#sparse.sort(([a], [b]) => a - b)) {
        const fault = next(event, end);
        if (fault !== undefined) return fault;
      }
      return undefined;
    }
    const dense = this.#dense;
    for (let at = 0; at < dense.length; at++) {
      if (dense[at] === -1) continue;
      const fault = next(at + this.#first, dense.get(at));
      if (fault !== undefined) return fault;
    }
    return undefined;
  }
}
