/** Faults of a run that its system does not promise to survive, in words. */

import type { RunConfig } from '../config/config.ts';

/** One sentence on them all; null where the system promises to survive every fault. */
export function beyondText({ system, beyond }: RunConfig): string | null {
  if (beyond === undefined) return null;
  const parts = Object.entries(beyond).map(([nemesis, why]) => `${nemesis}, since ${why}`);
  return `${system} does not promise to survive ${parts.join('; ')}: what breaks under it is no violation`;
}
