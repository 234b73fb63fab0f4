/** What an exploration came to, as the document of `--json`. */

import type { Result } from './text.ts';

/** `harness/DOCUMENTS.md` names the fields. */
export function documentOf({ exploration, figures, kept, conclusion }: Result) {
  const { asked, strategies: _, ...limits } = exploration;
  const { found: __, coverage, stop, ...rest } = figures;
  return {
    verdict: conclusion.verdict,
    exitStatus: conclusion.status,
    found: kept.map(({ found: { kinds, trial, runs, coreS }, summary }) => {
      const { strategy, seed } = trial;
      const { run, results, paths } = summary;
      return { kinds, strategy, seed, runs, coreS, command: run.command, run, results, paths };
    }),
    explored: { system: asked.system, ...limits, ...rest, stopped: stop?.kind ?? null },
    coverage,
  };
}
