/** When a fault is to end, and whether it counts: on a slow machine neither is as it was planned. */

import type { Micros } from '../../checkers/units.ts';
import type { PlannedFault, Receipt } from '../../nemesis/fault.ts';

/** A fault that was in force for less shows nothing. */
export const SHORT_US: Micros = 50_000;

/** What is known of a fault that is on its way or in force. */
export interface InForce {
  /** Since when it is; undefined where no receipt says that it is. */
  readonly sinceUs: Micros | undefined;
  /** Whether it took time to carry out. */
  readonly late: boolean;
}

/**
 * One that began late is in force for half of its time all the same, and the end of the load, which
 * ends all others, waits for that where it was the machine that was late: else a slow one would see
 * faults of the last seconds begin and end at the same moment.
 */
export function dueUs(
  { startUs, endUs }: PlannedFault,
  { sinceUs, late }: InForce,
  loadEndUs: Micros,
): Micros {
  const enoughUs = (sinceUs ?? startUs) + Math.floor((endUs - startUs) / 2);
  const plannedUs = Math.max(endUs, enoughUs);
  return Math.min(plannedUs, late ? Math.max(loadEndUs, enoughUs) : loadEndUs);
}

/** What its end shows that its start could not: that it had held after all, or for moments at most. */
export function correction(
  { startUs, endUs }: PlannedFault,
  { held }: Receipt,
  inForceUs: Micros | undefined,
  endedUs: Micros,
): 'held' | 'short' | null {
  if (held === false) return 'short';
  if (inForceUs === undefined) return held === true ? 'held' : null;
  return endedUs - inForceUs < Math.max(SHORT_US, (endUs - startUs) / 4) ? 'short' : null;
}
