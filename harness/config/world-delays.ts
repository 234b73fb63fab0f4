/** How slow and unsure messages and disks are in the world that was configured. */

import type { Millis } from '../../checkers/units.ts';
import type { Options } from '../../systems/protocol.ts';
import type { System } from '../../systems/system.ts';

/** Above this chance that a node hears nothing within a time-out, leaders do not last. */
export const SILENCE_MAX = 0.02;

/** So many segments a second a busy connection carries. */
const SEGMENTS_PER_S = 100;

/** Delays of a message from node to node, in milliseconds; shares from 0 to 1. */
export interface WorldDelays {
  readonly latencyMs: Millis;
  readonly syncMs: Millis;
  /** A message and the sync that it waits for: one that is under way, and its own. */
  readonly hopMs: Millis;
  /** How long some messages are held back, or come again; 0 where none are. */
  readonly lateMs: Millis;
  /** For how long a connection stands still now and then, until a segment has come again: each wait is twice the last. */
  readonly stallMs: Millis;
  /** Share of the messages that a node cannot count on. */
  readonly unsure: number;
}

/** The delays of the world in which a system's messages travel as its links carry them. */
export function worldOf(system: System, set: Options): WorldDelays {
  const number = (name: string) => Number(set[name]);
  const latencyMs = number('network.latencyMaxUs') / 1000;
  const syncMs = number('disk.syncMaxUs') / 1000;
  const lateMax = number('network.lateMaxUs') / 1000;
  const lateShare = lateMax > latencyMs ? number('network.latePpm') / 1e6 : 0;
  const share = number('network.lossPpm') / 1e6 + lateShare;
  const isLate = lateShare > 0 || number('network.duplicatePpm') > 0;
  const hopMs = latencyMs + 2 * syncMs;
  if (system.links !== 'connections') {
    return { latencyMs, syncMs, hopMs, lateMs: isLate ? lateMax : 0, stallMs: 0, unsure: share };
  }
  // What is lost or late comes with the next copy, and holds up the rest until then.
  const resends = number('network.resends');
  const stallMs = resends === 0 ? 0 : Math.max(10, 4 * latencyMs) * (2 ** losses(share) - 1);
  const lateMs = resends === 0 && isLate ? lateMax : stallMs;
  // Each loss breaks the connection, with all that is on its way.
  const unsure = resends === 0 ? Math.min(1, SEGMENTS_PER_S * share) : share ** 2;
  return { latencyMs, syncMs, hopMs, lateMs, stallMs, unsure };
}

/** How many copies of a segment are lost one after another more than once in fifty seconds. */
function losses(share: number): number {
  if (share === 0) return 0;
  return Math.floor(Math.log(SILENCE_MAX / SEGMENTS_PER_S) / Math.log(Math.min(share, 0.9)));
}

/** The delay of a message and a sync, neither short nor long, in milliseconds. */
export function usualHopMs(set: Options): Millis {
  const usualUs = (what: string) => (Number(set[`${what}MinUs`]) + Number(set[`${what}MaxUs`])) / 2;
  return (usualUs('network.latency') + usualUs('disk.sync')) / 1000;
}

/** The worst of them, for a sentence. */
export function delaysOf({ latencyMs, syncMs }: WorldDelays): string {
  return `latency up to ${latencyMs} ms, a sync up to ${syncMs} ms`;
}
