/** Less time: the end comes sooner, nothing is waited for in between, and moments are round. */

import type { Micros } from '../../checkers/units.ts';
import { SHORT_US } from '../core/fault-time.ts';
import { type Case, cutAt, withPlan } from './case.ts';
import { firstThatFails, type Pass, type Search } from './pass.ts';

/** Shorter gaps are left alone. */
const GAP_MIN_US: Micros = 10_000;
/** Less than this is left to the waits. */
const LATER_MIN_US: Micros = 1_000_000;
/** Moments are multiples of the first of these that will do. */
const ROUND_US: readonly Micros[] = [100_000, 10_000, 1_000];
/** Least and most time that load goes on after the last fault. */
const RECOVERIES_S: readonly (readonly [minS: number, maxS: number])[] = [
  [0.1, 0.5],
  [0.5, 2],
];

/** The end at the last thing that is planned, or at a half, or three quarters of the time. */
export const soonerEnd: Pass = {
  name: 'time limit',
  *smaller(from) {
    let best = from;
    for (;;) {
      const shorter = yield* firstThatFails(best, shorterRuns(best));
      if (shorter === best) return best;
      best = shorter;
    }
  },
};

function* shorterRuns(from: Case): Generator<Case> {
  for (const part of [0.5, 0.75]) {
    const cut = cutAt(from, from.timeLimitS * part * 1e6);
    if (cut.timeLimitS < from.timeLimitS) yield cut;
  }
}

/** Parts of the time that are left out before the failure, most of it first. */
const LATER_PARTS: readonly number[] = [7 / 8, 3 / 4, 1 / 2, 1 / 4];

/** Without what is planned for the first part of the time, and the rest that much sooner. */
export const laterStart: Pass = {
  name: 'start',
  *smaller(from) {
    let best = from;
    for (;;) {
      const later = yield* firstThatFails(best, laterRuns(best));
      if (later === best) return best;
      best = later;
    }
  },
};

function* laterRuns(from: Case): Generator<Case> {
  const endUs = momentsOf(from).at(-1) ?? 0;
  for (const part of LATER_PARTS) {
    const startUs = Math.floor(endUs * part);
    if (startUs < LATER_MIN_US) continue;
    const operations = from.plan.operations.filter(({ atUs }) => atUs >= startUs);
    // A fault that is in force then begins then.
    const faults = from.plan.faults
      .filter((fault) => fault.endUs >= startUs + SHORT_US)
      .map((fault) => ({ ...fault, startUs: Math.max(fault.startUs, startUs) }));
    yield moved(withPlan(from, { operations, faults }), (atUs) => atUs - startUs);
  }
}

export const shorterRecovery: Pass = {
  name: 'recovery',
  smaller: (from) =>
    firstThatFails(
      from,
      RECOVERIES_S.filter(([, maxS]) => maxS < from.recoveryMaxS).map(([minS, maxS]) => ({
        ...from,
        recoveryMinS: Math.min(minS, from.recoveryMinS),
        recoveryMaxS: maxS,
      })),
    ),
};

/** Half of every wait, and half of that, as long as it will do: all at once, then each. */
export const shorterWaits: Pass = {
  name: 'waits',
  *smaller(from) {
    let best = from;
    for (;;) {
      const failing = yield moved(best, (atUs) => Math.floor(atUs / 2));
      if (failing === null) break;
      best = failing;
    }
    for (let at = 0; at < momentsOf(best).length; at++) best = yield* shorterWait(best, at);
    return best;
  },
};

/** Less time before the moment at this place, and everything after it sooner. */
function* shorterWait(from: Case, at: number): Search<Case> {
  let best = from;
  for (;;) {
    const moments = momentsOf(best);
    const endUs = moments[at] ?? 0;
    const startUs = at === 0 ? 0 : (moments[at - 1] ?? 0);
    const lessUs = Math.ceil((endUs - startUs) / 2);
    if (endUs - startUs < GAP_MIN_US) return best;
    const failing = yield moved(best, (atUs) => (atUs >= endUs ? atUs - lessUs : atUs));
    if (failing === null) return best;
    best = failing;
  }
}

/** Moments that a reader can remember; earlier ones, so that this ends. */
export const roundMoments: Pass = {
  name: 'round moments',
  smaller: (from) =>
    firstThatFails(
      from,
      ROUND_US.map((unitUs) => moved(from, (atUs) => atUs - (atUs % unitUs))),
    ),
};

/** Every moment of the plan, each once, in order. */
function momentsOf({ plan }: Case): Micros[] {
  const moments = [
    ...plan.operations.map(({ atUs }) => atUs),
    ...plan.faults.flatMap(({ startUs, endUs }) => [startUs, endUs]),
  ];
  return [...new Set(moments)].sort((a, b) => a - b);
}

/** The case with every moment of its plan earlier; `to` keeps their order. */
function moved(from: Case, to: (atUs: Micros) => Micros): Case {
  const operations = from.plan.operations.map((one) => ({ ...one, atUs: to(one.atUs) }));
  const faults = from.plan.faults.map((one) => {
    const startUs = to(one.startUs);
    const leastUs = Math.min(SHORT_US, one.endUs - one.startUs);
    return { ...one, startUs, endUs: Math.max(to(one.endUs), startUs + leastUs) };
  });
  return withPlan(from, { operations, faults });
}
