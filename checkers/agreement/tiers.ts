/** Which evidence shows a property broken (PROTOCOLS.md, sections 0.3 and 3.1): three tiers. */

/**
 * `client`: the clients' history alone shows it (black box). `log`: what nodes executed, answered,
 * recovered and converged to shows it (grey box). `decision`: only the evidence of their decisions
 * does, certificates and claims (white box).
 */
export const TIERS = ['client', 'log', 'decision'] as const;

export type Tier = (typeof TIERS)[number];

/**
 * Properties that need no more than what is executed, learned, answered, recovered and converged
 * to. Agreement over votes is not among them: what is chosen, no node knows by itself.
 */
const OF_LOGS: ReadonlySet<string> = new Set([
  'AckedApplied',
  'AckedNotDelivered',
  'AppliedMonotone',
  'ApplyAgreement',
  'ApplyGap',
  'ChosenStable',
  'D:AppliedDurable',
  'D:SnapshotDurable',
  'FifoClientOrder',
  'GlobalPrimaryOrder',
  'LocalPrimaryOrder',
  'MonotonicSession',
  'NodeIdMatch',
  'PANIC',
  'PrefixHash',
  'SessionDedupe',
  'SnapshotMatches',
  'StateDigest',
  'StateMachineSafety',
  'TotalOrder',
  'Validity',
]);

/** The tier of a property of a trace, by its name. */
export function tierOf(property: string): Tier {
  return OF_LOGS.has(property) || property.startsWith('Liveness:') ? 'log' : 'decision';
}
