/** Makes a failing run smaller, for as long as it still breaks the same property. */

import type { Catalogue } from '../config/catalogue.ts';
import type { Signature } from '../judge/signature.ts';
import type { Simulation } from '../run/prepared.ts';
import { planOf } from '../run/simulate.ts';
import { type Case, type CaseSize, sizeOf } from './case.ts';
import type { Pass } from './pass.ts';
import {
  fewerClients,
  fewerFaults,
  fewerKeys,
  fewerOperations,
  simplerFaults,
} from './plan-passes.ts';
import {
  laterStart,
  roundMoments,
  shorterRecovery,
  shorterWaits,
  soonerEnd,
} from './time-passes.ts';
import { failingPart, type IsOver, Trials } from './trials.ts';
import { fewerNodes, plainSettings } from './world-passes.ts';

export interface ShrinkOptions {
  /** Asked before each run, with how many were made. */
  readonly isOver: IsOver;
  /** Told after each pass how far it is. */
  readonly onProgress?: (size: CaseSize, runs: number) => void;
}

export interface Shrunk {
  readonly smallest: Case;
  readonly before: CaseSize;
  readonly after: CaseSize;
  /** Runs that it took. */
  readonly runs: number;
  /** Whether nothing smaller was left to be tried, as opposed to an end before its time. */
  readonly isWhole: boolean;
}

/** Seeds that a smaller case is tried under besides its own. */
const OTHER_SEEDS = 6;

/**
 * Fewer nodes first, while there are faults enough for any seed to fail; then what is left out; then
 * what is made simpler. All of it again, as long as anything changes.
 */
export function passesOf(catalogue: Catalogue): readonly Pass[] {
  return [
    soonerEnd,
    laterStart,
    plainSettings(catalogue),
    fewerNodes,
    fewerFaults,
    fewerOperations,
    fewerClients,
    fewerKeys,
    shorterRecovery,
    simplerFaults(catalogue),
    shorterWaits,
    roundMoments,
  ];
}

/**
 * Null where the run does not break the property (any more). Else the smallest run that was found to
 * break it: a run that ends before its time keeps what it has. Deterministic but for `isOver`.
 */
export async function shrink(
  { config, variants, catalogue }: Simulation,
  signature: Signature,
  { isOver, onProgress }: ShrinkOptions,
): Promise<Shrunk | null> {
  const spec = { variants, catalogue, signature, otherSeeds: OTHER_SEEDS };
  const given: Case = { ...config, plan: planOf(config, catalogue) };
  // Stopped at the first thing that is broken it is shorter, unless that is something else.
  const failing =
    failingPart({ ...given, stopAtViolation: true }, spec) ??
    failingPart({ ...given, stopAtViolation: false }, spec);
  if (failing === null) return null;
  const trials = new Trials(spec, isOver);
  const smallest = await smallestOf(failing, trials, passesOf(catalogue), (best) => {
    onProgress?.(sizeOf(best), trials.runs);
  });
  const figures = { before: sizeOf(given), after: sizeOf(smallest), runs: trials.runs };
  return { smallest, ...figures, isWhole: !trials.isOver };
}

async function smallestOf(
  from: Case,
  trials: Trials,
  passes: readonly Pass[],
  tell: (best: Case) => void,
): Promise<Case> {
  let best = from;
  let before: Case | null = null;
  while (best !== before) {
    before = best;
    for (const pass of passes) {
      const search = pass.smaller(best);
      for (let step = search.next(); step.done !== true; ) {
        if (trials.isOver) return best;
        const failing = trials.attempt(step.value);
        best = failing ?? best;
        tell(best);
        // Lets a signal through.
        await new Promise(setImmediate);
        step = search.next(failing);
      }
    }
  }
  return best;
}
