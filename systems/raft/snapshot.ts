/**
 * Snapshots for followers whose next entry is compacted (section 7, Figure 13): the leader sends
 * its own in pieces, each once the one before is confirmed; the follower installs the whole.
 */

import type { NodeId } from '../../checkers/units.ts';
import { emptyKv, type KvSnapshot, restoreKv } from '../kv.ts';
import { accept, depose } from './acknowledgements.ts';
import { activate } from './activation.ts';
import { replaceLog, traceSnapshot } from './apply.ts';
import { initialConfiguration } from './configurations.ts';
import type { Raft } from './context.ts';
import { serveFollowerReads } from './follower-reads.ts';
import { entriesBehind, lastIndex } from './log.ts';
import type { Entry, InstallSnapshot, Snapshot } from './messages.ts';
import { heardLeader } from './roles.ts';

/** Follower: takes a piece, and installs the snapshot with the last one. */
export function onInstallSnapshot(raft: Raft, from: NodeId, message: InstallSnapshot): void {
  const { state, rules } = raft;
  const { last } = message;
  const decision = rules.installDecision(state, message);
  if (decision !== 'stale') heardLeader(raft, from);
  switch (decision) {
    case 'stale':
      depose(raft, from, message);
      break;
    case 'covered':
      accept(raft, from, last.index, message);
      break;
    case 'keep-suffix':
    case 'replace-log': {
      const snapshot = receive(raft, from, message);
      if (snapshot === null) break;
      const keeps = decision === 'keep-suffix';
      install(raft, snapshot, keeps ? entriesBehind(state, last.index) : []);
      accept(raft, from, last.index, message);
      break;
    }
  }
}

/** Puts the pieces together; null while some are missing, and then says which comes next. */
function receive(raft: Raft, from: NodeId, message: InstallSnapshot): Snapshot | null {
  const { state, env, rules } = raft;
  const { term, last, configuration, offset, data } = message;
  const { index } = last;
  if (offset === 0) state.incoming = { term, index, text: '' };
  const { incoming } = state;
  const fits = incoming !== null && rules.isOfIncoming(incoming, message);
  const isNext = fits && rules.isNextPiece(incoming.text.length, message);
  if (isNext) incoming.text += data;
  const received = fits ? incoming.text : '';
  if (rules.isWholeSnapshot(received.length, message)) {
    state.incoming = null;
    const kv = JSON.parse(received) as KvSnapshot | null;
    return { index, term: last.term, kv, configuration };
  }
  if (isNext) {
    env.trace({ kind: 'snapshot-piece', term, index, received: received.length });
  }
  env.send(from, {
    kind: 'snapshot-reply',
    term: state.term,
    index,
    offset: received.length,
    round: rules.answeredRound(state, message),
  });
  return null;
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
  traceSnapshot(raft, 'install');
  activate(raft);
  serveFollowerReads(raft);
}
