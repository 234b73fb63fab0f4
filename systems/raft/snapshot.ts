/** Follower: installing the leader's snapshot (section 7, Figure 13), sent as one message. */

import { emptyKv, restoreKv } from '../kv.ts';
import { replaceLog } from './apply.ts';
import type { Entry, InstallSnapshot, Snapshot } from './messages.ts';
import { accept } from './replication.ts';
import { heardLeader } from './roles.ts';
import { lastIndex, type Raft } from './state.ts';

export function onInstallSnapshot(raft: Raft, from: number, message: InstallSnapshot): void {
  const { state, rules } = raft;
  const { snapshot, round } = message;
  const decision = rules.installDecision(state, message);
  if (decision !== 'stale') heardLeader(raft, from);
  switch (decision) {
    case 'stale':
      // The answer's term deposes the old leader; the rest of it is not looked at.
      accept(raft, from, 0, round);
      break;
    case 'covered':
      accept(raft, from, snapshot.index, round);
      break;
    case 'keep-suffix':
      install(raft, snapshot, state.log.slice(snapshot.index - state.snapshot.index));
      accept(raft, from, snapshot.index, round);
      break;
    case 'replace-log':
      install(raft, snapshot, []);
      accept(raft, from, snapshot.index, round);
      break;
  }
}

function install(raft: Raft, snapshot: Snapshot, suffix: Entry[]): void {
  const { state, env, rules } = raft;
  const last = lastIndex(state);
  const ballot = rules.installedBallot(state, snapshot);
  if (ballot.term !== state.term) env.trace({ kind: 'term', term: ballot.term });
  state.term = ballot.term;
  state.votedFor = ballot.votedFor;
  state.kv = snapshot.kv === null ? emptyKv() : restoreKv(snapshot.kv);
  state.commit = snapshot.index;
  state.applied = snapshot.index;
  state.durableIndex = Math.min(state.durableIndex, snapshot.index + suffix.length);
  replaceLog(raft, snapshot, suffix);
  if (suffix.length === 0 && last > snapshot.index) {
    env.trace({ kind: 'truncate', from: snapshot.index + 1 });
  }
  const { index, term } = snapshot;
  const stateHash = state.kv.hash;
  env.trace({ kind: 'snapshot', op: 'install', last: { term, index }, stateHash });
}
