/**
 * What a leader proposes (PMS, section 3), as far as its window reaches, and what its own acceptor
 * takes of it.
 */

import { assert } from '../../checkers/assert.ts';
import type { LogIndex } from '../../checkers/units.ts';
import type { Command } from '../kv.ts';
import type { ClientRef } from '../protocol.ts';
import { sendAll } from '../send-all.ts';
import type { Multi } from './context.ts';
import type { Accept } from './messages.ts';

/** Leader: proposes a client's command, now or once there is room for it. */
export function submit(multi: Multi, command: Command, to: ClientRef): void {
  multi.state.backlog.push({ command, to });
  fillWindow(multi);
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
      assert(slot >= 1, 'slots begin at 1');
      if (slot <= state.chosenUpTo || state.chosen.has(slot)) continue;
      const command = rules.recoverSlot(state.reports.get(slot) ?? [], state.clusterUs);
      if (command !== null) propose(multi, slot, command);
      continue;
    }
    const waiting = state.backlog.shift();
    if (waiting === undefined) return;
    const slot = rules.nextSlot(state);
    state.next = Math.max(state.next, slot) + 1;
    assert(state.next > state.firstOwn, 'a command of a client in the slot of an earlier leader');
    if (waiting.to !== null) state.waiting.set(slot, waiting);
    propose(multi, slot, waiting.command);
  }
}

/**
 * Leader: proposes a command in a slot; never two in one. It is sent before it is written, so that
 * the disks work side by side; the leader's own acceptance counts once it is durable.
 */
export function propose(multi: Multi, slot: LogIndex, command: Command): void {
  const { state, env, rules } = multi;
  const { ballot } = state;
  const { valueHash } = command;
  assert(state.role === 'leader', 'only a leader proposes');
  const accepted = state.members.map(() => false);
  state.proposals.set(slot, { command, accepted, sentUs: env.nowUs() });
  env.trace({ kind: 'propose', ballot, instance: slot, valueHash });
  sendAll(multi, { kind: 'accept', ballot, slot, command });
  if (rules.canAccept(state, ballot)) accept(multi, { kind: 'accept', ballot, slot, command });
}

/** Leader: sends again what has waited too long for its quorum. */
export function retransmit(multi: Multi): void {
  const { state, env, rules } = multi;
  assert(state.role === 'leader', 'only a leader proposes again');
  const { ballot } = state;
  const nowUs = env.nowUs();
  for (const [slot, proposal] of state.proposals) {
    if (!rules.isOverdue(state, proposal, nowUs)) continue;
    const { accepted } = proposal;
    const command = rules.onAcceptTimeout(state, slot, proposal);
    if (command === null) continue;
    if (command !== proposal.command) {
      propose(multi, slot, command);
      continue;
    }
    proposal.sentUs = nowUs;
    for (const node of state.members) {
      if (node === state.self || accepted[node]) continue;
      env.send(node, { kind: 'accept', ballot, slot, command });
    }
  }
}

/** What the snapshot covers is chosen, and need not be kept; that it is accepted still counts. */
export function accept(multi: Multi, { ballot, slot, command }: Accept): void {
  const { state, env, rules } = multi;
  const promised = rules.promisedAfterAccept(state.promised, ballot);
  const raises = promised > state.promised;
  state.promised = promised;
  if (slot > state.snapshot.slot) {
    state.accepted.set(slot, { ballot, command });
    env.persist({ kind: 'accept', ballot, slot, command });
  } else if (raises) {
    env.persist({ kind: 'promise', ballot });
  }
  env.trace({ kind: 'accept', ballot, instance: slot, valueHash: command.valueHash });
}

/** PMMC's WINDOW: so many slots may be in flight beyond the chosen prefix. */
function hasRoom({ state, rules }: Multi): boolean {
  return state.role === 'leader' && rules.hasRoom(state);
}
