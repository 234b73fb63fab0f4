/** Being asked what is chosen, and being told. */

import type { NodeId } from '../../checkers/units.ts';
import { askToLearn, type LearnRequest, tellChosen } from '../slot-learning.ts';
import type { Fast } from './context.ts';
import { endPhaseOne } from './coordinator.ts';
import { advancePrefix, learn } from './learning.ts';
import type { Learn } from './messages.ts';
import { install } from './snapshots.ts';

export function onLearnRequest(fast: Fast, from: NodeId, message: LearnRequest): void {
  tellChosen(fast, from, message.from);
}

export function onLearn(fast: Fast, from: NodeId, message: Learn): void {
  const { state, rules } = fast;
  if (!rules.believes(state, from, message)) return;
  const before = state.chosenUpTo;
  if (message.snapshot !== null && install(fast, message.snapshot)) advancePrefix(fast);
  for (const { slot, command } of message.chosen) learn(fast, { slot, command });
  if (state.chosenUpTo > before && state.chosenUpTo < message.upTo) askToLearn(fast, from);
  endPhaseOne(fast);
}
