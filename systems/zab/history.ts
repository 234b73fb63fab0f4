/** The history: transactions by position and by zxid. */

import type { Zxid } from '../../checkers/agreement/zab/events.ts';
import { assert } from '../../checkers/assert.ts';
import { itemAt } from '../../checkers/item-at.ts';
import type { LogIndex } from '../../checkers/units.ts';
import type { Place, Txn } from './messages.ts';
import type { ZabState } from './state.ts';

type State = Readonly<ZabState>;

/** Zxids in the order of epochs, and within one in the order of counters. */
export function compareZxids(one: Zxid, other: Zxid): number {
  return one.epoch - other.epoch || one.counter - other.counter;
}

export function lastPosition(state: State): number {
  return state.base.position + state.log.length;
}

export function lastZxid(state: State): Zxid {
  return state.log.at(-1)?.zxid ?? state.base.zxid;
}

export function txnAt(state: State, position: LogIndex): Txn | undefined {
  const at = position - state.base.position - 1;
  // Reading an array out of its bounds makes the engine give up on it.
  return at >= 0 && at < state.log.length ? state.log[at] : undefined;
}

/** The zxid at a position that the history still tells. */
export function zxidAt(state: State, position: LogIndex): Zxid {
  return txnAt(state, position)?.zxid ?? state.base.zxid;
}

/** Transactions behind this position. */
export function txnsBehind(state: State, position: LogIndex): Txn[] {
  return state.log.slice(Math.max(0, position - state.base.position));
}

/** Why a history does not tell a transaction: it lies before its base, or is not part of it. */
export type Missing = 'compacted' | 'unavailable';

/** Where a transaction stands. */
export function positionOf(state: State, zxid: Zxid): number | Missing {
  const position = lastNotAbove(state, zxid);
  if (position === 'compacted') return 'compacted';
  return compareZxids(zxidAt(state, position), zxid) === 0 ? position : 'unavailable';
}

/** Where this server's history leaves off in each epoch, as far back as it goes. */
export function epochEnds(state: State): Zxid[] {
  const ends: Zxid[] = [];
  let end = state.base.zxid;
  for (const { zxid } of state.log) {
    if (zxid.epoch !== end.epoch && end.epoch > 0) ends.push(end);
    end = zxid;
  }
  if (end.epoch > 0) ends.push(end);
  return ends;
}

/**
 * The last transaction that two histories share, from where the other one leaves off in each
 * epoch; null if it lies before what this history still tells.
 *
 * Who holds a transaction of an epoch holds the initial history of that epoch, and of its
 * transactions all before this one. So in the last epoch of which both hold some, they agree up to
 * the end of the one that is shorter.
 */
export function lastCommon(state: State, ends: readonly Zxid[]): Place | null {
  for (let at = ends.length - 1; at >= 0; at--) {
    const theirs = itemAt(ends, at);
    const position = lastNotAbove(state, theirs);
    if (position === 'compacted') return null;
    const zxid = zxidAt(state, position);
    if (zxid.epoch === theirs.epoch) return { position, zxid };
  }
  return state.base.position === 0 ? state.base : null;
}

/** The last position whose transaction is not above `zxid`. */
function lastNotAbove(state: State, zxid: Zxid): number | 'compacted' {
  const { base, log } = state;
  if (compareZxids(zxid, base.zxid) < 0) return 'compacted';
  let low = 0;
  let high = log.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareZxids(itemAt(log, middle).zxid, zxid) <= 0) low = middle + 1;
    else high = middle;
  }
  assert(low === high && low <= log.length, 'a search ends inside of the history');
  return base.position + low;
}
