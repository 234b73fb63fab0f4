/** Log replication: AppendEntries, its answers, and commitment (sections 5.3 and 5.4.2). */

import { assert } from '../../checkers/assert.ts';
import type { Command } from '../kv.ts';
import type { ClientRef } from '../protocol.ts';
import { applyCommitted } from './apply.ts';
import {
  activate,
  configurationIn,
  dropConfigurations,
  membershipOf,
  noteConfiguration,
} from './configurations.ts';
import type { AppendEntries, AppendReply, Entry, InstallSnapshot } from './messages.ts';
import { confirmRounds } from './reads.ts';
import { settleConfiguration } from './reconfiguration.ts';
import { heardLeader } from './roles.ts';
import { resendSnapshot, sendSnapshot } from './snapshot.ts';
import { lastIndex, type Raft, ROUNDS_KEPT, termAt } from './state.ts';
import { continueTransfer } from './transfer.ts';

/**
 * Leader: appends a command and sends it on. It is sent before it is written, so that the disks of
 * leader and followers work side by side (dissertation, section 10.2.1); the leader counts itself
 * only once its own disk has it.
 */
export function appendCommand(raft: Raft, command: Command, to: ClientRef | null): void {
  const { state, env, rules } = raft;
  const after = rules.appendAfter(state);
  if (after < lastIndex(state)) truncateAfter(raft, after);
  const previousTerm = termAt(state, lastIndex(state));
  const entry: Entry = { term: state.term, command };
  state.log.push(entry);
  const index = lastIndex(state);
  if (to !== null) state.pending.push({ index, to });
  state.nextIndex[state.self] = index + 1;
  // A configuration goes to those that it leaves out as well, so that they may learn of it.
  broadcast(raft, false);
  env.persist({ kind: 'entries', from: index, entries: [entry] });
  traceAppend(raft, index, entry, previousTerm);
  if (command.kind === 'config') noteConfiguration(raft, index, entry);
  countOwn(raft);
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
  for (const node of state.peers) {
    const probing = state.probing[node] as boolean;
    if (probing && !heartbeat) continue;
    if (state.outgoing[node] !== null) {
      if (heartbeat) resendSnapshot(raft, node);
      continue;
    }
    const next = state.nextIndex[node] as number;
    if (rules.needsSnapshot(next, state.snapshot)) {
      sendSnapshot(raft, node);
      continue;
    }
    if (!rules.hasRoomFor(state, node)) {
      if (heartbeat) env.send(node, rules.appendEntries(state, next, NO_ENTRIES));
      continue;
    }
    // Followers in step with one another are sent one and the same message.
    if (message === null || message.previousIndex !== next - 1) {
      message = rules.appendEntries(state, next, rules.batchEntries(state, next));
    }
    env.send(node, message);
    noteSent(raft, node, message);
  }
}

/** Durable entries count: the leader's own for commitment, everybody's for a later leadership. */
export function onDurable(raft: Raft, index: number): void {
  const { state } = raft;
  if (index <= state.durableIndex) return;
  state.durableIndex = index;
  if (state.role === 'leader') countOwn(raft);
}

/** Leader: is one of those that hold its log. */
function countOwn(raft: Raft): void {
  const { state, rules } = raft;
  const match = rules.ownMatch(state);
  if (match === state.matchIndex[state.self]) return;
  state.matchIndex[state.self] = match;
  advanceCommit(raft);
}

export function onAppendEntries(raft: Raft, from: number, message: AppendEntries): void {
  const { state, rules } = raft;
  const decision = rules.appendDecision(state, message);
  if (decision === 'stale') {
    depose(raft, from, message);
    return;
  }
  heardLeader(raft, from);
  if (decision === 'conflict') {
    refuse(raft, from, message);
    return;
  }
  merge(raft, message);
  accept(raft, from, rules.appendReply(state, message), message);
  const commit = rules.followerCommit(state, message);
  if (commit === state.commit) return;
  moveCommit(raft, commit, NO_CERTIFICATE);
}

/** Tells the leader of an older term of the newer one, and nothing about its log. */
export function depose(raft: Raft, leader: number, message: AppendEntries | InstallSnapshot): void {
  const { state, env, rules } = raft;
  env.send(leader, rules.deposal(state, message, rules.answeredRound(state, message)));
}

/** Follower: tells the leader that its log agrees with the leader's up to `index`. */
export function accept(
  raft: Raft,
  leader: number,
  index: number,
  message: AppendEntries | InstallSnapshot,
): void {
  const { state, env, rules } = raft;
  env.send(leader, rules.agreement(state, index, rules.answeredRound(state, message)));
}

export function onAppendReply(raft: Raft, from: number, message: AppendReply): void {
  const { state, rules } = raft;
  if (!rules.countReply(state, from, message)) return;
  if (message.ok) onAccepted(raft, from, message);
  else onRefused(raft, from, message);
  // What was committed may have ended the leadership.
  if (state.role === 'leader') countAnswer(raft, from, message.round);
}

/** Leader: a follower has answered, which confirms the leadership up to the round it answers. */
export function countAnswer(raft: Raft, from: number, round: number): void {
  const { state, env } = raft;
  state.ackUs[from] = env.nowUs();
  if (round <= (state.ackRound[from] as number)) return;
  state.ackRound[from] = round;
  if (round > state.confirmedRound) confirmRounds(raft);
}

/** Leader: commits what a quorum holds. */
export function advanceCommit(raft: Raft): void {
  const { state, rules } = raft;
  const reached = rules.reached(state, 'commit', state.matchIndex);
  const commit = rules.commitIndex(state, reached);
  if (commit === state.commit) return;
  moveCommit(
    raft,
    commit,
    state.members.map((node) => ({ node, match: state.matchIndex[node] as number })),
  );
  settleConfiguration(raft);
}

function moveCommit(raft: Raft, commit: number, certificate: Certificate): void {
  const { state } = raft;
  const before = state.commit;
  state.commit = commit;
  traceCommit(raft, certificate);
  applyCommitted(raft);
  if ((state.configurations.at(-1)?.index ?? 0) > before) activate(raft);
}

/** Removes every entry after `index` from memory; the record that follows does so on disk. */
function truncateAfter(raft: Raft, index: number): void {
  const { state, rules } = raft;
  assert(index >= state.commit, `truncating to ${index}, but committed up to ${state.commit}`);
  state.log.length = index - state.snapshot.index;
  state.durableIndex = Math.min(state.durableIndex, index);
  dropConfigurations(state, rules, index);
}

type Certificate = readonly { readonly node: number; readonly match: number }[];

const NO_CERTIFICATE: Certificate = [];
const NO_ENTRIES: readonly Entry[] = [];

/** The next message goes on where this one ends, without waiting for its answer. */
function noteSent(raft: Raft, node: number, message: AppendEntries): void {
  const { state, rules } = raft;
  if (state.probing[node]) return;
  state.nextIndex[node] = rules.nextAfterSend(state, node, message);
  const { previousIndex, entries } = message;
  if (state.config.inFlight === 0 || entries.length === 0) return;
  state.flights[node]?.push(previousIndex + entries.length);
}

function sendNext(raft: Raft, node: number): void {
  const { state, env, rules } = raft;
  if (!rules.hasRoomFor(state, node)) return;
  const next = state.nextIndex[node] as number;
  if (rules.needsSnapshot(next, state.snapshot)) {
    sendSnapshot(raft, node);
    return;
  }
  const message = rules.appendEntries(state, next, rules.batchEntries(state, next));
  env.send(node, message);
  noteSent(raft, node, message);
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
  if (keep < last) {
    env.trace({ kind: 'truncate', from: keep + 1 });
    activate(raft);
  }
  let index = keep;
  for (const entry of added) {
    traceAppend(raft, ++index, entry, previousTerm);
    previousTerm = entry.term;
    if (entry.command.kind === 'config') noteConfiguration(raft, index, entry);
  }
}

/** Follower: says where its log parts from the leader's, to save round trips (section 5.3). */
function refuse(raft: Raft, leader: number, message: AppendEntries): void {
  const { state, env, rules } = raft;
  env.send(leader, rules.refusal(state, message, rules.answeredRound(state, message)));
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
  clearSent(raft, from, match);
  if ((state.nextIndex[from] as number) <= match) state.nextIndex[from] = match + 1;
  if ((state.nextIndex[from] as number) <= lastIndex(state)) sendNext(raft, from);
  if (match > state.commit) advanceCommit(raft);
  if (state.transfer?.target === from) continueTransfer(raft);
}

/** What the follower is known to hold is no longer on its way to it. */
function clearSent({ state }: Raft, node: number, match: number): void {
  const outgoing = state.outgoing[node];
  if (outgoing && match >= outgoing.snapshot.index) state.outgoing[node] = null;
  const flights = state.flights[node] as number[];
  while (flights.length > 0 && (flights[0] as number) <= match) flights.shift();
}

function onRefused(raft: Raft, from: number, message: AppendReply): void {
  const { state, rules } = raft;
  if (!rules.heedsRefusal(state, from, message)) return;
  state.nextIndex[from] = rules.nextOnConflict(state, from, message);
  state.probing[from] = true;
  state.flights[from] = [];
  sendNext(raft, from);
}

function traceAppend(raft: Raft, index: number, entry: Entry, previousTerm: number): void {
  const { term, command } = entry;
  const { valueHash } = command;
  const logged = command.kind === 'config' ? configurationIn(index, entry) : null;
  if (logged === null) raft.env.trace({ kind: 'append', index, term, valueHash, previousTerm });
  else {
    const membership = membershipOf(logged);
    raft.env.trace({ kind: 'append', index, term, valueHash, previousTerm, membership });
  }
}

function traceCommit(raft: Raft, certificate: Certificate): void {
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
