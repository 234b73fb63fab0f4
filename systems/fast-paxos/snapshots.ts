/** Snapshots: taking one, putting it in the place of what it covers, installing another's. */

import { assert } from '../../checkers/assert.ts';
import { emptyKv, restoreKv } from '../kv.ts';
import { forgetSlots } from '../slot-learning.ts';
import type { Fast } from './context.ts';
import type { FastRecord, Snapshot } from './messages.ts';
import { NO_ROUND } from './numbers.ts';
import { answerCovered, keepTime } from './waiting.ts';

export function takeSnapshot(fast: Fast): void {
  const { state, rules } = fast;
  compact(fast, { slot: state.applied, kv: rules.snapshotState(state.kv) });
  trace(fast, 'take');
}

/**
 * Replaces the own state by a snapshot that is ahead of it; an old one is not looked at. Whether it
 * was installed: what is chosen behind it may go on then.
 */
export function install(fast: Fast, snapshot: Snapshot): boolean {
  const { state, rules } = fast;
  if (!rules.installsSnapshot(state, snapshot)) return false;
  state.kv = snapshot.kv === null ? emptyKv() : restoreKv(snapshot.kv);
  state.applied = snapshot.slot;
  state.chosenUpTo = Math.max(state.chosenUpTo, snapshot.slot);
  state.taken = Math.max(state.taken, snapshot.slot);
  compact(fast, snapshot);
  trace(fast, 'install');
  keepTime(fast);
  answerCovered(fast, snapshot.slot);
  return true;
}

/** Drops what the snapshot covers, in memory and, atomically, on disk. */
function compact(fast: Fast, snapshot: Snapshot): void {
  const { state, env, rules } = fast;
  assert(snapshot.slot >= 0, 'a snapshot of nothing');
  assert(snapshot.slot >= state.snapshot.slot, 'a snapshot takes the place of an earlier one');
  state.snapshot = snapshot;
  forgetSlots(snapshot.slot, state.accepted, state.chosen, state.tallies, state.proposals);
  for (const records of rules.compaction({ kind: 'snapshot', snapshot }, durableRest(fast))) {
    env.checkpoint(records);
  }
}

function durableRest({ state }: Fast): FastRecord[] {
  const { ownRound, promised, any } = state;
  const rest: FastRecord[] = [];
  if (ownRound !== NO_ROUND) rest.push({ kind: 'round', round: ownRound });
  if (promised !== NO_ROUND) rest.push({ kind: 'promise', round: promised });
  if (any.round !== NO_ROUND) rest.push({ kind: 'any', ...any });
  for (const [slot, { round, command }] of state.accepted) {
    rest.push({ kind: 'vote', round, slot, command });
  }
  return rest;
}

function trace({ state, env }: Fast, op: 'take' | 'install'): void {
  const last = { term: 0, index: state.snapshot.slot };
  env.trace({ kind: 'snapshot', op, last, stateHash: state.kv.hash });
}
