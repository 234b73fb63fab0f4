/**
 * The proposer: what clients ask, and where it is proposed. In a fast round
 * every node proposes to the acceptors itself; in a classic one the coordinator does it for all.
 */

import { assert } from '../../checkers/assert.ts';
import type { LogIndex } from '../../checkers/units.ts';
import { answer } from '../answer.ts';
import { mix } from '../hash.ts';
import { type Command, openCommand, operationCommand, readKv } from '../kv.ts';
import { isRead, type Operation } from '../operations.ts';
import type { ClientRef, Request } from '../protocol.ts';
import { sendAll } from '../send-all.ts';
import { onProposal } from './acceptor.ts';
import type { Fast } from './context.ts';
import type { FastCommand, Forward } from './messages.ts';
import { propose } from './slots.ts';
import { NO_SLOT, NOBODY, TIMER, type Waiting } from './state.ts';
import { clusterTimeUs, isUnderWay, requestKey, takeBack, traceRead } from './waiting.ts';

export function onRequest(fast: Fast, request: Request): void {
  const { state, rules } = fast;
  const { from } = request;
  if (!rules.servesRequest(state, request)) {
    answer(fast.env, from, { status: 'redirect', leader: null });
    return;
  }
  if (request.kind === 'operation' && isRead(request.operation)) {
    if (rules.readBy(state, request.operation) === 'local') {
      answerFromState(fast, request.operation, from);
      return;
    }
  }
  // A request that arrives twice is under way already.
  if (!state.waiting.has(requestKey(from))) see(fast, { ...commandOf(fast, request), from }, from);
}

/** Coordinator: a command of another node's client. That node asks again if it is lost. */
export function onForward(fast: Fast, { command }: Forward): void {
  const { state, rules } = fast;
  if (command.from === null || !rules.acceptsForward(state, command)) return;
  if (!state.waiting.has(requestKey(command.from))) see(fast, command, null);
}

/**
 * Proposes what waits, as far as the window reaches: to all acceptors in the next slot that is not
 * known to be taken, if the round allows it, else through the coordinator.
 */
export function placeBacklog(fast: Fast): void {
  const { state, env, rules } = fast;
  while (state.backlog.length > 0 && state.leader !== NOBODY) {
    const leads = state.leader === state.self;
    const inFastRound = rules.inFastRound(state);
    if (leads && state.role !== 'leader') return;
    if ((leads || inFastRound) && !rules.hasRoom(state)) return;
    const waiting = state.backlog.shift();
    assert(waiting !== undefined, 'the backlog ends before it is empty');
    if (!isUnderWay(state, waiting)) continue;
    waiting.sentUs = env.nowUs();
    if (leads || inFastRound) offer(fast, waiting, inFastRound);
    else {
      waiting.place = 'forwarded';
      env.send(state.leader, { kind: 'forward', command: waiting.command });
    }
  }
}

/** What got no answer for long is sent again, the way that is open now. */
export function onRetryTimer(fast: Fast): void {
  const { state, env, rules } = fast;
  const nowUs = env.nowUs();
  for (const [key, waiting] of state.waiting) {
    if (rules.givesUp(state, waiting, nowUs)) {
      state.waiting.delete(key);
      giveUp(fast, waiting);
    } else if (rules.isOverdue(state, waiting, nowUs)) {
      waiting.sentUs = nowUs;
      sendAgain(fast, waiting);
    }
  }
  state.backlog = state.backlog.filter((waiting) => isUnderWay(state, waiting));
  placeBacklog(fast);
  state.retrying = false;
  watch(fast);
}

function see(fast: Fast, command: FastCommand, to: ClientRef | null): void {
  const { state } = fast;
  if (command.from === null) return;
  const sinceUs = fast.env.nowUs();
  assert(!state.waiting.has(requestKey(command.from)), 'one request is seen to twice');
  const waiting: Waiting = { command, to, place: 'backlog', slot: NO_SLOT, sinceUs, sentUs: null };
  state.waiting.set(requestKey(command.from), waiting);
  state.backlog.push(waiting);
  placeBacklog(fast);
  watch(fast);
}

function offer(fast: Fast, waiting: Waiting, inFastRound: boolean): void {
  const { state, rules } = fast;
  const { command } = waiting;
  const slot = rules.nextSlot(state);
  state.taken = Math.max(state.taken + 1, slot);
  // In an earlier round the slot may have been tried already.
  const earlier = state.offers.get(slot);
  if (earlier !== undefined) takeBack(state, earlier);
  waiting.place = 'offered';
  waiting.slot = slot;
  state.offers.set(slot, waiting);
  if (inFastRound) sendProposal(fast, slot, command, false);
  else propose(fast, state.round, slot, command);
}

function sendProposal(fast: Fast, slot: LogIndex, command: FastCommand, again: boolean): void {
  sendAll(fast, { kind: 'proposal', slot, command, again });
  onProposal(fast, fast.state.self, { kind: 'proposal', slot, command, again: false });
}

/** A client that got no answer for so long has asked another node; more work is no help to it. */
function giveUp(fast: Fast, { command, to, sentUs }: Waiting): void {
  if (to === null) return;
  if (sentUs === null) answer(fast.env, to, { status: 'redirect', leader: null });
  else answer(fast.env, to, { status: 'unknown', error: 'timeout' }, command.id);
}

function sendAgain(fast: Fast, waiting: Waiting): void {
  const { state, env, rules } = fast;
  const { slot, command } = waiting;
  switch (rules.onNoAnswer(state, waiting, rules.inFastRound(state))) {
    case 'offer':
      sendProposal(fast, slot, command, true);
      break;
    case 'forward':
      if (state.leader !== NOBODY) env.send(state.leader, { kind: 'forward', command });
      break;
    case 'take-back':
      takeBack(state, waiting);
      break;
    case 'wait':
      break;
  }
}

function watch(fast: Fast): void {
  const { state, env } = fast;
  if (state.retrying || state.waiting.size === 0) return;
  state.retrying = true;
  env.setTimer(TIMER.retry, state.config.retransmitUs);
}

function commandOf(fast: Fast, request: Request): Command {
  const timeUs = clusterTimeUs(fast);
  const { from } = request;
  if (request.kind === 'open') return openCommand(from, timeUs);
  const { operation, session, sequence } = request;
  const command = operationCommand(operation, session, sequence, timeUs);
  return { ...command, valueHash: mix(mix(command.valueHash, from.client), from.id) };
}

/** No part of the protocol: what a variant may have a node do, and the trace says so. */
function answerFromState(fast: Fast, { key }: Operation, to: ClientRef): void {
  const { kv, applied } = fast.state;
  traceRead(fast, applied, 'local');
  answer(fast.env, to, { status: 'ok', value: readKv(kv, key), position: applied });
}
