/** Which evidence a finding rests on (PROTOCOLS.md, section 0.3): three tiers, reported apart. */

import { type Tier, tierOf } from '../checkers/agreement/tiers.ts';
import type { Violation } from '../checkers/trace.ts';
import type { CheckResult } from '../checkers/verdict.ts';

/** One thing that was found broken. */
export interface Finding {
  readonly tier: Tier;
  /** The property, or the checker where it names none. */
  readonly property: string;
}

/**
 * Everything that was found broken in a run. `violations` are those of the trace: the checker of
 * agreement gives only the first of them in its verdict.
 */
export function findingsOf(
  checks: readonly CheckResult[],
  violations: readonly Violation[],
): Finding[] {
  const others = checks.flatMap(({ checker, verdict }) => {
    if (verdict.kind !== 'invalid' || checker === 'agreement') return [];
    const property = verdict.property ?? checker;
    return [{ tier: checker === 'liveness' ? tierOf(property) : ('client' as const), property }];
  });
  const traced = violations.map(({ property }) => ({ tier: tierOf(property), property }));
  return [...others, ...traced];
}
