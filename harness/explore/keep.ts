/** Makes what an exploration found again, stored as `ordeal run` stores it, and holds it to that. */

import { EXIT, infrastructure } from '../core/errors.ts';
import { prepare } from '../run/prepare.ts';
import type { RunContext } from '../run/prepared.ts';
import { runAndStore } from '../run/run.ts';
import type { RunSummary } from '../store/format.ts';
import type { Found } from './explore.ts';

/** A violation with the run that shows it, which was stored. */
export interface Kept {
  readonly found: Found;
  readonly summary: RunSummary;
}

/** Makes and stores a run that showed a violation; throws where it does not show one any more. */
export async function keep(found: Found, context: RunContext): Promise<Kept> {
  const { trial } = found;
  const summary = await runAndStore(await prepare(trial.request), context);
  const { results, run } = summary;
  if (results.exitStatus === EXIT.invalid || results.exitStatus === EXIT.interrupted) {
    return { found, summary };
  }
  throw infrastructure(
    `seed ${trial.seed} by ${trial.strategy} was invalid when judged in memory ` +
      `(${trial.because}), and ${results.verdict.kind} when made again and judged from disk ` +
      `(${run.command})`,
  );
}
