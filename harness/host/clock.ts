/** A node's two clocks over the machine's: the nemesis skews them over the control channel. */

import type { Micros, Millis } from '../../checkers/units.ts';
import { fields, list, number, oneOf } from '../core/shape.ts';

/** One skew in force; those of several faults add up. As in `nemesis/fault.ts`, kind `clock`. */
export interface Skew {
  readonly mode: 'bump' | 'strobe' | 'drift';
  readonly offsetMs: Millis;
  readonly periodMs: Millis;
  readonly ratePpm: number;
}

export const skew = fields<Skew>({
  mode: oneOf('bump', 'strobe', 'drift'),
  offsetMs: number,
  periodMs: number,
  ratePpm: number,
});

/** What a node's clocks show, read back as evidence. */
export interface ClockReading {
  readonly wallUs: Micros;
  readonly monotonicUs: Micros;
  /** The machine's wall clock at the same moment. */
  readonly trueWallUs: Micros;
  readonly ratePpm: number;
  /** By how much the wall clock jumps to and fro, for every strobe in force. */
  readonly strobesMs: readonly Millis[];
}

export const clockReading = fields<ClockReading>({
  wallUs: number,
  monotonicUs: number,
  trueWallUs: number,
  ratePpm: number,
  strobesMs: list(number),
});

/** Microseconds of the machine's own clocks. */
export interface MachineClock {
  monotonicUs(): Micros;
  wallUs(): Micros;
}

export const machineClock: MachineClock = {
  monotonicUs: () => Math.floor(performance.now() * 1000),
  wallUs: () => Math.floor((performance.timeOrigin + performance.now()) * 1000),
};

/** A comparison that took no longer is good enough; at most so many are made. */
const READING_US = 200;
const READINGS_MAX = 20;

export class SkewedClock {
  readonly #machine: MachineClock;
  /** Machine time and own monotonic time at the last change: the own clock never goes back. */
  #sinceUs: Micros;
  #baseUs = 0;
  /** Where the wall clock stands aside because of drifts in force, up to the last change. */
  #driftedUs = 0;
  #ratePpm = 0;
  #offsetUs = 0;
  #strobes: readonly Skew[] = [];

  constructor(machine: MachineClock) {
    this.#machine = machine;
    this.#sinceUs = machine.monotonicUs();
  }

  /** Replaces the skews in force. Once none drifts, the wall clock is set right again. */
  set(skews: readonly Skew[]): void {
    const nowUs = this.#machine.monotonicUs();
    this.#baseUs = this.#ownUs(nowUs);
    this.#driftedUs += this.#gainUs(nowUs);
    this.#sinceUs = nowUs;
    const drifts = skews.filter((skew) => skew.mode === 'drift');
    if (drifts.length === 0) this.#driftedUs = 0;
    this.#ratePpm = sum(drifts.map((skew) => skew.ratePpm));
    this.#offsetUs = 1000 * sum(skews.filter((s) => s.mode === 'bump').map((s) => s.offsetMs));
    this.#strobes = skews.filter((skew) => skew.mode === 'strobe');
  }

  monotonicUs(): Micros {
    return this.#ownUs(this.#machine.monotonicUs());
  }

  wallUs(): Micros {
    const nowUs = this.#machine.monotonicUs();
    let wallUs = this.#machine.wallUs() + this.#offsetUs + this.#driftedUs + this.#gainUs(nowUs);
    for (const { offsetMs, periodMs } of this.#strobes) {
      // Forth in every other period; counted on the machine's clock, so all targets jump together.
      const away = Math.floor(nowUs / (1000 * periodMs)) % 2 === 0;
      if (away) wallUs += 1000 * offsetMs;
    }
    return wallUs;
  }

  /** Milliseconds of machine time in which the own clock advances by `delayUs`. */
  machineDelayMs(delayUs: Micros): Millis {
    return delayUs / (1 + this.#ratePpm / 1e6) / 1000;
  }

  read(): ClockReading {
    return {
      ...this.#compared(),
      monotonicUs: this.monotonicUs(),
      ratePpm: this.#ratePpm,
      strobesMs: this.#strobes.map(({ offsetMs }) => offsetMs),
    };
  }

  /** Both wall clocks at one moment: a busy machine may take the processor away in between. */
  #compared(): Pick<ClockReading, 'wallUs' | 'trueWallUs'> {
    let best = { wallUs: 0, trueWallUs: 0 };
    let leastUs = Number.POSITIVE_INFINITY;
    for (let attempt = 0; attempt < READINGS_MAX && leastUs > READING_US; attempt++) {
      const beforeUs = this.#machine.wallUs();
      const wallUs = this.wallUs();
      const tookUs = this.#machine.wallUs() - beforeUs;
      if (tookUs >= leastUs) continue;
      leastUs = tookUs;
      best = { wallUs, trueWallUs: beforeUs };
    }
    return best;
  }

  #ownUs(nowUs: Micros): Micros {
    return this.#baseUs + (nowUs - this.#sinceUs) + this.#gainUs(nowUs);
  }

  #gainUs(nowUs: Micros): Micros {
    return Math.floor(((nowUs - this.#sinceUs) * this.#ratePpm) / 1e6);
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
