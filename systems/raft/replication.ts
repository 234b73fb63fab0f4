/** Log replication: AppendEntries, its answers, and commitment (sections 5.3 and 5.4.2). */

import { assert } from '../../checkers/assert.ts';
import type { Command } from '../kv.ts';
import type { ClientRef } from '../protocol.ts';
import { applyCommitted } from './apply.ts';
import type { AppendEntries, AppendReply, Entry } from './messages.ts';
import { confirmRounds } from './reads.ts';
import { heardLeader } from './roles.ts';
import { lastIndex, type Raft, ROUNDS_KEPT, termAt } from './state.ts';

/**
 * Leader: appends a command and sends it on. It is sent before it is written, so that the disks of
 * leader and followers work side by side (dissertation, section 10.2.1); the leader counts itself
 * only once its own disk has it.
 */
export function appendCommand(raft: Raft, command: Command, to: ClientRef | null): void {
  const { state, env } = raft;
  const previousTerm = termAt(state, lastIndex(state));
  const entry: Entry = { term: state.term, command };
  state.log.push(entry);
  const index = lastIndex(state);
  if (to !== null) state.pending.push({ index, to });
  state.nextIndex[state.self] = index + 1;
  broadcast(raft, false);
  env.persist({ kind: 'entries', from: index, entries: [entry] });
  const { valueHash } = command;
  env.trace({ kind: 'append', index, term: state.term, valueHash, previousTerm });
}

/** Leader: starts a round of confirmations, which is also a heartbeat. */
export function startRound(raft: Raft): void {
  markRound(raft);
  raft.state.heartbeatSentUs = raft.env.nowUs();
  broadcast(raft, true);
  confirmRounds(raft);
}

/** Gives the round that starts now its number and its time. */
export function markRound(raft: Raft): void {
  const { state, env, rules } = raft;
  state.round++;
  state.ackRound[state.self] = state.round;
  state.roundStartUs[state.round % ROUNDS_KEPT] = rules.leaseClock(env.nowUs(), env.wallUs());
}

/** Leader: sends what each follower lacks; to all for a heartbeat, else to those in step. */
export function broadcast(raft: Raft, heartbeat: boolean): void {
  const { state, env, rules } = raft;
  let message: AppendEntries | null = null;
  for (const node of state.members) {
    if (node === state.self) continue;
    const probing = state.probing[node] as boolean;
    if (probing && !heartbeat) continue;
    const next = state.nextIndex[node] as number;
    if (rules.needsSnapshot(next, state.snapshot)) {
      sendSnapshot(raft, node);
      continue;
    }
    // Followers in step with one another are sent one and the same message.
    if (message === null || message.previousIndex !== next - 1) message = makeAppend(raft, next);
    env.send(node, message);
    if (!probing) state.nextIndex[node] = next + message.entries.length;
  }
}

/** Durable entries count: the leader's own for commitment, everybody's for a later leadership. */
export function onDurable(raft: Raft, index: number): void {
  const { state } = raft;
  if (index <= state.durableIndex) return;
  state.durableIndex = index;
  if (state.role !== 'leader') return;
  state.matchIndex[state.self] = index;
  advanceCommit(raft);
}

export function onAppendEntries(raft: Raft, from: number, message: AppendEntries): void {
  const { state, rules } = raft;
  const decision = rules.appendDecision(state, message);
  if (decision !== 'stale') heardLeader(raft, from);
  if (decision !== 'accept') {
    refuse(raft, from, message);
    return;
  }
  merge(raft, message);
  const index = rules.appendReply(state, message);
  accept(raft, from, index, message.round);
  const commit = rules.followerCommit(state, message);
  if (commit === state.commit) return;
  state.commit = commit;
  traceCommit(raft, NO_CERTIFICATE);
  applyCommitted(raft);
}

/** Follower: tells the leader that its log agrees with the leader's up to `index`. */
export function accept(raft: Raft, leader: number, index: number, round: number): void {
  const { state, env } = raft;
  env.send(leader, {
    kind: 'append-reply',
    term: state.term,
    ok: true,
    index,
    conflictTerm: 0,
    conflictIndex: 0,
    round,
  });
}

export function onAppendReply(raft: Raft, from: number, message: AppendReply): void {
  const { state, env, rules } = raft;
  if (!rules.countReply(state, message)) return;
  state.ackUs[from] = env.nowUs();
  if (message.ok) onAccepted(raft, from, message);
  else onRefused(raft, from, message);
  if (message.round > (state.ackRound[from] as number)) {
    state.ackRound[from] = message.round;
    if (message.round > state.confirmedRound) confirmRounds(raft);
  }
}

/** Leader: commits what a quorum holds. */
export function advanceCommit(raft: Raft): void {
  const { state, rules } = raft;
  const commit = rules.commitIndex(state, rules.quorum(state.members.length));
  if (commit === state.commit) return;
  state.commit = commit;
  traceCommit(
    raft,
    state.members.map((node) => ({ node, match: state.matchIndex[node] as number })),
  );
  applyCommitted(raft);
}

/** Removes every entry after `index` from memory; the record that follows does so on disk. */
function truncateAfter(raft: Raft, index: number): void {
  const { state } = raft;
  assert(index >= state.commit, `truncating to ${index}, but committed up to ${state.commit}`);
  state.log.length = index - state.snapshot.index;
  state.durableIndex = Math.min(state.durableIndex, index);
}

const NO_CERTIFICATE: readonly { readonly node: number; readonly match: number }[] = [];

function makeAppend(raft: Raft, next: number): AppendEntries {
  const { state, rules } = raft;
  return {
    kind: 'append-entries',
    term: state.term,
    previousIndex: next - 1,
    previousTerm: termAt(state, next - 1),
    entries: rules.batchEntries(state, next),
    commit: state.commit,
    round: state.round,
  };
}

/** What follows the snapshot is held back until the follower has confirmed it. */
function sendSnapshot(raft: Raft, node: number): void {
  const { state, env } = raft;
  const { term, snapshot, round } = state;
  env.send(node, { kind: 'install-snapshot', term, snapshot, round });
  state.nextIndex[node] = snapshot.index + 1;
  state.probing[node] = true;
}

function sendNext(raft: Raft, node: number): void {
  const { state, env, rules } = raft;
  const next = state.nextIndex[node] as number;
  if (rules.needsSnapshot(next, state.snapshot)) {
    sendSnapshot(raft, node);
    return;
  }
  const message = makeAppend(raft, next);
  env.send(node, message);
  if (!state.probing[node]) state.nextIndex[node] = next + message.entries.length;
}

/** Follower: makes the own log agree with the message (Figure 2, AppendEntries, steps 3 and 4). */
function merge(raft: Raft, message: AppendEntries): void {
  const { state, env, rules } = raft;
  const { entries, previousIndex } = message;
  const last = lastIndex(state);
  const keep = rules.keepUpTo(state, message);
  if (keep < last) truncateAfter(raft, keep);
  const known = Math.max(0, keep - previousIndex);
  if (keep === last && known >= entries.length) return;
  const added = known === 0 ? entries : entries.slice(known);
  let previousTerm = termAt(state, keep);
  for (const entry of added) state.log.push(entry);
  env.persist({ kind: 'entries', from: keep + 1, entries: added });
  if (keep < last) env.trace({ kind: 'truncate', from: keep + 1 });
  let index = keep;
  for (const { term, command } of added) {
    const { valueHash } = command;
    env.trace({ kind: 'append', index: ++index, term, valueHash, previousTerm });
    previousTerm = term;
  }
}

/** Follower: says where its log parts from the leader's, to save round trips (section 5.3). */
function refuse(raft: Raft, leader: number, message: AppendEntries): void {
  const { state, env } = raft;
  const last = lastIndex(state);
  let conflictTerm = 0;
  let conflictIndex = last + 1;
  if (message.previousIndex <= last) {
    conflictIndex = message.previousIndex;
    conflictTerm = termAt(state, conflictIndex);
    while (conflictIndex > state.snapshot.index + 1) {
      if (termAt(state, conflictIndex - 1) !== conflictTerm) break;
      conflictIndex--;
    }
  }
  env.send(leader, {
    kind: 'append-reply',
    term: state.term,
    ok: false,
    index: message.previousIndex,
    conflictTerm,
    conflictIndex,
    round: message.round,
  });
}

function onAccepted(raft: Raft, from: number, message: AppendReply): void {
  const { state, env, rules } = raft;
  const match = rules.onAppendResp(state, from, message);
  if (match !== state.matchIndex[from]) {
    state.matchIndex[from] = match;
    const { term } = state;
    env.trace({ kind: 'match', peer: from, index: match, term, responseTerm: message.term });
  }
  state.probing[from] = false;
  if ((state.nextIndex[from] as number) <= match) state.nextIndex[from] = match + 1;
  if ((state.nextIndex[from] as number) <= lastIndex(state)) sendNext(raft, from);
  if (match > state.commit) advanceCommit(raft);
}

/** Leader: an old answer says nothing about what was sent since. */
function onRefused(raft: Raft, from: number, message: AppendReply): void {
  const { state, rules } = raft;
  if (message.index <= (state.matchIndex[from] as number)) return;
  if (state.probing[from] && message.index !== (state.nextIndex[from] as number) - 1) return;
  state.nextIndex[from] = rules.nextOnConflict(state, from, message);
  state.probing[from] = true;
  sendNext(raft, from);
}

function traceCommit(
  raft: Raft,
  certificate: readonly { readonly node: number; readonly match: number }[],
): void {
  const { state, env } = raft;
  const { commit, term } = state;
  env.trace({
    kind: 'commit',
    index: commit,
    term,
    entryTerm: termAt(state, commit),
    certificate,
  });
}
