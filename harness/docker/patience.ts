/**
 * How long to wait for what a machine has to bring up: as long as it moves on, within limits that
 * follow from how slow the machine showed itself to be when the run began.
 */

import { availableParallelism, loadavg } from 'node:os';
import type { Millis } from '../../checkers/units.ts';

/** Slower than this nobody waits for: the limits stay finite on a machine that hardly moves. */
const SLOWNESS_MAX = 20;
/** Something moves all the time and still leads nowhere: elections that never end, say. */
const LIMITS_IN_ALL = 3;
const SPIN_MS = 30;

/** What limits are made of. */
export interface Pace {
  /** By how much longer work takes here than on an idle machine, from 1. */
  readonly slowness: number;
  /** What the user set instead, in seconds; null for nothing. */
  readonly startupTimeoutS: number | null;
}

/** Looks at the machine: what others leave of a processor now, and what they left of late. */
export function measurePace(startupTimeoutS: number | null): Pace {
  const began = performance.now();
  const cpuBefore = process.cpuUsage();
  let cpuMs = 0;
  while (cpuMs < SPIN_MS) {
    const { user, system } = process.cpuUsage(cpuBefore);
    cpuMs = (user + system) / 1000;
  }
  const stretch = (performance.now() - began) / cpuMs;
  const load = (loadavg()[0] ?? 0) / availableParallelism();
  const slowness = Math.min(SLOWNESS_MAX, Math.max(1, stretch, load));
  return { slowness: Math.round(slowness * 10) / 10, startupTimeoutS };
}

/** One wait. Time without progress counts, and in the end all of it. */
export class Patience {
  readonly #pace: Pace;
  readonly #idleMs: Millis;
  readonly #now: () => number;
  readonly #beganMs: Millis;
  #movedMs: Millis;
  #sign = '';

  /** `idleMs` is the limit on an idle machine. */
  constructor(pace: Pace, idleMs: Millis, now: () => number = () => performance.now()) {
    this.#pace = pace;
    this.#idleMs = idleMs;
    this.#now = now;
    this.#beganMs = now();
    this.#movedMs = this.#beganMs;
  }

  /** Whether to go on waiting; `sign` is whatever changes when things move on. */
  goesOn(sign: string): boolean {
    const nowMs = this.#now();
    if (sign !== this.#sign) this.#movedMs = nowMs;
    this.#sign = sign;
    const limitMs = this.#limitMs();
    return nowMs - this.#movedMs < limitMs && nowMs - this.#beganMs < LIMITS_IN_ALL * limitMs;
  }

  /** How long it was, and by which limit, as the end of a sentence. */
  describe(): string {
    const nowMs = this.#now();
    const { slowness, startupTimeoutS } = this.#pace;
    const limit = `limit ${seconds(this.#limitMs())} without progress`;
    const why =
      startupTimeoutS !== null
        ? 'by --startup-timeout'
        : slowness === 1
          ? '--startup-timeout sets it'
          : `${seconds(this.#idleMs)} on an idle machine, and this one is ${slowness} times slower; ` +
            '--startup-timeout sets it';
    const idle = seconds(nowMs - this.#movedMs);
    return `given up after ${seconds(nowMs - this.#beganMs)}, ${idle} without progress (${limit}: ${why})`;
  }

  #limitMs(): Millis {
    const { slowness, startupTimeoutS } = this.#pace;
    return startupTimeoutS === null ? this.#idleMs * slowness : startupTimeoutS * 1000;
  }
}

function seconds(ms: Millis): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
