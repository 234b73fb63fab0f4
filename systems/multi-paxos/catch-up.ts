/** Being told what is chosen: by a Commit, by the prefix in a heartbeat, or by another node. */

import type { NodeId } from '../../checkers/units.ts';
import { askToLearn, type LearnRequest, tellChosen } from '../slot-learning.ts';
import type { Multi } from './context.ts';
import { endPhaseOne } from './election.ts';
import { advancePrefix, learn } from './learning.ts';
import type { Commit, Heartbeat, Learn } from './messages.ts';
import { settle } from './settle.ts';
import { install } from './snapshots.ts';

/** The Commit may overtake the Accept that it is about: then it is remembered. */
export function onCommit(multi: Multi, { slot, ballot }: Commit): void {
  const { state, rules } = multi;
  if (slot <= state.chosenUpTo) return;
  const accepted = state.accepted.get(slot);
  if (accepted !== undefined && rules.isCommitted(accepted, ballot)) {
    settle(multi, learn(multi, { slot, command: accepted.command, ballot }));
  } else {
    state.notices.set(slot, ballot);
  }
}

/**
 * What was accepted in the leader's own ballot, in a slot that it knows to be chosen, is what was
 * chosen: it proposed nothing else there. For everything else the leader is asked, at most once
 * with each heartbeat.
 */
export function learnPrefix(multi: Multi, from: NodeId, message: Heartbeat): void {
  const { state, rules } = multi;
  const { ballot, chosenUpTo } = message;
  for (let slot = state.chosenUpTo + 1; slot <= chosenUpTo; slot++) {
    const accepted = state.accepted.get(slot);
    if (accepted === undefined || !rules.isInPrefix(accepted, ballot)) continue;
    settle(multi, learn(multi, { slot, command: accepted.command, ballot }));
  }
  if (state.chosenUpTo < chosenUpTo) askToLearn(multi, from);
}

export function onLearnRequest(multi: Multi, from: NodeId, message: LearnRequest): void {
  tellChosen(multi, from, message.from);
}

export function onLearn(multi: Multi, from: NodeId, message: Learn): void {
  const { state, rules } = multi;
  if (!rules.believes(state, from, message)) return;
  const before = state.chosenUpTo;
  if (message.snapshot !== null && install(multi, message.snapshot)) {
    settle(multi, advancePrefix(multi));
  }
  for (const { slot, command } of message.chosen) {
    settle(multi, learn(multi, { slot, command }));
  }
  if (state.chosenUpTo > before && state.chosenUpTo < message.upTo) askToLearn(multi, from);
  endPhaseOne(multi);
}
