/** Snapshots: taking one, putting it in the place of what it covers, installing another's. */

import { assert } from '../../checkers/assert.ts';
import type { NodeId } from '../../checkers/units.ts';
import { emptyKv, restoreKv } from '../kv.ts';
import { forgetSlots } from '../slot-learning.ts';
import { answerCovered } from './answers.ts';
import { forgetConfigurations } from './configurations.ts';
import type { Multi } from './context.ts';
import type { Configuration, MultiRecord, Snapshot } from './messages.ts';
import { traceConfiguration } from './reconfiguration.ts';
import { NO_BALLOT } from './state.ts';

export function takeSnapshot(multi: Multi): void {
  const { state, rules } = multi;
  const slot = state.applied;
  forgetConfigurations(state, slot);
  const configurations = rules.snapshotConfigurations(state, slot);
  compact(multi, { slot, kv: rules.snapshotState(state.kv), configurations });
  trace(multi, 'take');
}

/**
 * Replaces the own state by a snapshot that is ahead of it; an old one is not looked at. Whether it
 * was installed: what is chosen behind it may go on then.
 */
export function install(multi: Multi, snapshot: Snapshot): boolean {
  const { state, rules } = multi;
  if (!rules.installsSnapshot(state, snapshot)) return false;
  state.kv = snapshot.kv === null ? emptyKv() : restoreKv(snapshot.kv);
  state.applied = snapshot.slot;
  adoptConfigurations(multi, snapshot);
  state.chosenUpTo = Math.max(state.chosenUpTo, snapshot.slot);
  compact(multi, snapshot);
  trace(multi, 'install');
  answerCovered(multi, snapshot.slot);
  return true;
}

function adoptConfigurations(multi: Multi, { configurations }: Snapshot): void {
  const { state } = multi;
  const known = state.configurations.at(-1)?.from ?? 0;
  const adopted = configurations ?? allMembers(state.members);
  state.configurations.splice(0, state.configurations.length, ...adopted);
  for (const each of adopted) if (each.from > known) traceConfiguration(multi, each);
}

/** Who votes before anybody has changed that. */
export function allMembers(members: readonly NodeId[]): readonly Configuration[] {
  return [{ from: 1, voters: members }];
}

/** Drops what the snapshot covers, in memory and, atomically, on disk. */
function compact(multi: Multi, snapshot: Snapshot): void {
  const { state, env, rules } = multi;
  assert(snapshot.slot >= 0, 'a snapshot of nothing');
  assert(snapshot.slot >= state.snapshot.slot, 'a snapshot takes the place of an earlier one');
  state.snapshot = snapshot;
  forgetSlots(snapshot.slot, state.accepted, state.chosen, state.notices, state.proposals);
  for (const records of rules.compaction({ kind: 'snapshot', snapshot }, durableRest(multi))) {
    env.checkpoint(records);
  }
}

function durableRest(multi: Multi): MultiRecord[] {
  const { state } = multi;
  const rest: MultiRecord[] = [];
  if (state.ownBallot !== NO_BALLOT) rest.push({ kind: 'ballot', ballot: state.ownBallot });
  if (state.promised !== NO_BALLOT) rest.push({ kind: 'promise', ballot: state.promised });
  for (const [slot, { ballot, command }] of state.accepted) {
    rest.push({ kind: 'accept', ballot, slot, command });
  }
  return rest;
}

function trace(multi: Multi, op: 'take' | 'install'): void {
  const { state, env } = multi;
  const last = { term: 0, index: state.snapshot.slot };
  env.trace({ kind: 'snapshot', op, last, stateHash: state.kv.hash });
}
