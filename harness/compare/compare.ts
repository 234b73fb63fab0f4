/**
 * Makes pairs of runs on several threads until the budget is used up. What each pair comes to follows
 * from its seed alone, and pairs are told in the order of their seeds: as many seeds give the same
 * populations, whatever the number of threads.
 */

import { itemAt } from '../../checkers/item-at.ts';
import {
  Crew,
  type CrewFigures,
  type CrewLane,
  type Limits,
  type Progress,
} from '../explore/crew.ts';
import { Lane } from '../explore/lane.ts';
import type { Task } from '../explore/trial.ts';
import { signatureText } from '../judge/signature.ts';
import type { PairAsked, PairTrial } from './pair.ts';
import type { PairQuestion } from './pair-thread.ts';

/** How far a comparison goes. */
export interface CompareLimits extends Limits {
  /** They take turns, seed by seed. */
  readonly strategies: readonly string[];
}

/** A pair came out otherwise in another thread. */
interface Differs {
  readonly kind: 'differs';
  readonly task: Task;
}

export interface Pairs extends CrewFigures<Differs> {
  /** By seed. */
  readonly trials: readonly PairTrial[];
}

/** How far it is. */
export interface CompareState extends Progress {
  readonly pairs: number;
  /** Runs that broke something. */
  readonly invalid: { readonly a: number; readonly b: number };
}

export type PairLane = CrewLane<PairQuestion, PairTrial>;

export interface CompareTelling {
  /** After each pair. */
  readonly step: (state: CompareState) => void;
  /** B broke what neither it nor A had broken before. */
  readonly found: (kind: string, trial: PairTrial) => void;
}

export async function compare(
  asked: PairAsked,
  limits: CompareLimits,
  signal: AbortSignal,
  telling: CompareTelling,
  makeLane: () => PairLane = () => new Lane('pair'),
): Promise<Pairs> {
  const { strategies } = limits;
  const trials: PairTrial[] = [];
  const kinds = new Set<string>();
  const invalid = { a: 0, b: 0 };
  const account = (trial: PairTrial) => {
    trials.push(trial);
    for (const side of ['a', 'b'] as const) {
      if (trial[side].verdict === 'invalid') invalid[side]++;
      for (const kind of trial[side].kinds.map(signatureText)) {
        if (side === 'b' && !kinds.has(kind)) telling.found(kind, trial);
        kinds.add(kind);
      }
    }
  };
  const crew: Crew<PairQuestion, PairTrial, Differs> = new Crew(
    limits,
    signal,
    {
      strategy: (begun) => itemAt(strategies, begun % strategies.length),
      question: (task) => ({ asked, task }),
      made: (trial) => {
        account(trial);
        telling.step({ ...crew.progress, pairs: trials.length, invalid: { ...invalid } });
        return false;
      },
      isEnough: () => false,
      isSame: (one, other) => one.a.digest === other.a.digest && one.b.digest === other.b.digest,
      differs: (task) => ({ kind: 'differs', task }),
    },
    makeLane,
  );
  const ended = await crew.run();
  return { ...ended, trials: trials.toSorted((one, other) => one.seed - other.seed) };
}
