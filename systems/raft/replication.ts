/** Log replication: AppendEntries, their answers, and what is written (section 5.3). */

import type { LogIndex, NodeId } from '../../checkers/units.ts';
import { accept, depose, refuse } from './acknowledgements.ts';
import { merge } from './append.ts';
import { followCommit } from './commit.ts';
import type { Raft } from './context.ts';
import { noteDurable } from './log.ts';
import type { AppendEntries, AppendReply, SnapshotReply } from './messages.ts';
import { becomeProbe, noteAccepted, progressOf } from './progress.ts';
import { countAnswer } from './reads.ts';
import { heardLeader } from './roles.ts';
import { lacksEntries, sendNext, sendPiece } from './sending.ts';
import { settle, settleOwn } from './settle.ts';
import { continueTransfer } from './transfer.ts';

export function onAppendEntries(raft: Raft, from: NodeId, message: AppendEntries): void {
  const { state, rules } = raft;
  const decision = rules.appendDecision(state, message);
  if (decision === 'stale') {
    depose(raft, from, message);
    return;
  }
  heardLeader(raft, from, message);
  if (decision === 'conflict') {
    refuse(raft, from, message);
    return;
  }
  merge(raft, message);
  accept(raft, from, rules.appendReply(state, message), message);
  followCommit(raft, rules.followerCommit(state, message));
}

/** Leader. */
export function onAppendReply(raft: Raft, from: NodeId, message: AppendReply): void {
  const { state, rules } = raft;
  if (!rules.countReply(state, from, message)) return;
  if (message.ok) onAccepted(raft, from, message);
  else onRefused(raft, from, message);
  // What was committed may have ended the leadership.
  if (state.role === 'leader') countAnswer(raft, from, rules.roundConfirmed(state, from, message));
}

/** Leader: the follower waits for the piece at this offset. */
export function onSnapshotReply(raft: Raft, from: NodeId, message: SnapshotReply): void {
  const { state, rules } = raft;
  if (!rules.countReply(state, from, message)) return;
  const { sending } = progressOf(state, from);
  const wanted = sending.kind === 'snapshot' ? rules.pieceWanted(sending, message) : null;
  if (sending.kind === 'snapshot' && wanted !== null) {
    sending.offset = wanted;
    sendPiece(raft, from, sending);
  }
  countAnswer(raft, from, rules.roundConfirmed(state, from, message));
}

/** Durable entries count: the leader's own for commitment, everybody's for a later leadership. */
export function onDurable(raft: Raft, index: LogIndex): void {
  const { state } = raft;
  if (noteDurable(state, index) && state.role === 'leader') settleOwn(raft);
}

function onAccepted(raft: Raft, from: NodeId, message: AppendReply): void {
  const { state, env, rules } = raft;
  const progress = progressOf(state, from);
  const match = rules.onAppendResp(state, from, message);
  if (match !== progress.match) {
    const { term } = state;
    env.trace({ kind: 'match', peer: from, index: match, term, responseTerm: message.term });
  }
  noteAccepted(progress, match);
  // An answer to what was sent before a snapshot may come late, or twice: the snapshot goes on.
  if (progress.sending.kind !== 'snapshot' && lacksEntries(raft, progress)) sendNext(raft, from);
  if (match > state.commit) settle(raft);
  if (state.transfer?.target === from) continueTransfer(raft);
}

/**
 * A refusal of what was sent long ago says nothing about what was sent since:
 *   1. the leader sends entries 5 and 6, each in a message; 5 is lost
 *   2. the follower refuses 6, and names 5 as its end; the answer is slow
 *   3. a heartbeat finds that out as well, and 5 and 6 are sent again, and accepted
 *   4. the refusal of 2 arrives: `match` is 6 by now
 */
function onRefused(raft: Raft, from: NodeId, message: AppendReply): void {
  const { state, rules } = raft;
  if (!rules.heedsRefusal(state, from, message)) return;
  becomeProbe(progressOf(state, from), rules.nextOnConflict(state, from, message));
  sendNext(raft, from);
}
