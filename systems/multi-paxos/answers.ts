/** What clients are told, and on whose word. */

import type { LogIndex, Micros } from '../../checkers/units.ts';
import { answer } from '../answer.ts';
import { type Command, type CommandResult, readKv } from '../kv.ts';
import type { ClientRef } from '../protocol.ts';
import type { Multi } from './context.ts';
import { acksOf, confirmedAgeUs } from './leases.ts';
import { submit } from './proposals.ts';
import type { PendingRead } from './state.ts';

/**
 * Answers whoever waits for its command in this slot. If another command was chosen there, the own
 * one was not executed and never will be: it was proposed nowhere else, and whoever recovers a
 * slot proposes what it found in that slot. So it can safely be proposed again.
 */
export function answerCommand(
  multi: Multi,
  slot: LogIndex,
  command: Command,
  result: CommandResult,
): void {
  const { state, rules } = multi;
  const waiting = state.waiting.get(slot);
  if (waiting === undefined || waiting.to === null) return;
  state.waiting.delete(slot);
  if (rules.isOwnCommand(waiting.command, command)) {
    if (command.operation?.f === 'read') traceReadThroughLog(multi, slot);
    answer(multi.env, waiting.to, rules.commandReply(command, result), waiting.command.id);
  } else if (rules.takesUpLost(state)) {
    if (state.role === 'leader') submit(multi, waiting.command, waiting.to);
    else redirect(multi, waiting.to);
  }
}

/** A snapshot came in place of these slots: what was chosen in them cannot be told any more. */
export function answerCovered(multi: Multi, upTo: number): void {
  const { waiting } = multi.state;
  for (const [slot, { to }] of waiting) {
    if (slot > upTo) continue;
    waiting.delete(slot);
    if (to !== null) answer(multi.env, to, { status: 'unknown', error: 'covered-by-snapshot' });
  }
}

/** Answers a read from the state as it is, and says on whose word. */
export function answerRead(multi: Multi, read: PendingRead, mode: 'index' | 'lease'): void {
  const { state, env } = multi;
  const { round, since, index } = read;
  const acks = acksOf(multi, round);
  const { ballot: term, applied } = state;
  const grounds = mode === 'lease' ? { ageUs: confirmedAgeUs(multi) } : { since };
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
  const value = readKv(state.kv, read.operation.key);
  answer(multi.env, read.to, { status: 'ok', value, position: applied });
}

/** What was never proposed, and reads, may be asked of the next leader at once. */
export function abandonClients(multi: Multi): void {
  const { state } = multi;
  for (const { to } of state.backlog) if (to !== null) redirect(multi, to);
  state.backlog.length = 0;
  for (const { to } of state.reads) redirect(multi, to);
  state.reads.length = 0;
}

/**
 * The cluster's clock, which stands in commands: it goes on from the last one at the leader's own
 * pace, so that it never jumps.
 */
export function clusterTimeUs(multi: Multi): Micros {
  const { state, env, rules } = multi;
  return rules.entryTimeUs(state, env.nowUs(), env.wallUs());
}

/** Sends a client to the leader, if one is known. */
export function redirect(multi: Multi, to: ClientRef): void {
  const leader = multi.rules.redirectTo(multi.state);
  answer(multi.env, to, { status: 'redirect', leader });
}

function traceReadThroughLog(multi: Multi, slot: LogIndex): void {
  const { ballot, applied } = multi.state;
  multi.env.trace({
    kind: 'read-cert',
    mode: 'log',
    term: ballot,
    readPosition: slot,
    applied,
    round: 0,
    acks: [],
  });
}
