/**
 * Snapshots for followers whose next entry is compacted (section 7, Figure 13): the leader sends
 * its own in pieces, each once the one before is confirmed; the follower installs the whole.
 */

import type { NodeId } from '../../checkers/units.ts';
import type { KvSnapshot } from '../kv.ts';
import { accept, depose } from './acknowledgements.ts';
import type { Raft } from './context.ts';
import { install } from './install.ts';
import { entriesBehind } from './log.ts';
import type { InstallSnapshot, Snapshot } from './messages.ts';
import { heardLeader } from './roles.ts';

/** Follower: takes a piece, and installs the snapshot with the last one. */
export function onInstallSnapshot(raft: Raft, from: NodeId, message: InstallSnapshot): void {
  const { state, rules } = raft;
  const { last } = message;
  const decision = rules.installDecision(state, message);
  if (decision !== 'stale') heardLeader(raft, from, message);
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
  if (offset === 0 && rules.beginsIncoming(state.incoming, message)) {
    state.incoming = { term, index, text: '' };
  }
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
