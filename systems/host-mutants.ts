/** Planted bugs of the host that protocols run on: what it syncs too late, and what it claims too early. */

import type { Durability, HuntSettings, Variant } from './system.ts';

/** Nodes are killed while records are under way to their disks. */
export const CRASHES = {
  nemesis: ['kill', 'partition'],
  nemesisIntervalS: 1,
} as const satisfies HuntSettings;

/** Everything but records of these kinds is synced before what depends on it leaves the node. */
export function unsynced<Record extends { readonly kind: string }>(
  ...kinds: readonly Record['kind'][]
): (record: unknown) => Durability {
  return (record) => (kinds.includes((record as Record).kind) ? 'unsynced' : 'synced');
}

/** The host sends without waiting for any sync. */
export function sendBeforeSync<Rules extends object>(
  expect: readonly string[],
  hunt: HuntSettings = CRASHES,
): Variant<Rules> {
  return {
    id: 'sys-send-before-fsync',
    describe: 'the host sends without waiting for any sync',
    kind: 'mutant',
    durability: () => 'unsynced',
    source: 'general',
    expect,
    hunt,
  };
}
