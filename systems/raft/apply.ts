/** Executing committed entries, and compacting the log behind them (section 7). */

import { assert } from '../../checkers/assert.ts';
import { executeCommand } from '../executing.ts';
import { snapshotKv } from '../kv.ts';
import { answerCommand } from './answers.ts';
import { compactConfigurations, membershipOf } from './configurations.ts';
import type { Raft } from './context.ts';
import {
  entriesBehind,
  entryAt,
  isNewcomer,
  lastIndex,
  logRecords,
  replacePrefix,
  termAt,
} from './log.ts';
import type { Entry, Snapshot } from './messages.ts';

export function applyCommitted(raft: Raft): void {
  const { state, rules } = raft;
  while (rules.canApply(state)) {
    const index = state.applied + 1;
    const entry = entryAt(state, index);
    assert(typeof entry !== 'string', 'an entry to be executed is not in the log');
    const { command } = entry;
    answerCommand(raft, index, command, executeCommand(raft, index, command).result);
  }
  if (rules.snapshotDue(state)) takeSnapshot(raft);
}

/** Puts the snapshot in the place of the log up to it, in memory and, atomically, on disk. */
export function replaceLog(raft: Raft, snapshot: Snapshot, suffix: Entry[]): void {
  const { state, env } = raft;
  replacePrefix(state, snapshot, suffix);
  assert(lastIndex(state) === snapshot.index + suffix.length, 'the log ends where its entries do');
  const { term, votedFor, removedAt } = state;
  const ballot = { term, votedFor };
  env.checkpoint([
    isNewcomer(state) ? { kind: 'joins', ...ballot, removedAt } : { kind: 'vote', ...ballot },
    ...logRecords(state),
  ]);
}

function takeSnapshot(raft: Raft): void {
  const { state, rules } = raft;
  const index = state.applied;
  const term = termAt(state, index);
  assert(typeof term !== 'string', 'the term of what is executed is not in the log');
  const suffix = entriesBehind(state, index);
  const configuration = rules.snapshotConfiguration(state, index);
  replaceLog(raft, { index, term, kv: snapshotKv(state.kv), configuration }, suffix);
  compactConfigurations(state, index);
  traceSnapshot(raft, 'take');
}

/** Reports the snapshot that now stands in the place of the log. */
export function traceSnapshot(raft: Raft, op: 'take' | 'install'): void {
  const { state, env } = raft;
  const { index, term, configuration } = state.snapshot;
  const stateHash = state.kv.hash;
  const last = { term, index };
  if (configuration === null) env.trace({ kind: 'snapshot', op, last, stateHash });
  else {
    env.trace({ kind: 'snapshot', op, last, stateHash, membership: membershipOf(configuration) });
  }
}
