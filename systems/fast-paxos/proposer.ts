/**
 * The proposer: what clients ask, where it is proposed, and what becomes of it. In a fast round
 * every node proposes to the acceptors itself; in a classic one the coordinator does it for all.
 */

import { answer } from '../answer.ts';
import { mix } from '../hash.ts';
import { type Command, type CommandResult, openCommand, operationCommand, readKv } from '../kv.ts';
import { isRead, type Operation } from '../operations.ts';
import type { ClientRef, Reply, Request } from '../protocol.ts';
import { onProposal } from './acceptor.ts';
import type { FastCommand, Forward } from './messages.ts';
import { propose } from './slots.ts';
import {
  type Fast,
  type FastState,
  NO_SLOT,
  NOBODY,
  sameCommand,
  sendAll,
  TIMER,
  type Waiting,
} from './state.ts';

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
    const waiting = state.backlog.shift() as Waiting;
    if (!isUnderWay(state, waiting)) continue;
    waiting.sentUs = env.nowUs();
    if (leads || inFastRound) offer(fast, waiting, inFastRound);
    else {
      waiting.place = 'forwarded';
      env.send(state.leader, { kind: 'forward', command: waiting.command });
    }
  }
}

/** A slot is chosen: with another command in it, the own one was proposed there in vain. */
export function onSlotChosen(fast: Fast, slot: number, command: FastCommand): void {
  const { state, rules } = fast;
  const own = state.offers.get(slot);
  if (own === undefined) return;
  state.offers.delete(slot);
  if (sameCommand(own.command, command)) return;
  if (rules.takesUpLost(state)) takeBack(state, own);
}

/**
 * What is told of a command that was refused because its session is over. A command may win several
 * slots, and have been executed in an earlier one that this node knows only from a snapshot.
 */
const SESSION_OVER: Reply = { status: 'unknown', error: 'session' };

/** Answers whoever waits for this command, which the state machine was given in this slot. */
export function answerCommand(
  fast: Fast,
  slot: number,
  command: FastCommand,
  result: CommandResult,
): void {
  const { state, rules, machine } = fast;
  if (command.from === null) return;
  const key = requestKey(command.from);
  const waiting = state.waiting.get(key);
  if (waiting === undefined || !sameCommand(waiting.command, command)) return;
  state.waiting.delete(key);
  if (waiting.place === 'offered') state.offers.delete(waiting.slot);
  if (waiting.to === null) return;
  if (command.operation?.f === 'read') traceRead(fast, slot);
  const reply = machine.fate === 'refused' ? SESSION_OVER : rules.commandReply(command, result);
  answer(fast.env, waiting.to, reply, command.id);
}

/** A snapshot came in place of these slots: what was chosen in them cannot be told any more. */
export function answerCovered(fast: Fast, upTo: number): void {
  const { state } = fast;
  for (const [key, { command, to, place, slot }] of state.waiting) {
    if (place !== 'offered' || slot > upTo) continue;
    state.waiting.delete(key);
    state.offers.delete(slot);
    if (to === null) continue;
    answer(fast.env, to, { status: 'unknown', error: 'covered-by-snapshot' }, command.id);
  }
}

/** What was never proposed may be asked of the next coordinator at once. */
export function abandonBacklog(fast: Fast): void {
  const { state } = fast;
  for (const waiting of state.backlog) {
    if (waiting.to === null || !isUnderWay(state, waiting)) continue;
    // What lost a slot may be on its way through a coordinator as well.
    if (waiting.sentUs !== null) continue;
    state.waiting.delete(requestKey(waiting.to));
    answer(fast.env, waiting.to, { status: 'redirect', leader: null });
  }
  state.backlog = state.backlog.filter((waiting) => isUnderWay(state, waiting));
}

/** Coordinator no more: the nodes that forwarded their commands see to them themselves. */
export function dropForwarded({ state }: Fast): void {
  for (const [key, { to, place, slot }] of state.waiting) {
    if (to !== null) continue;
    state.waiting.delete(key);
    if (place === 'offered') state.offers.delete(slot);
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

/** The cluster's clock, which stands in commands: it goes on at this node's own pace. */
export function clusterTimeUs({ state, env, rules }: Fast): number {
  return rules.entryTimeUs(state, env.nowUs());
}

function see(fast: Fast, command: FastCommand, to: ClientRef | null): void {
  const { state } = fast;
  if (command.from === null) return;
  const sinceUs = fast.env.nowUs();
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

function sendProposal(fast: Fast, slot: number, command: FastCommand, again: boolean): void {
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

function takeBack(state: FastState, waiting: Waiting): void {
  state.offers.delete(waiting.slot);
  waiting.place = 'backlog';
  waiting.slot = NO_SLOT;
  state.backlog.push(waiting);
}

function watch(fast: Fast): void {
  const { state, env } = fast;
  if (state.retrying || state.waiting.size === 0) return;
  state.retrying = true;
  env.setTimer(TIMER.retry, state.config.retransmitUs);
}

function isUnderWay({ waiting }: FastState, one: Waiting): boolean {
  return one.command.from !== null && waiting.get(requestKey(one.command.from)) === one;
}

function commandOf(fast: Fast, request: Request): Command {
  const timeUs = clusterTimeUs(fast);
  const { from } = request;
  if (request.kind === 'open') return openCommand(from, timeUs);
  const { operation, session, sequence } = request;
  const command = operationCommand(operation, session, sequence, timeUs);
  return { ...command, valueHash: mix(mix(command.valueHash, from.client), from.id) };
}

/** One number for a request: clients number theirs below 2^32. */
function requestKey({ client, id }: ClientRef): number {
  return client * 2 ** 32 + id;
}

/** No part of the protocol: what a variant may have a node do, and the trace says so. */
function answerFromState(fast: Fast, { key }: Operation, to: ClientRef): void {
  const { kv, applied } = fast.state;
  traceRead(fast, applied, 'local');
  answer(fast.env, to, { status: 'ok', value: readKv(kv, key), position: applied });
}

function traceRead({ state, env }: Fast, slot: number, mode: 'log' | 'local' = 'log'): void {
  env.trace({
    kind: 'read-cert',
    mode,
    term: Math.max(0, state.promised),
    readPosition: slot,
    applied: state.applied,
    round: 0,
    acks: [],
  });
}
