/** Phase 2, for any number of slots at a time: Accept, its answers, and Commit (PMS, 3). */

import type { Command } from '../kv.ts';
import { isQuorumOf } from './configurations.ts';
import { follow } from './election.ts';
import { learn } from './learning.ts';
import type { Accept, Accepted2b } from './messages.ts';
import { type Multi, sendAll } from './state.ts';

/**
 * Leader: proposes a command in a slot; never two in one. It is sent before it is written, so that
 * the disks work side by side; the leader's own acceptance counts once it is durable.
 */
export function propose(multi: Multi, slot: number, command: Command): void {
  const { state, env, rules } = multi;
  const { ballot } = state;
  const { valueHash } = command;
  const accepted = state.members.map(() => false);
  state.proposals.set(slot, { command, accepted, sentUs: env.nowUs() });
  env.trace({ kind: 'propose', ballot, instance: slot, valueHash });
  sendAll(multi, { kind: 'accept', ballot, slot, command });
  if (rules.canAccept(state, ballot)) accept(multi, { kind: 'accept', ballot, slot, command });
}

export function onAccept(multi: Multi, from: number, message: Accept): void {
  const { state, env, rules } = multi;
  const { ballot, slot, command } = message;
  if (!rules.canAccept(state, ballot)) {
    env.send(from, rules.refusal(state, from, ballot));
    return;
  }
  if (rules.follows(state, from, ballot)) follow(multi, from, ballot);
  if (!rules.hasAccepted(state, message)) accept(multi, message);
  env.send(from, { kind: 'accepted', ballot, slot });
  const noticed = state.notices.get(slot);
  if (noticed !== undefined && rules.isCommitted({ ballot, command }, noticed)) {
    learn(multi, { slot, command, ballot });
  }
}

export function onAccepted(multi: Multi, from: number, message: Accepted2b): void {
  const { state, rules } = multi;
  const { slot, ballot } = message;
  const proposal = state.proposals.get(slot);
  if (proposal === undefined || !rules.countAccept(state, from, message)) return;
  const { accepted, command } = proposal;
  accepted[from] = true;
  if (!isQuorumOf(multi, slot, accepted)) return;
  state.proposals.delete(slot);
  sendAll(multi, { kind: 'commit', ballot, slot });
  learn(multi, { slot, command, ballot, certificate: nodesThat(accepted) });
}

/** Leader: sends again what has waited too long for its quorum. */
export function retransmit(multi: Multi): void {
  const { state, env, rules } = multi;
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
function accept(multi: Multi, { ballot, slot, command }: Accept): void {
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

function nodesThat(holds: readonly boolean[]): number[] {
  const nodes: number[] = [];
  for (let node = 0; node < holds.length; node++) if (holds[node]) nodes.push(node);
  return nodes;
}
