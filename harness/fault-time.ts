/** When a fault is to end, and whether it counts: on a slow machine neither is as it was planned. */

import type { PlannedFault, Receipt } from '../nemesis/fault.ts';

/** A fault that was in force for less shows nothing. */
const SHORT_US = 50_000;

/** One that began late is in force for half of its time all the same. `inForceUs`: since when. */
export function dueUs({ startUs, endUs }: PlannedFault, inForceUs: number | undefined): number {
  return Math.max(endUs, (inForceUs ?? startUs) + Math.floor((endUs - startUs) / 2));
}

/** What its end shows that its start could not: that it had held after all, or for moments only. */
export function correction(
  { startUs, endUs }: PlannedFault,
  { held }: Receipt,
  inForceUs: number | undefined,
  endedUs: number,
): 'held' | 'short' | null {
  if (inForceUs === undefined) return held === true ? 'held' : null;
  return endedUs - inForceUs < Math.max(SHORT_US, (endUs - startUs) / 4) ? 'short' : null;
}
