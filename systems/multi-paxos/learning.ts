/** Learning what is chosen: by a Commit, from the prefix in a heartbeat, or from another node. */

import type { Command } from '../kv.ts';
import { applyChosen } from './apply.ts';
import { fillWindow } from './clients.ts';
import { adoptConfiguration } from './configurations.ts';
import { endPhaseOne, prepareAgain } from './election.ts';
import type { Commit, Heartbeat, Learn, LearnRequest } from './messages.ts';
import { install } from './snapshots.ts';
import { type Multi, NO_BALLOT } from './state.ts';

/** A slot that is chosen; who counted a quorum for it names it, who was told cannot. */
export interface Learned {
  readonly slot: number;
  readonly command: Command;
  readonly ballot?: number;
  readonly certificate?: readonly number[];
}

const NOBODY_COUNTED: readonly number[] = [];

export function learn(multi: Multi, learned: Learned): void {
  const { state, env } = multi;
  const { slot, command, ballot = NO_BALLOT, certificate = NOBODY_COUNTED } = learned;
  if (slot <= state.snapshot.slot || state.chosen.has(slot)) return;
  state.chosen.set(slot, command);
  state.notices.delete(slot);
  env.trace({ kind: 'learn', ballot, instance: slot, valueHash: command.valueHash, certificate });
  advancePrefix(multi);
}

/**
 * Goes on over what is chosen. A leader that comes upon a new configuration has prepared nothing in
 * it: it begins again with phase 1, in which both configurations have to promise.
 */
export function advancePrefix(multi: Multi): void {
  const { state, rules } = multi;
  const before = state.chosenUpTo;
  let reconfigured = false;
  let next = state.chosen.get(state.chosenUpTo + 1);
  while (next !== undefined) {
    state.chosenUpTo++;
    if (next.voters !== undefined) {
      adoptConfiguration(multi, state.chosenUpTo, next.voters);
      reconfigured = true;
    }
    next = state.chosen.get(state.chosenUpTo + 1);
  }
  if (state.chosenUpTo > before) tracePrefix(multi);
  applyChosen(multi);
  if (state.role !== 'leader') return;
  if (reconfigured && rules.preparesAgain(state)) prepareAgain(multi);
  else fillWindow(multi);
}

function tracePrefix(multi: Multi): void {
  const { state, env } = multi;
  const { promised, chosenUpTo } = state;
  const term = Math.max(0, promised);
  env.trace({ kind: 'commit', index: chosenUpTo, term, entryTerm: term, certificate: [] });
}

/** The Commit may overtake the Accept that it is about: then it is remembered. */
export function onCommit(multi: Multi, { slot, ballot }: Commit): void {
  const { state, rules } = multi;
  if (slot <= state.chosenUpTo) return;
  const accepted = state.accepted.get(slot);
  if (accepted !== undefined && rules.isCommitted(accepted, ballot)) {
    learn(multi, { slot, command: accepted.command, ballot });
  } else {
    state.notices.set(slot, ballot);
  }
}

/**
 * What was accepted in the leader's own ballot, in a slot that it knows to be chosen, is what was
 * chosen: it proposed nothing else there. For everything else the leader is asked, at most once
 * with each heartbeat.
 */
export function learnPrefix(multi: Multi, from: number, message: Heartbeat): void {
  const { state, rules } = multi;
  const { ballot, chosenUpTo } = message;
  for (let slot = state.chosenUpTo + 1; slot <= chosenUpTo; slot++) {
    const accepted = state.accepted.get(slot);
    if (accepted === undefined || !rules.isInPrefix(accepted, ballot)) continue;
    learn(multi, { slot, command: accepted.command, ballot });
  }
  if (state.chosenUpTo < chosenUpTo) askToLearn(multi, from);
}

export function askToLearn(multi: Multi, node: number): void {
  multi.env.send(node, { kind: 'learn-request', from: multi.state.chosenUpTo + 1 });
}

export function onLearnRequest(multi: Multi, from: number, message: LearnRequest): void {
  const { state, env, rules } = multi;
  const compacted = rules.tellsSnapshot(state, message.from);
  let slot = compacted ? state.snapshot.slot + 1 : message.from;
  const chosen: { slot: number; command: Command }[] = [];
  while (chosen.length < state.config.batch) {
    const command = rules.toldChosen(state, slot);
    if (command === undefined) break;
    chosen.push({ slot, command });
    slot++;
  }
  if (!compacted && chosen.length === 0) return;
  env.send(from, {
    kind: 'learn',
    snapshot: compacted ? state.snapshot : null,
    chosen,
    upTo: state.chosenUpTo,
  });
}

export function onLearn(multi: Multi, from: number, message: Learn): void {
  const { state, rules } = multi;
  if (!rules.believes(state, from, message)) return;
  const before = state.chosenUpTo;
  if (message.snapshot !== null) install(multi, message.snapshot);
  for (const { slot, command } of message.chosen) learn(multi, { slot, command });
  if (state.chosenUpTo > before && state.chosenUpTo < message.upTo) askToLearn(multi, from);
  endPhaseOne(multi);
}
