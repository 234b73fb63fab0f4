/** Executing what is chosen: strictly in the order of the slots. */

import { assert } from '../../checkers/assert.ts';
import { traceApply } from '../apply-trace.ts';
import type { Fast } from './context.ts';
import { takeSnapshot } from './snapshots.ts';
import { NO_SLOT } from './state.ts';
import { answerCommand, keepTime } from './waiting.ts';

export function applyChosen(fast: Fast): void {
  const { state, env, rules, machine } = fast;
  for (let slot = rules.nextToApply(state); slot !== NO_SLOT; slot = rules.nextToApply(state)) {
    const command = state.chosen.get(slot);
    assert(command !== undefined, 'a slot to be executed is not known to be chosen');
    const result = machine.apply(state.kv, slot, command, env.wallUs());
    state.applied = slot;
    traceApply(env, machine.fate, { position: slot, command, stateHash: state.kv.hash });
    answerCommand(fast, slot, command, result);
  }
  keepTime(fast);
  if (rules.snapshotDue(state)) takeSnapshot(fast);
}
