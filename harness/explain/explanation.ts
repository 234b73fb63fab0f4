/** Why a small failing run fails: which steps made it likely, what would have saved it, what broke first. */

import type { Nanos } from '../../checkers/units.ts';
import { type Proportion, rise } from '../core/proportion.ts';
import type { Signature } from '../judge/signature.ts';
import { storyOf } from '../report/story.ts';
import type { Simulation } from '../run/prepared.ts';
import type { Case } from '../shrink/case.ts';
import { record } from '../shrink/recording.ts';
import type { Explanation, Turn } from '../store/explanation.ts';
import { brokenBy } from './broken.ts';
import { Futures } from './futures.ts';
import { nearestSibling } from './sibling.ts';

/** Futures that are drawn from each step at most. */
const FUTURES_MAX = 100;
/** Steps that count as decisive at most: those of the steepest rise. */
const DECISIVE_MAX = 3;

/**
 * Draws futures until `isOver`, one from each step at least. Same run and same number of futures,
 * same explanation.
 */
export async function explain(
  simulation: Simulation & { readonly config: Case },
  signature: Signature,
  isOver: () => boolean,
): Promise<Explanation> {
  const { history, trace, verdict } = record(simulation);
  const steps = storyOf(history, trace, verdict, simulation.catalogue.nemeses);
  const broken = brokenBy(simulation);
  const sibling = await nearestSibling(simulation, signature, isOver);
  // While the cluster forms there is nothing to branch from: its steps have the odds of the start.
  const timesNs = steps.map(({ timeNs }) => timeNs).filter((timeNs) => timeNs >= 0);
  const futures = new Futures(simulation, signature, timesNs);
  for (let drawn = 0; drawn < FUTURES_MAX && (drawn === 0 || !isOver()); drawn++) {
    futures.draw();
    // Lets a signal through.
    await new Promise(setImmediate);
  }
  const moments = futures.moments();
  const start = moments[0]?.futures ?? { hits: 0, of: 0 };
  const oddsAt = new Map<Nanos | null, Proportion>(
    moments.map(({ timeNs, futures: odds }) => [timeNs, odds]),
  );
  const turns = steps.map((step) => ({
    ...step,
    futures: oddsAt.get(step.timeNs) ?? (step.timeNs < 0 ? start : certain(start)),
  }));
  const suspicions = futures.suspicions();
  return { start, turns: withDecisive(start, turns), suspicions, sibling, broken };
}

/** Where the run ends at once, it has happened. */
function certain({ of }: Proportion): Proportion {
  return { hits: of, of };
}

function withDecisive(start: Proportion, turns: readonly Omit<Turn, 'isDecisive'>[]): Turn[] {
  const rises = turns.map(({ futures }, at) => rise(turns[at - 1]?.futures ?? start, futures) ?? 0);
  const steepest = rises.toSorted((a, b) => b - a).slice(0, DECISIVE_MAX);
  const least = Math.max(Number.MIN_VALUE, steepest.at(-1) ?? 0);
  return turns.map((turn, at) => ({ ...turn, isDecisive: (rises[at] ?? 0) >= least }));
}
