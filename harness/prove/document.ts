/** What `ordeal prove --json` prints. */

import type { Outcome } from '../judge/outcome.ts';
import type { RunSummary } from '../store/format.ts';
import { isFolded, lostIn } from './model.ts';
import type { Proof } from './prove.ts';
import { storyLines } from './story.ts';

export function documentOf(proof: Proof, { verdict, status }: Outcome, paths: RunSummary['paths']) {
  const { model, end, covered, local, reported, seconds, searchedS, walked, violation, reached } =
    proof;
  const { system, variants, workload, options, bounds, from } = model;
  return {
    verdict,
    exitStatus: status,
    system: system.name,
    variants: variants.map(({ id }) => id),
    workload: workload.name,
    bounds,
    from,
    folds: isFolded(model),
    options,
    lost: lostIn(model),
    end,
    covered: { ...covered, nodeStates: local.states, nodeSteps: local.steps, reported },
    walked,
    seconds,
    statesPerSecond: searchedS > 0 ? Math.round(covered.states / searchedS) : 0,
    reached,
    shortest: violation?.shortest ?? null,
    paths,
    story: violation === null ? null : storyLines(violation, system),
  };
}
