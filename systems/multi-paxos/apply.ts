/** Executing what is chosen: strictly in the order of the slots. */

import { assert } from '../../checkers/assert.ts';
import type { Command } from '../kv.ts';
import { answerCommand } from './clients.ts';
import { serveReads } from './reads.ts';
import { takeSnapshot } from './snapshots.ts';
import { type Multi, NO_SLOT } from './state.ts';

export function applyChosen(multi: Multi): void {
  const { state, env, rules, machine } = multi;
  for (let slot = rules.nextToApply(state); slot !== NO_SLOT; slot = rules.nextToApply(state)) {
    const command = state.chosen.get(slot);
    assert(command !== undefined, 'a slot to be executed is not known to be chosen');
    const result = machine.apply(state.kv, slot, command, env.wallUs());
    state.applied = slot;
    traceApply(multi, slot, command);
    answerCommand(multi, slot, command, result);
  }
  const { snapshotEvery } = state.config;
  if (snapshotEvery > 0 && state.applied - state.snapshot.slot >= snapshotEvery) {
    takeSnapshot(multi);
  }
  if (state.role === 'leader') serveReads(multi);
}

function traceApply(multi: Multi, position: number, command: Command): void {
  const { state, env, machine } = multi;
  const { id, valueHash } = command;
  const stateHash = state.kv.hash;
  switch (machine.fate) {
    case 'executed':
      env.trace({ kind: 'apply', position, id, valueHash, stateHash });
      break;
    case 'duplicate':
      env.trace({ kind: 'apply', position, id, valueHash, stateHash, duplicate: true });
      break;
    case 'refused':
      // Not executed, so not under its own name: exactly-once is judged by names.
      env.trace({ kind: 'apply', position, id: 'refused', valueHash, stateHash });
      break;
  }
}
