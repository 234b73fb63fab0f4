/** What a leader sends: AppendEntries, or its snapshot, to each as it needs (section 5.3, 7). */

import { assert } from '../../checkers/assert.ts';
import type { NodeId } from '../../checkers/units.ts';
import type { Raft } from './context.ts';
import { lastIndex } from './log.ts';
import type { AppendEntries, Entry, Snapshot } from './messages.ts';
import { becomeSnapshot, noteSent, type Outgoing, type Progress, progressOf } from './progress.ts';

const NO_ENTRIES: readonly Entry[] = [];

/**
 * Leader: sends what each follower lacks; to all for a heartbeat, else to those in step.
 *
 * Where no more may be under way to a follower, a heartbeat is sent without entries: what is under
 * way may all be lost, and its answer, a refusal then, is the only one that will come.
 */
export function broadcast(raft: Raft, heartbeat: boolean): void {
  const { state, env, rules } = raft;
  assert(state.role === 'leader', 'only a leader sends its log');
  let message: AppendEntries | null = null;
  for (const node of state.peers) {
    const progress = progressOf(state, node);
    const { sending, next } = progress;
    if (sending.kind !== 'replicate' && !heartbeat) continue;
    if (sending.kind === 'snapshot') {
      sendPiece(raft, node, sending);
    } else if (rules.needsSnapshot(next, state.snapshot, state, node)) {
      sendSnapshot(raft, node, progress);
    } else if (!rules.hasRoomFor(state, node)) {
      if (heartbeat) env.send(node, rules.appendEntries(state, next, NO_ENTRIES));
    } else {
      // Followers in step with one another are sent one and the same message.
      if (message === null || message.previousIndex !== next - 1) {
        message = rules.appendEntries(state, next, rules.batchEntries(state, next));
      }
      sendEntries(raft, node, progress, message);
    }
  }
}

/** Leader: sends a follower what it lacks next, if there is anything, or a guess. */
export function sendNext(raft: Raft, node: NodeId): void {
  const { state, rules } = raft;
  if (!rules.hasRoomFor(state, node)) return;
  const progress = progressOf(state, node);
  const { next } = progress;
  if (rules.needsSnapshot(next, state.snapshot, state, node)) sendSnapshot(raft, node, progress);
  else {
    const message = rules.appendEntries(state, next, rules.batchEntries(state, next));
    sendEntries(raft, node, progress, message);
  }
}

/** Leader: whether there is anything that the follower was not sent. */
export function lacksEntries({ state }: Raft, { next }: Progress): boolean {
  return next <= lastIndex(state);
}

/** Leader: sends the piece that the follower has not confirmed yet; it may have been lost. */
export function sendPiece({ state, env, rules }: Raft, node: NodeId, outgoing: Outgoing): void {
  env.send(node, rules.installSnapshot(state, outgoing));
}

/** The next message goes on where this one ends, without waiting for its answer. */
function sendEntries(raft: Raft, node: NodeId, progress: Progress, message: AppendEntries): void {
  const { state, env, rules } = raft;
  env.send(node, message);
  if (progress.sending.kind === 'probe') return;
  const next = rules.nextAfterSend(state, node, message);
  const { previousIndex, entries } = message;
  const isCounted = state.config.inFlight > 0 && entries.length > 0;
  noteSent(progress, next, isCounted ? previousIndex + entries.length : null);
}

/** Leader: begins to send its snapshot. What follows it is held back until it is installed. */
function sendSnapshot(raft: Raft, node: NodeId, progress: Progress): void {
  const { snapshot } = raft.state;
  sendPiece(raft, node, becomeSnapshot(progress, snapshot, textOf(raft, snapshot)));
}

/** Followers that need the same snapshot are sent the same text. */
function textOf({ state }: Raft, snapshot: Snapshot): string {
  for (const { sending } of state.progress) {
    if (sending.kind === 'snapshot' && sending.snapshot === snapshot) return sending.text;
  }
  return JSON.stringify(snapshot.kv);
}
