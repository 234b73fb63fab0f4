/** Which evidence a finding rests on: three tiers (`checkers/agreement/README.md`), reported apart. */

import { tierOf } from '../../checkers/agreement/properties.ts';
import type { Tier } from '../../checkers/agreement/property.ts';
import type { CheckResult } from '../../checkers/verdict.ts';

/** Checkers of what nodes tell of themselves. */
const TRACED: readonly string[] = ['agreement', 'panics', 'liveness'];

/** Checkers of what is due in time: what is broken there is late, and may not be wrong. */
const TIMELY: readonly string[] = ['availability', 'liveness', 'progress'];

/** One thing that was found broken. */
export interface Finding {
  readonly tier: Tier;
  readonly checker: string;
  /** The property, or the checker where it names none. */
  readonly property: string;
}

/** Whether it is of liveness. */
export function isOfLiveness({ checker }: Pick<Finding, 'checker'>): boolean {
  return TIMELY.includes(checker);
}

/** Everything that the checkers of a run found broken. */
export function findingsOf(checks: readonly CheckResult[]): Finding[] {
  return checks.flatMap(({ checker, verdict }) => {
    if (verdict.kind !== 'invalid') return [];
    const traced = TRACED.includes(checker);
    const properties = verdict.properties ?? [verdict.property ?? checker];
    return properties.map((property) => ({
      tier: traced ? tierOf(property) : ('client' as const),
      checker,
      property,
    }));
  });
}
