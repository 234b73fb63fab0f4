/**
 * Leases as certificates. A leader may answer reads by itself for as long as a quorum keeps to what
 * it granted, and that is told without two clocks being compared: the leader's own clock says how
 * long ago it asked, and the bound on clocks says how much of the lease is left then.
 */

import type { Micros } from '../units.ts';

/** How long those who answer a round keep to its leader, and by how much clocks may differ. */
export interface LeaseTerms {
  readonly us: Micros;
  readonly driftPpm: number;
}

/** How old a round was when it was confirmed, and for how much longer its leader goes by it. */
export interface LeaseClaim {
  readonly ageUs: Micros;
  readonly lastsUs: Micros;
}

/** Rounding of the leader's own arithmetic. */
const SLACK_US = 1;

/** Why a lease outlasts what was granted; null where it does not. Times are on the leader's clock. */
export function outlasts({ us, driftPpm }: LeaseTerms, claim: LeaseClaim): string | null {
  const allowedUs = (us * 1_000_000) / (1_000_000 + driftPpm);
  const takenUs = claim.ageUs + claim.lastsUs;
  if (takenUs <= allowedUs + SLACK_US) return null;
  return (
    `goes by a lease for ${ms(takenUs)} from when it asked for it, and those who granted it keep ` +
    `to it for ${ms(allowedUs)} of its clock at most`
  );
}

/** A time as readers have it. */
export function ms(us: Micros): string {
  return `${Number((us / 1000).toFixed(3))} ms`;
}
