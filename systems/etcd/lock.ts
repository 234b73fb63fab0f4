/**
 * Changes under a lock of etcd's own, on a lease: what it is for, and what it is not enough for. Who
 * holds it may have lost it without knowing; fenced, what is written says which hold of the lock it
 * belongs to, and is refused where that is over.
 */

import type { LogIndex } from '../../checkers/units.ts';
import type { Exchange } from '../member.ts';
import { asked } from './asked.ts';
import { createdIn, get, grant, leaseIn, lock, lockedIn, revoke } from './gateway.ts';

/** A hold of a lock: its key exists from this revision on, for as long as it lasts. */
export interface Hold {
  readonly key: string;
  /** Null where nobody asked. */
  readonly created: LogIndex | null;
}

/**
 * Does something while it holds a lock, and lets go of it. Before it holds it nothing has changed,
 * whatever goes wrong; a lease that is left behind ends by itself.
 */
export function* holding<Result>(
  name: string,
  { leaseS, isFenced }: { readonly leaseS: number; readonly isFenced: boolean },
  act: (hold: Hold) => Exchange<Result>,
): Exchange<Result> {
  const lease = leaseIn(yield* asked(grant(leaseS), 'changes nothing'));
  const key = lockedIn(yield* asked(lock(name, lease), 'changes nothing'));
  const created = isFenced ? createdIn(yield* asked(get(key, false), 'changes nothing')) : null;
  const result = yield* act({ key, created });
  // What was done is done, whether this comes through or not.
  yield revoke(lease);
  return result;
}
