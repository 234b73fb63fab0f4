/** Runs the cases that shrinking proposes, within what it may take. */

import { createHash } from 'node:crypto';
import type { Micros } from '../../checkers/units.ts';
import type { Variant } from '../../systems/system.ts';
import type { Catalogue } from '../config/catalogue.ts';
import { HarnessError } from '../core/errors.ts';
import { isBroken, type Signature } from '../judge/signature.ts';
import { type SimulatedRun, simulateOnce } from '../run/simulate.ts';
import { type Case, cutAt, isPossible } from './case.ts';

/** What a case is run with, and what it must come to. */
export interface TrialSpec {
  readonly variants: readonly Variant[];
  readonly catalogue: Catalogue;
  readonly signature: Signature;
  /** Other seeds that a case is tried under, besides its own: 1, 2, 3 and so on. */
  readonly otherSeeds: number;
}

/** Says, before each run, whether there is to be another one. */
export type IsOver = (runs: number) => boolean;

export class Trials {
  readonly #spec: TrialSpec;
  readonly #isOver: IsOver;
  /** Digests of what was tried: the same case does not fail the second time either. */
  readonly #tried = new Set<string>();
  #runs = 0;

  constructor(spec: TrialSpec, isOver: IsOver) {
    this.#spec = spec;
    this.#isOver = isOver;
  }

  get runs(): number {
    return this.#runs;
  }

  get isOver(): boolean {
    return this.#isOver(this.#runs);
  }

  /**
   * The candidate under the first seed under which it fails as it must, without what is planned
   * for after that; null where it fails under none, was tried before, or nothing more may be run.
   */
  attempt(candidate: Case): Case | null {
    if (!isPossible(candidate, this.#spec.catalogue)) return null;
    for (const seed of [candidate.seed, ...this.#otherSeeds(candidate.seed)]) {
      const seeded = { ...candidate, seed };
      if (!this.#isNew(seeded)) continue;
      if (this.isOver) return null;
      this.#runs++;
      const failing = this.#failing(seeded);
      if (failing === null) continue;
      this.#isNew(failing);
      return failing;
    }
    return null;
  }

  /** What a user's code refuses of a smaller case (so few clients, say) does not fail as it must. */
  #failing(candidate: Case): Case | null {
    try {
      return failingPart(candidate, this.#spec);
    } catch (error) {
      if (error instanceof HarnessError && error.failure === 'usage') return null;
      throw error;
    }
  }

  #otherSeeds(own: number): number[] {
    const seeds = Array.from({ length: this.#spec.otherSeeds }, (_, at) => at + 1);
    return seeds.filter((seed) => seed !== own);
  }

  #isNew(candidate: Case): boolean {
    const digest = createHash('sha1').update(JSON.stringify(candidate)).digest('base64');
    if (this.#tried.has(digest)) return false;
    this.#tried.add(digest);
    return true;
  }
}

/** A case without what comes after its failure; null where it does not fail as it must. */
export function failingPart(
  candidate: Case,
  { variants, catalogue, signature }: Pick<TrialSpec, 'variants' | 'catalogue' | 'signature'>,
): Case | null {
  const run = simulateOnce(candidate, variants, catalogue, candidate.stopAtViolation);
  if (!isBroken(signature, run.checks)) return null;
  const atUs = violatedAtUs(run);
  return atUs === null ? candidate : cutAt(candidate, atUs);
}

/** When a run was stopped because of what it had shown; null for one that went to its end. */
function violatedAtUs({ result: { ending } }: SimulatedRun): Micros | null {
  return ending.kind === 'violated' ? ending.atUs : null;
}
