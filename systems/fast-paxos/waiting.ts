/** Commands that a node sees to, and what becomes of them: answers, and what is given up. */

import { assert } from '../../checkers/assert.ts';
import type { LogIndex, Micros } from '../../checkers/units.ts';
import { answer } from '../answer.ts';
import type { Execution } from '../kv.ts';
import type { ClientRef, Reply } from '../protocol.ts';
import type { Fast } from './context.ts';
import type { FastCommand } from './messages.ts';
import { type FastState, NO_SLOT, sameCommand, type Waiting } from './state.ts';

/** A slot is chosen: with another command in it, the own one was proposed there in vain. */
export function onSlotChosen(fast: Fast, slot: LogIndex, command: FastCommand): void {
  const { state, rules } = fast;
  const own = state.offers.get(slot);
  if (own === undefined) return;
  assert(own.place === 'offered' && own.slot === slot, 'an offer stands where it was made');
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
  slot: LogIndex,
  command: FastCommand,
  { result, fate }: Execution,
): void {
  const { state, rules } = fast;
  if (command.from === null) return;
  const key = requestKey(command.from);
  const waiting = state.waiting.get(key);
  if (waiting === undefined || !sameCommand(waiting.command, command)) return;
  state.waiting.delete(key);
  if (waiting.place === 'offered') state.offers.delete(waiting.slot);
  if (waiting.to === null) return;
  if (command.operation?.f === 'read') traceRead(fast, slot);
  const reply = fate === 'refused' ? SESSION_OVER : rules.commandReply(command, result);
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

/** The cluster's clock, which stands in commands: it goes on at this node's own pace. */
export function clusterTimeUs({ state, env, rules }: Fast): Micros {
  return rules.entryTimeUs(state, env.nowUs());
}

/** The cluster's clock is the furthest of the proposers' clocks: the others jump to it. */
export function keepTime(fast: Fast): void {
  const { state, env } = fast;
  if (state.kv.clockUs <= clusterTimeUs(fast)) return;
  state.clusterUs = state.kv.clockUs;
  state.clusterSinceUs = env.nowUs();
}

/** Waits here again for a slot to be proposed in. */
export function takeBack(state: FastState, waiting: Waiting): void {
  state.offers.delete(waiting.slot);
  waiting.place = 'backlog';
  waiting.slot = NO_SLOT;
  state.backlog.push(waiting);
}

export function isUnderWay({ waiting }: FastState, one: Waiting): boolean {
  return one.command.from !== null && waiting.get(requestKey(one.command.from)) === one;
}

/** One number for a request: clients number theirs below 2^32. */
export function requestKey({ client, id }: ClientRef): number {
  return client * 2 ** 32 + id;
}

export function traceRead(
  { state, env }: Fast,
  slot: LogIndex,
  mode: 'log' | 'local' = 'log',
): void {
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
