/** What each kind of evidence shows of what is wrong in a run. */

import { TIERS, type Tier } from '../../checkers/agreement/property.ts';
import { findingsOf } from '../judge/tiers.ts';
import type { TimedCheck } from '../store/format.ts';

const WORDS: Readonly<Record<Tier, string>> = {
  client: 'clients',
  log: 'logs',
  decision: 'decisions',
};

/** One row a tier, with what it shows or `nothing`; none at all where nothing is wrong. */
export function evidenceRows(
  checks: readonly TimedCheck[],
): readonly (readonly [evidence: string, shows: string])[] {
  const findings = findingsOf(checks);
  if (findings.length === 0) return [];
  return TIERS.map((tier) => {
    const names = findings.flatMap((one) => (one.tier === tier ? [one.property] : []));
    return [WORDS[tier], names.join(', ') || 'nothing'];
  });
}
