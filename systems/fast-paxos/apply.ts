/** Executing what is chosen: strictly in the order of the slots. */

import { assert } from '../../checkers/assert.ts';
import { executeCommand } from '../executing.ts';
import type { Fast } from './context.ts';
import { takeSnapshot } from './snapshots.ts';
import { NO_SLOT } from './state.ts';
import { answerCommand, keepTime } from './waiting.ts';

export function applyChosen(fast: Fast): void {
  const { state, rules } = fast;
  for (let slot = rules.nextToApply(state); slot !== NO_SLOT; slot = rules.nextToApply(state)) {
    const command = state.chosen.get(slot);
    assert(command !== undefined, 'a slot to be executed is not known to be chosen');
    answerCommand(fast, slot, command, executeCommand(fast, slot, command));
  }
  keepTime(fast);
  if (rules.snapshotDue(state)) takeSnapshot(fast);
}
