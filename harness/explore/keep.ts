/**
 * Makes what an exploration found again, stored as `ordeal run` stores it, holds it to that, and makes
 * it small and explains it.
 */

import type { Millis } from '../../checkers/units.ts';
import { deadline } from '../core/deadline.ts';
import { EXIT, infrastructure } from '../core/errors.ts';
import { type ExplainedRun, explainStored } from '../explain/keep.ts';
import { prepare } from '../run/prepare.ts';
import type { RunContext } from '../run/prepared.ts';
import { runAndStore } from '../run/run.ts';
import { shrinkAndStore } from '../shrink/shrunk-run.ts';
import type { IsOver } from '../shrink/trials.ts';
import type { RunSummary } from '../store/format.ts';
import type { Found } from './explore.ts';

/** A violation with the run that shows it, which was stored. */
export interface Kept {
  readonly found: Found;
  readonly summary: RunSummary;
  /** The same made small; null where that was not asked for. */
  readonly small: ExplainedRun | null;
}

/** What is spent on one violation at most. */
const SHRINK_MS = 10_000;
const EXPLAIN_MS = 5_000;

/** How long a violation is made small and explained: each is asked before its next step. */
export interface Effort {
  readonly isShrunk: IsOver;
  readonly isExplained: () => boolean;
}

/** So much time as a reader waits for; `isAborted` ends it at once. */
export function inTime(isAborted: () => boolean): Effort {
  // The clock begins with the first question.
  const after = (mostMs: Millis) => {
    let isPast: (() => boolean) | null = null;
    return () => {
      isPast ??= deadline(mostMs);
      return isAborted() || isPast();
    };
  };
  return { isShrunk: after(SHRINK_MS), isExplained: after(EXPLAIN_MS) };
}

/**
 * Makes and stores a run that showed a violation; throws where it does not show one any more. Null
 * for `effort` leaves it as large as it is.
 */
export async function keep(
  found: Found,
  context: RunContext,
  effort: Effort | null,
): Promise<Kept> {
  const { trial } = found;
  const prepared = await prepare(trial.request);
  const summary = await runAndStore(prepared, context);
  const { results, run } = summary;
  if (results.exitStatus === EXIT.interrupted) return { found, summary, small: null };
  if (results.exitStatus !== EXIT.invalid) {
    throw infrastructure(
      `seed ${trial.seed} by ${trial.strategy} was invalid when judged in memory ` +
        `(${trial.because}), and ${results.verdict.kind} when made again and judged from disk ` +
        `(${run.command})`,
    );
  }
  const [signature] = found.kinds;
  if (effort === null || signature === undefined) return { found, summary, small: null };
  const shrunk = await shrinkAndStore(prepared, signature, { isOver: effort.isShrunk }, context);
  const small =
    shrunk === null ? null : await explainStored(prepared, shrunk, signature, effort.isExplained);
  return { found, summary, small };
}
