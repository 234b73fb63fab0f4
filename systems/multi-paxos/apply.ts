/** Executing what is chosen: strictly in the order of the slots. */

import { assert } from '../../checkers/assert.ts';
import { executeCommand } from '../executing.ts';
import { answerCommand } from './answers.ts';
import type { Multi } from './context.ts';
import { serveReads } from './reads.ts';
import { takeSnapshot } from './snapshots.ts';
import { NO_SLOT } from './state.ts';

export function applyChosen(multi: Multi): void {
  const { state, rules } = multi;
  for (let slot = rules.nextToApply(state); slot !== NO_SLOT; slot = rules.nextToApply(state)) {
    const command = state.chosen.get(slot);
    assert(command !== undefined, 'a slot to be executed is not known to be chosen');
    answerCommand(multi, slot, command, executeCommand(multi, slot, command).result);
  }
  if (rules.snapshotDue(state)) takeSnapshot(multi);
  if (state.role === 'leader') serveReads(multi);
}
