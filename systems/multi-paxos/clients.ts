/** What clients ask and what they are told. */

import { answer } from '../answer.ts';
import { type Command, type CommandResult, openCommand, operationCommand, readKv } from '../kv.ts';
import { isRead } from '../operations.ts';
import type { ClientRef, Request } from '../protocol.ts';
import { propose } from './proposals.ts';
import { onRead } from './reads.ts';
import { acksOf, confirmedAgeUs } from './rounds.ts';
import type { Multi, PendingRead } from './state.ts';

export function onRequest(multi: Multi, request: Request): void {
  const { state, env, rules } = multi;
  if (!rules.servesRequest(state, request)) {
    redirect(multi, request.from);
    return;
  }
  switch (request.kind) {
    case 'open':
      submit(multi, openCommand(request.from, clusterTimeUs(multi)), request.from);
      break;
    case 'operation': {
      const { operation, session, sequence, from } = request;
      const index = rules.readIndex(state);
      const clockUs = rules.leaseClock(env.nowUs(), env.wallUs());
      const by = isRead(operation) ? rules.readBy(state, operation, index, clockUs) : 'log';
      if (by !== 'log') onRead(multi, from, operation, { index, by });
      else
        submit(multi, operationCommand(operation, session, sequence, clusterTimeUs(multi)), from);
      break;
    }
  }
}

/**
 * Leader: proposes what there is room for in the window. The slots of earlier leaders come first:
 * in each what was reported of it, or a no-op, and one more no-op that ends the recovery.
 */
export function fillWindow(multi: Multi): void {
  const { state, rules } = multi;
  while (hasRoom(multi)) {
    if (state.next <= state.firstOwn) {
      const slot = state.next++;
      if (slot <= state.chosenUpTo || state.chosen.has(slot)) continue;
      const command = rules.recoverSlot(state.reports.get(slot) ?? [], state.clusterUs);
      if (command !== null) propose(multi, slot, command);
      continue;
    }
    const waiting = state.backlog.shift();
    if (waiting === undefined) return;
    const slot = rules.nextSlot(state);
    state.next = Math.max(state.next, slot) + 1;
    if (waiting.to !== null) state.waiting.set(slot, waiting);
    propose(multi, slot, waiting.command);
  }
}

/**
 * Answers whoever waits for its command in this slot. If another command was chosen there, the own
 * one was not executed and never will be: it was proposed nowhere else, and whoever recovers a
 * slot proposes what it found in that slot. So it can safely be proposed again.
 */
export function answerCommand(
  multi: Multi,
  slot: number,
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

function submit(multi: Multi, command: Command, to: ClientRef): void {
  multi.state.backlog.push({ command, to });
  fillWindow(multi);
}

/** PMMC's WINDOW: so many slots may be in flight beyond the chosen prefix. */
function hasRoom({ state, rules }: Multi): boolean {
  return state.role === 'leader' && rules.hasRoom(state);
}

/**
 * The cluster's clock, which stands in commands: it goes on from the last one at the leader's own
 * pace, so that it never jumps.
 */
function clusterTimeUs(multi: Multi): number {
  const { state, env, rules } = multi;
  return rules.entryTimeUs(state, env.nowUs(), env.wallUs());
}

function redirect(multi: Multi, to: ClientRef): void {
  const leader = multi.rules.redirectTo(multi.state);
  answer(multi.env, to, { status: 'redirect', leader });
}

function traceReadThroughLog(multi: Multi, slot: number): void {
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
