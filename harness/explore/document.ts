/** What an exploration came to, as the document of `--json`. */

import type { ExplainedRun } from '../explain/keep.ts';
import type { Result } from './text.ts';

/** `harness/DOCUMENTS.md` names the fields. */
export function documentOf({ exploration, figures, kept, conclusion }: Result) {
  const { asked, strategies: _, ...limits } = exploration;
  const { found: __, coverage: all, stop, ...rest } = figures;
  // What follows from the rest is for people.
  const { lanes: ___, overlapsMissed: ____, ...coverage } = all;
  return {
    verdict: conclusion.verdict,
    exitStatus: conclusion.status,
    found: kept.map(({ found: { kinds, trial, runs, coreS }, summary, small }) => {
      const { strategy, seed } = trial;
      const { run, results, paths } = summary;
      const shown = { kinds, strategy, seed, runs, coreS, command: run.command };
      return { ...shown, run, results, paths, small: small === null ? null : smallOf(small) };
    }),
    explored: { system: asked.system, ...limits, ...rest, stopped: stop?.kind ?? null },
    coverage,
  };
}

/** As `ordeal shrink` tells it. */
function smallOf({ before, after, runs, isWhole, repro, story, explanation }: ExplainedRun) {
  return { shrunk: { before, after, runs, isWhole }, repro, story, explanation };
}
