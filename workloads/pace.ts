/** When operations happen and on which keys: what every workload of independent keys shares. */

import { itemAt } from '../checkers/item-at.ts';
import type { Operation } from '../systems/operations.ts';
import type { Draw, PlannedOperation, WorkloadConfig } from './workload.ts';

/** Names and times of operations, without what they do. */
type Arrival = Pick<PlannedOperation, 'id' | 'client' | 'atUs'>;

/**
 * Arrivals at the configured rate over all clients: the gaps are uniform between nothing and
 * twice the mean, the client is drawn.
 */
export function arrivals(config: WorkloadConfig, draw: Draw): Arrival[] {
  const meanGapUs = 1_000_000 / config.rate;
  const planned: Arrival[] = [];
  let atUs = 0;
  for (let id = 0; ; id++) {
    atUs += (draw('gap', 0, id) / 0x1_0000_0000) * 2 * meanGapUs;
    if (atUs >= config.timeLimitUs) return planned;
    planned.push({ id, client: draw('client', 0, id) % config.clients, atUs: Math.floor(atUs) });
  }
}

/** Maps draws to keys `k0`, `k1` ...: a key that has been used `limit` times gives way to a new one. */
export function rotatingKeys(keys: number, limit: number): (draw: number) => string {
  const current = Array.from({ length: keys }, (_, slot) => ({ number: slot, uses: 0 }));
  let fresh = keys;
  return (draw) => {
    const slot = itemAt(current, draw % keys);
    if (slot.uses === limit) {
      slot.number = fresh++;
      slot.uses = 0;
    }
    slot.uses++;
    return `k${slot.number}`;
  };
}

/** A long run uses many keys: the ones used last are read at the end. */
const FINAL_READS_MAX = 100;

/** A last read of every key. */
export function readEach(keys: readonly string[]): Operation[] {
  return keys.slice(-FINAL_READS_MAX).map((key) => ({ f: 'read', key, value: null }));
}
