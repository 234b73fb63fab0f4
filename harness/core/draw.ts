/**
 * Randomness is keyed, not streamed: a draw is a hash of (seed, domain, who, counter), so removing
 * one event does not re-roll the others, and the same draw can be made again from anywhere.
 *
 * Integer arithmetic only: the same numbers on every machine and every JavaScript engine.
 */

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
