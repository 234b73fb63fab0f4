/** What clients are told, and on whose word (section 8; dissertation, chapter 6). */

import type { LogIndex, Micros, NodeId } from '../../checkers/units.ts';
import { answer } from '../answer.ts';
import { type Command, type CommandResult, readKv } from '../kv.ts';
import type { ClientRef } from '../protocol.ts';
import type { Raft } from './context.ts';
import { confirmedAgeUs } from './lease.ts';
import { progressOf } from './progress.ts';
import type { FollowerRead, PendingRead } from './state.ts';

/** Answers whoever waits for the command at `index`. */
export function answerCommand(
  raft: Raft,
  index: LogIndex,
  command: Command,
  result: CommandResult,
): void {
  const { state, rules, env } = raft;
  const waiting = state.pending[0];
  if (waiting === undefined || waiting.index !== index) return;
  state.pending.shift();
  if (command.operation?.f === 'read') traceReadThroughLog(raft, index);
  answer(env, waiting.to, rules.commandReply(command, result), command.id);
}

/** Answers a read from the state as it is, or a follower's question, and says on whose word. */
export function answerRead(raft: Raft, read: PendingRead, mode: 'index' | 'lease'): void {
  const { state, env } = raft;
  const { round, since, index, to, operation } = read;
  const acks: { node: NodeId; round: number }[] = [];
  for (const node of state.members) {
    const { ackRound } = progressOf(state, node);
    if (ackRound >= round) acks.push({ node, round: ackRound });
  }
  const { term, applied } = state;
  const grounds = mode === 'lease' ? { ageUs: confirmedAgeUs(raft) } : { since };
  env.trace({
    kind: 'read-cert',
    mode,
    term,
    readPosition: index,
    applied,
    round,
    acks,
    ...grounds,
  });
  if (operation === null) {
    env.send(to.client, { kind: 'read-index-reply', term, request: to.id, index, round });
    return;
  }
  const value = readKv(state.kv, operation.key);
  answer(raft.env, to, { status: 'ok', value, position: applied });
}

/** Follower: answers a read from its own state, on the word of the leader. */
export function answerFollowerRead(raft: Raft, read: FollowerRead): void {
  const { state, env } = raft;
  const { term, round, index } = read;
  const { applied } = state;
  const mode = 'follower';
  env.trace({ kind: 'read-cert', mode, term, readPosition: index, applied, round, acks: [] });
  const value = readKv(state.kv, read.operation.key);
  answer(raft.env, read.to, { status: 'ok', value, position: applied });
}

/**
 * A leader that stops leading answers everybody who waits. Commands may yet be executed by a later
 * leader, so nobody can tell; reads are over.
 */
export function abandonClients(raft: Raft): void {
  const { state, rules } = raft;
  for (const { to } of state.pending) answer(raft.env, to, rules.replyOnLoss(state));
  state.pending.length = 0;
  for (const { to, operation } of state.reads) {
    if (operation !== null) redirect(raft, to);
    else refuseReadIndex(raft, to);
  }
  state.reads.length = 0;
}

/**
 * The cluster's clock, which stands in entries: it goes on from the last entry at the leader's own
 * pace, so that it never jumps (LogCabin's cluster time; dissertation, section 6.3).
 */
export function clusterTimeUs(raft: Raft): Micros {
  const { state, env, rules } = raft;
  return rules.entryTimeUs(state, env.nowUs(), env.wallUs());
}

/** Sends a client to the leader, if one is known. */
export function redirect(raft: Raft, to: ClientRef): void {
  redirectTo(raft, to, raft.rules.redirectTarget(raft.state));
}

export function redirectTo(raft: Raft, to: ClientRef, node: NodeId | null): void {
  answer(raft.env, to, { status: 'redirect', leader: node });
}

function refuseReadIndex(raft: Raft, to: ClientRef): void {
  const { term } = raft.state;
  const refusal = { kind: 'read-index-reply', term, request: to.id, index: -1, round: 0 } as const;
  raft.env.send(to.client, refusal);
}

function traceReadThroughLog(raft: Raft, index: LogIndex): void {
  const { term, applied } = raft.state;
  raft.env.trace({
    kind: 'read-cert',
    mode: 'log',
    term,
    readPosition: index,
    applied,
    round: 0,
    acks: [],
  });
}
