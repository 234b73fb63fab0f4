/**
 * Makes what an exploration found again, stored as `ordeal run` stores it, holds it to that, and makes
 * it small.
 */

import { EXIT, infrastructure } from '../core/errors.ts';
import { prepare } from '../run/prepare.ts';
import type { RunContext } from '../run/prepared.ts';
import { runAndStore } from '../run/run.ts';
import type { ShrinkOptions } from '../shrink/shrink.ts';
import { type ShrunkRun, shrinkAndStore } from '../shrink/shrunk-run.ts';
import type { RunSummary } from '../store/format.ts';
import type { Found } from './explore.ts';

/** A violation with the run that shows it, which was stored. */
export interface Kept {
  readonly found: Found;
  readonly summary: RunSummary;
  /** The same made small; null where that was not asked for. */
  readonly small: ShrunkRun | null;
}

/**
 * Makes and stores a run that showed a violation; throws where it does not show one any more. Null
 * for `shrinking` leaves it as large as it is.
 */
export async function keep(
  found: Found,
  context: RunContext,
  shrinking: ShrinkOptions | null,
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
  const small =
    shrinking === null || signature === undefined
      ? null
      : await shrinkAndStore(prepared, signature, shrinking, context);
  return { found, summary, small };
}
