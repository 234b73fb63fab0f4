/** Some runs of a cell, made and judged in memory, and what they came to, all together. */

import { createHash } from 'node:crypto';
import type { RunRequest } from '../config/config.ts';
import { Coverage, type Tallies } from '../explore/coverage.ts';
import type { Explored, Trial } from '../explore/trial.ts';
import { type Signature, signatureText } from '../judge/signature.ts';
import type { RunFigures } from '../store/format.ts';
import { addReach } from '../variants/tally.ts';

/** Which runs to make. */
export interface RunsAsked {
  readonly asked: RunRequest;
  /** They take turns. */
  readonly strategies: readonly string[];
  /** The first of all seeds of the cell; `offset` after it is the first to run. */
  readonly firstSeed: number;
  readonly offset: number;
  readonly seeds: number;
}

/** The first run that shows a kind of violation, and how many do. */
export interface Find {
  readonly signature: Signature;
  readonly seed: number;
  readonly strategy: string;
  readonly because: string;
  readonly runs: number;
}

/** Runs that could not be judged for one reason, and the first of them. */
export interface Doubt {
  readonly reason: string;
  readonly because: string;
  readonly seed: number;
  readonly strategy: string;
  readonly runs: number;
}

/** What runs came to; that of several units adds up (`night.ts`). */
export interface RunsMade {
  readonly kind: 'runs';
  readonly valid: number;
  readonly invalid: number;
  readonly unknown: number;
  readonly coreS: number;
  readonly simulatedS: number;
  readonly finds: readonly Find[];
  readonly doubts: readonly Doubt[];
  readonly variants: NonNullable<RunFigures['reached']>;
  readonly tallies: Tallies;
  /** Of every byte of every run. */
  readonly digest: string;
}

export function makeRuns(
  explored: Pick<Explored, 'try' | 'ground'>,
  { strategies, firstSeed, offset, seeds }: Omit<RunsAsked, 'asked'>,
): RunsMade {
  const coverage = new Coverage(explored.ground);
  const finds = new Map<string, Find>();
  const doubts = new Map<string, Doubt>();
  const variants: NonNullable<RunFigures['reached']> = {};
  const counts = { valid: 0, invalid: 0, unknown: 0 };
  const hash = createHash('sha256');
  let [coreS, simulatedS] = [0, 0];
  for (let at = offset; at < offset + seeds; at++) {
    const strategy = strategies[at % strategies.length];
    if (strategy === undefined) throw new Error('runs are drawn by some strategy');
    const trial = explored.try({ strategy, seed: firstSeed + at });
    counts[trial.verdict]++;
    coreS += trial.seconds;
    simulatedS += trial.simulatedS;
    coverage.add(trial.reached);
    addReach(variants, trial.variants);
    hash.update(trial.digest);
    for (const signature of trial.kinds) noteFind(finds, signature, trial);
    if (trial.verdict === 'unknown') noteDoubt(doubts, trial);
  }
  return {
    kind: 'runs',
    ...counts,
    coreS,
    simulatedS,
    finds: [...finds.values()],
    doubts: [...doubts.values()],
    variants,
    tallies: coverage.tallies(),
    digest: hash.digest('hex'),
  };
}

function noteFind(finds: Map<string, Find>, signature: Signature, trial: Trial): void {
  const { seed, strategy, because } = trial;
  const name = signatureText(signature);
  const first = finds.get(name) ?? { signature, seed, strategy, because: because ?? '', runs: 0 };
  finds.set(name, { ...first, runs: first.runs + 1 });
}

function noteDoubt(doubts: Map<string, Doubt>, trial: Trial): void {
  const { reason, because, seed, strategy } = trial;
  if (reason === null || because === null) throw new Error('what is unknown has a reason');
  const first = doubts.get(reason) ?? { reason, because, seed, strategy, runs: 0 };
  doubts.set(reason, { ...first, runs: first.runs + 1 });
}
