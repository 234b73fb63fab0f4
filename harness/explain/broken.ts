/** What a failing run broke, in order of time, and how much later a client could see it. */

import { nodeName, type TraceLine } from '../../checkers/trace.ts';
import { findingsOf } from '../judge/tiers.ts';
import type { Simulation } from '../run/prepared.ts';
import { record } from '../shrink/recording.ts';
import type { Broken } from '../store/explanation.ts';

/** The run to its end, whatever it breaks on the way. */
export function brokenBy(simulation: Simulation): readonly Broken[] {
  const whole = { ...simulation.config, stopAtViolation: false };
  const { history, trace, checks, violations } = record({ ...simulation, config: whole });
  const reported = new Map(
    violations.map(({ property, lines }) => [property, lines.at(-1)] as const),
  );
  const broken = findingsOf(checks).map(({ checker, property, tier }): Broken => {
    const isSeen = tier === 'client';
    const at = reported.get(property);
    const line: TraceLine | undefined = at === undefined ? undefined : trace[at];
    const verdict = checks.find((check) => check.checker === checker)?.verdict;
    const events = verdict?.kind === 'invalid' ? verdict.events : [];
    const lastNs = Math.max(...events.map((event) => history.time.get(event)));
    const seenNs = Number.isFinite(lastNs) ? lastNs : null;
    const timeNs = line?.time ?? seenNs;
    return { checker, property, timeNs, node: line ? nodeName(line.node) : null, isSeen };
  });
  return broken.sort((a, b) => (a.timeNs ?? Infinity) - (b.timeNs ?? Infinity));
}
