/**
 * Randomness is keyed, not streamed: a draw is a hash of (seed, domain, who) and of a count, or of
 * the moment at which it is made. So leaving out one event does not re-roll the others, and the same
 * draw can be made again from anywhere.
 *
 * Integer arithmetic only: the same numbers on every machine and every JavaScript engine.
 */

import type { Micros } from '../../checkers/units.ts';
import type { Draw } from '../../workloads/workload.ts';

const GOLDEN = 0x9e37_79b9;

/** Murmur3's finaliser: every input bit reaches every output bit. */
function mix(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85eb_ca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2_ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** The stream of one (seed, domain, who); `seed` is any integer from 0 to 2^53 - 1. */
export function streamBase(seed: number, domain: number, who: number): number {
  const low = seed >>> 0;
  const high = Math.floor(seed / 0x1_0000_0000);
  const seeded = mix(mix(low + GOLDEN) ^ Math.imul(high, 0x7feb_352d));
  return mix(mix(seeded ^ Math.imul(domain + 1, 0x846c_a68b)) + Math.imul(who + 1, GOLDEN));
}

/** The draw at `counter` of a stream: 32 bits, uniform. */
export function drawAt(base: number, counter: number): number {
  return mix(base + Math.imul(counter, GOLDEN));
}

/**
 * The draws of one (seed, domain, who), keyed by the moment at which each is made and by how many
 * were made in that same moment: what is left out at one moment re-rolls nothing at another.
 */
export class Draws {
  readonly #base: number;
  #momentUs = Number.NEGATIVE_INFINITY;
  #momentBase = 0;
  #count = 0;

  constructor(seed: number, domain: number, who: number) {
    this.#base = streamBase(seed, domain, who);
  }

  /** Goes on as another one does; by another base, its draws are others. */
  copyFrom(original: Draws): void {
    if (this.#base !== original.#base) return;
    this.#momentUs = original.#momentUs;
    this.#momentBase = original.#momentBase;
    this.#count = original.#count;
  }

  /** 32 bits, uniform; `nowUs` is a whole number of microseconds. */
  next(nowUs: Micros): number {
    if (nowUs !== this.#momentUs) {
      const high = Math.floor(nowUs / 0x1_0000_0000);
      const low = drawAt(this.#base, nowUs >>> 0);
      this.#momentUs = nowUs;
      this.#momentBase = mix(low ^ Math.imul(high + 1, 0x7feb_352d));
      this.#count = 0;
    }
    return drawAt(this.#momentBase, this.#count++);
  }
}

/** The domains of the simulator's and the planner's own draws. */
export const DOMAIN = {
  network: 1,
  disk: 2,
  node: 3,
  client: 4,
  nemesis: 5,
  crash: 6,
  config: 7,
  connection: 8,
  variant: 9,
  variantClient: 10,
  lastFault: 11,
  step: 12,
  walk: 13,
} as const;

/** The draws that pure planners get: domains by name. */
export function namedDraw(seed: number): Draw {
  return (domain, who, counter) => drawAt(streamBase(seed, nameHash(domain), who), counter);
}

/** FNV-1a; the high bit keeps named domains apart from numbered ones. */
function nameHash(name: string): number {
  let h = 0x811c_9dc5;
  for (let i = 0; i < name.length; i++) h = Math.imul(h ^ name.charCodeAt(i), 0x0100_0193);
  return h | 0x4000_0000;
}
