/** One way to make a failing case smaller. */

import type { Case } from './case.ts';

/**
 * Proposes smaller things one by one, and is told each time what still fails of that (perhaps even
 * less than was proposed), or null. In the end it answers with the smallest, or what it began with.
 */
export type Search<Whole> = Generator<Whole, Whole, Whole | null>;

export interface Pass {
  readonly name: string;
  smaller(from: Case): Search<Case>;
}

/** The first of these that still fails, else the one at hand. */
export function* firstThatFails<Whole>(from: Whole, candidates: Iterable<Whole>): Search<Whole> {
  for (const candidate of candidates) {
    const failing = yield candidate;
    if (failing !== null) return failing;
  }
  return from;
}
