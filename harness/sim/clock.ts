/** A node's two clocks: both are functions of virtual time, which the nemesis changes. */

import { assert } from '../../checkers/assert.ts';
import type { Micros } from '../../checkers/units.ts';

export class NodeClock {
  /** Parts per million by which both clocks run fast (or slow). */
  ratePpm = 0;
  /** Virtual time, and the monotonic reading then, of the last change of rate. */
  #sinceUs = 0;
  #baseUs = 0;
  /** Wall clock minus monotonic clock: the sum of the bumps in force, and the strobe's part. */
  offsetUs = 0;
  strobeUs = 0;
  /** What the wall clock says while it stands still; null while it goes. */
  #frozenUs: Micros | null = null;

  copyFrom(original: NodeClock): void {
    this.ratePpm = original.ratePpm;
    this.#sinceUs = original.#sinceUs;
    this.#baseUs = original.#baseUs;
    this.offsetUs = original.offsetUs;
    this.strobeUs = original.strobeUs;
    this.#frozenUs = original.#frozenUs;
  }

  /** Microseconds since the node's machine started; never goes back. */
  monotonicUs(timeUs: Micros): Micros {
    if (this.ratePpm === 0) return this.#baseUs + (timeUs - this.#sinceUs);
    return this.#baseUs + this.#scaled(timeUs - this.#sinceUs);
  }

  wallUs(timeUs: Micros): Micros {
    if (this.#frozenUs !== null) return this.#frozenUs;
    return this.monotonicUs(timeUs) + this.offsetUs + this.strobeUs;
  }

  get isFrozen(): boolean {
    return this.#frozenUs !== null;
  }

  /** Has the wall clock stand still from this time on, or go on, right again, where it is null. */
  freeze(sinceUs: Micros | null): void {
    if (sinceUs === null) this.#frozenUs = null;
    else this.#frozenUs ??= this.wallUs(sinceUs);
  }

  setRate(timeUs: Micros, ratePpm: number): void {
    assert(timeUs >= this.#sinceUs, 'rates change in order of time');
    assert(ratePpm > -1_000_000, 'a clock goes on, however slowly');
    this.#baseUs = this.monotonicUs(timeUs);
    this.#sinceUs = timeUs;
    this.ratePpm = ratePpm;
  }

  /** The virtual time that passes while the node's own clock advances by `delayUs`. */
  virtualDelayUs(delayUs: Micros): Micros {
    assert(delayUs >= 0, 'a timer fires after it is set');
    if (this.ratePpm === 0) return delayUs;
    return Math.ceil((delayUs * 1_000_000) / (1_000_000 + this.ratePpm));
  }

  #scaled(elapsedUs: Micros): number {
    return elapsedUs + Math.floor((elapsedUs * this.ratePpm) / 1_000_000);
  }
}
