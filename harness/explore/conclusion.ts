/** The last word of an exploration, and its exit status. */

import type { Verdict } from '../../checkers/verdict.ts';
import { EXIT } from '../core/errors.ts';
import { outcomeOf, type RunStatus } from '../judge/outcome.ts';
import { plain, plural } from '../report/text.ts';
import type { ExplorationFigures } from './explore.ts';
import type { Kept } from './keep.ts';

export interface Conclusion {
  readonly verdict: Verdict;
  readonly status: RunStatus;
}

/**
 * A violation outweighs everything. Without one, what went wrong with our machinery or with the code
 * under test comes before what was not shown; `suspects` are the first to suspect where a run came
 * out otherwise the second time.
 */
export function conclusionOf(
  figures: ExplorationFigures,
  kept: readonly Kept[],
  suspects: readonly string[],
): Conclusion {
  const [first] = kept;
  if (first !== undefined) {
    const { verdict } = first.summary.results;
    return { verdict, status: EXIT.invalid };
  }
  const { stop, variants, strategies, unknowns } = figures;
  if (stop?.kind === 'interrupted') {
    return doubt('interrupted before anything was found', EXIT.interrupted);
  }
  if (stop?.kind === 'failed') return doubt(stop.error.message, EXIT.infrastructure);
  const runs = Object.values(strategies).reduce((sum, one) => sum + one.runs, 0);
  const valid = Object.values(strategies).reduce((sum, one) => sum + one.valid, 0);
  const differs = stop?.kind === 'differs';
  if (runs === 0) return doubt('no run came to its end within the budget', EXIT.unknown);
  if (valid === 0 && !differs) {
    const because = unknowns[0]?.because ?? 'nothing was shown';
    return doubt(`none of ${plural(runs, 'run')} could be judged: ${because}`, EXIT.unknown);
  }
  const note = `no violation in ${plural(valid, 'valid run')}`;
  // Variants that changed nothing in any of them were not tested.
  return outcomeOf(
    { kind: 'valid', note },
    {
      ending: { kind: 'finished' },
      reached: Object.keys(variants).length === 0 ? null : variants,
      determinism: differs
        ? { replays: 1, identical: 0, ...(stop.parting === null ? {} : { parting: stop.parting }) }
        : null,
      suspects,
    },
  );
}

function doubt(because: string, status: RunStatus): Conclusion {
  return { verdict: { kind: 'unknown', because: plain(because) }, status };
}
