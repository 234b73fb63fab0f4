/** Putting a snapshot in the place of what a follower has (section 7, Figure 13, steps 5 to 8). */

import { assert } from '../../checkers/assert.ts';
import { emptyKv, restoreKv } from '../kv.ts';
import { activate } from './activation.ts';
import { replaceLog, traceSnapshot } from './apply.ts';
import { initialConfiguration } from './configurations.ts';
import type { Raft } from './context.ts';
import { serveFollowerReads } from './follower-reads.ts';
import { EMPTY_SNAPSHOT, lastIndex } from './log.ts';
import type { Entry, Snapshot } from './messages.ts';

/** Follower: goes on from a snapshot, and from those entries of its log that stay behind it. */
export function install(raft: Raft, snapshot: Snapshot, suffix: Entry[]): void {
  const { state, env, rules } = raft;
  assert(state.role !== 'leader', 'a leader goes by its own log');
  const last = lastIndex(state);
  const ballot = rules.installedBallot(state, snapshot);
  if (ballot.term !== state.term) env.trace({ kind: 'term', term: ballot.term });
  state.term = ballot.term;
  state.votedFor = ballot.votedFor;
  state.kv = snapshot.kv === null ? emptyKv() : restoreKv(snapshot.kv);
  state.commit = snapshot.index;
  state.applied = snapshot.index;
  replaceLog(raft, snapshot, suffix);
  const configurations = rules.installedConfigurations(
    state,
    snapshot.configuration ?? initialConfiguration(state.members),
    snapshot.index,
    suffix.length > 0,
  );
  state.configurations.splice(0, state.configurations.length, ...configurations);
  if (suffix.length === 0 && last > snapshot.index) {
    env.trace({ kind: 'truncate', from: snapshot.index + 1 });
  }
  assert(lastIndex(state) === snapshot.index + suffix.length, 'what stays follows the snapshot');
  traceSnapshot(raft, 'install');
  activate(raft);
  serveFollowerReads(raft);
}

/**
 * Follower: the rest of a snapshot that was coming in from the leader of an earlier term will not come,
 * or not from this one. Its pieces are of no use, and what the follower has stays as it is. Who only
 * missed the leader of its own term for a while, and hears it again, goes on with what it has.
 */
export function giveUpIncoming(raft: Raft): void {
  const { state, rules } = raft;
  if (state.incoming === null || state.incoming.term === state.term) return;
  state.incoming = null;
  if (rules.startsOver(state)) install(raft, EMPTY_SNAPSHOT, []);
}
