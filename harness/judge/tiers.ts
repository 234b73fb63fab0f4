/** Which evidence a finding rests on: three tiers (`checkers/agreement/README.md`), reported apart. */

import { tierOf } from '../../checkers/agreement/properties.ts';
import type { Tier } from '../../checkers/agreement/property.ts';
import type { CheckResult } from '../../checkers/verdict.ts';

/** Checkers of what nodes tell of themselves. */
const TRACED: readonly string[] = ['agreement', 'panics', 'liveness'];

/** One thing that was found broken. */
export interface Finding {
  readonly tier: Tier;
  /** The property, or the checker where it names none. */
  readonly property: string;
}

/** Everything that the checkers of a run found broken. */
export function findingsOf(checks: readonly CheckResult[]): Finding[] {
  return checks.flatMap(({ checker, verdict }) => {
    if (verdict.kind !== 'invalid') return [];
    const traced = TRACED.includes(checker);
    const properties = verdict.properties ?? [verdict.property ?? checker];
    return properties.map((property) => ({
      tier: traced ? tierOf(property) : ('client' as const),
      property,
    }));
  });
}
