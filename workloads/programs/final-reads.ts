/** What is promised once all has arrived: a rest, and then a read at every node. */

import type { Operation } from '../../systems/operations.ts';
import type { OptionSpec } from '../../systems/system.ts';
import type { WorkloadConfig } from '../workload.ts';

/** Maelstrom waits ten seconds, too. */
export const REST = {
  describe: 'seconds without load before the last reads, for what is under way to arrive',
  default: 10,
  min: 0,
  max: 3600,
} as const satisfies OptionSpec;

export function restOf(options: WorkloadConfig['options']): number {
  return Number(options['rest']);
}

export function readEverywhere(nodes: number, key: string): readonly Operation[] {
  return Array.from({ length: nodes }, (_, node) => ({ f: 'read', key, value: null, node }));
}
