/**
 * One cell of a kill matrix: a variant, or the system as it should be, hunted on one core by one
 * strategy or by several, until something is found or the budget is used up.
 */

import type { Variant } from '../../../systems/system.ts';
import type { RunRequest } from '../../config/config.ts';
import { deadline } from '../../core/deadline.ts';
import type { Signature } from '../../judge/signature.ts';
import { isOfLiveness } from '../../judge/tiers.ts';
import type { CaseSize } from '../../shrink/case.ts';
import { shrink } from '../../shrink/shrink.ts';
import { Portfolio } from '../portfolio.ts';
import { Explored, type Task } from '../trial.ts';

/** What is hunted, how, and how far. */
export interface Hunt {
  /** The system, with the variant by its id or with the file of rules that it stands in. */
  readonly asked: RunRequest;
  /** Of the variants of a file, the one that is hunted; null for all that is asked for. */
  readonly only: string | null;
  readonly kind: Variant['kind'] | 'correct';
  /** Of several, each gets its share (`portfolio.ts`). */
  readonly strategies: readonly string[];
  readonly firstSeed: number;
  /** Null for no limit. */
  readonly seeds: number | null;
  /** Of one core. */
  readonly budgetS: number;
  /** How long a find is made small; 0 leaves it as it is. */
  readonly shrinkS: number;
}

/** The first run that shows it. */
export interface Kill extends Task {
  readonly kinds: readonly Signature[];
  /** What it takes, made small; null where that was not asked for. */
  readonly small: CaseSize | null;
}

/** What a hunt came to. */
export interface Cell {
  /** With the one that shows it. */
  readonly runs: number;
  readonly valid: number;
  readonly unknown: number;
  /** Seconds of one core until it was found, or until the end; without making it small. */
  readonly coreS: number;
  readonly simulatedS: number;
  /** Times that the variant decided otherwise: 0 tells a weak schedule from a weak checker. */
  readonly changed: number;
  readonly kill: Kill | null;
}

/**
 * Every run is judged by all of its checkers, linearizability among them: what was not decided is
 * unknown, and counts as neither clean nor found.
 */
export async function huntCell(hunt: Hunt): Promise<Cell> {
  const explored = await Explored.of(hunt.asked, hunt.only);
  const portfolio = new Portfolio(hunt.strategies);
  const counts = { valid: 0, invalid: 0, unknown: 0 };
  let [runs, coreS, simulatedS, changed] = [0, 0, 0, 0];
  let kill: Kill | null = null;
  while (kill === null && coreS < hunt.budgetS && runs < (hunt.seeds ?? Number.POSITIVE_INFINITY)) {
    const task: Task = { strategy: portfolio.next(), seed: hunt.firstSeed + runs };
    const trial = explored.try(task);
    runs++;
    coreS += trial.seconds;
    simulatedS += trial.simulatedS;
    counts[trial.verdict]++;
    for (const reach of Object.values(trial.variants)) changed += reach.changed;
    portfolio.told(task.strategy, trial.events, []);
    // What is harmless may still be slow: some decoys only elect more often.
    const kinds = trial.kinds.filter((one) => hunt.kind !== 'decoy' || !isOfLiveness(one));
    const [signature] = kinds;
    if (signature === undefined) continue;
    kill = { ...task, kinds, small: await smallOf(explored, task, signature, hunt.shrinkS) };
  }
  const { valid, unknown } = counts;
  return { runs, valid, unknown, coreS, simulatedS, changed, kill };
}

/** What is left of a run that shows it. */
async function smallOf(
  explored: Explored,
  task: Task,
  signature: Signature,
  budgetS: number,
): Promise<CaseSize | null> {
  if (budgetS === 0) return null;
  const isOver = deadline(1000 * budgetS);
  return (await shrink(explored.simulation(task), signature, { isOver }))?.after ?? null;
}
