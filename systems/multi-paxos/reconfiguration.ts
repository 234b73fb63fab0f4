/**
 * Reconfiguration (PMS, section 3): a configuration chosen in slot i rules from slot i + alpha on.
 * The leader proposes nothing beyond alpha slots after its chosen prefix, so it always knows who
 * votes in the slots that it proposes in. Alpha is the window.
 */

import { assert } from '../../checkers/assert.ts';
import type { LogIndex, NodeId } from '../../checkers/units.ts';
import { configCommand } from '../kv.ts';
import { countIn } from './configurations.ts';
import type { Multi } from './context.ts';
import type { Configuration } from './messages.ts';

/** Whether these nodes are a quorum of the configuration of one slot. */
export function isQuorumOf(multi: Multi, slot: LogIndex, holds: readonly boolean[]): boolean {
  const { state, rules } = multi;
  const voters = rules.votersOf(state, slot);
  return countIn(voters, holds) >= rules.quorum(voters.length);
}

/** A configuration has entered the chosen prefix, in this slot. */
export function adoptConfiguration(multi: Multi, slot: LogIndex, voters: readonly NodeId[]): void {
  const { state, rules } = multi;
  const from = rules.configurationFrom(slot, state.config.window);
  state.configurations.push({ from, voters });
  traceConfiguration(multi, { from, voters });
}

export function traceConfiguration(multi: Multi, { from, voters }: Configuration): void {
  multi.env.trace({ kind: 'configuration', from, voters });
}

/** Leader: an operator says who should vote. */
export function onOperator(multi: Multi, members: readonly NodeId[]): void {
  const { state, rules } = multi;
  if (state.role !== 'leader') return;
  const voters = rules.configurationTowards(state, members);
  if (voters !== null) propose(multi, voters);
}

/** Leader: changes who votes when it is time to. */
export function reconfigureWhenDue(multi: Multi): void {
  const { state, rules } = multi;
  assert(state.role === 'leader', 'only a leader changes who votes');
  const voters = rules.nextConfiguration(state);
  if (voters !== null) propose(multi, voters);
}

function propose({ state, env, rules }: Multi, voters: readonly NodeId[]): void {
  const timeUs = rules.entryTimeUs(state, env.nowUs(), env.wallUs());
  state.backlog.push({ command: configCommand(voters, timeUs), to: null });
}
