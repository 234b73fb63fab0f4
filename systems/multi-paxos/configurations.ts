/**
 * Reconfiguration (PMS, section 3): a configuration chosen in slot i rules from slot i + alpha on.
 * The leader proposes nothing beyond alpha slots after its chosen prefix, so it always knows who
 * votes in the slots that it proposes in. Alpha is the window.
 */

import { configCommand } from '../kv.ts';
import type { Configuration } from './messages.ts';
import type { Multi, MultiState } from './state.ts';

/** Whether these nodes are a quorum of the configuration of one slot. */
export function isQuorumOf(multi: Multi, slot: number, holds: readonly boolean[]): boolean {
  const { state, rules } = multi;
  const voters = rules.votersOf(state, slot);
  return countIn(voters, holds) >= rules.quorum(voters.length);
}

/** The configurations of the slots from `from` on, as far as they are known. */
export function configurationsFrom(
  state: Readonly<MultiState>,
  from: number,
): readonly Configuration[] {
  const { configurations } = state;
  let first = configurations.length - 1;
  while (first > 0 && (configurations[first] as Configuration).from > from) first--;
  return configurations.slice(first);
}

export function countIn(voters: readonly number[], holds: readonly boolean[]): number {
  let count = 0;
  for (const voter of voters) if (holds[voter]) count++;
  return count;
}

/** A configuration has entered the chosen prefix, in this slot. */
export function adoptConfiguration(multi: Multi, slot: number, voters: readonly number[]): void {
  const { state, rules } = multi;
  const from = rules.configurationFrom(slot, state.config.window);
  state.configurations.push({ from, voters });
  traceConfiguration(multi, { from, voters });
}

export function traceConfiguration(multi: Multi, { from, voters }: Configuration): void {
  multi.env.trace({ kind: 'configuration', from, voters });
}

/** Forgets configurations of slots that a snapshot covers. */
export function forgetConfigurations(state: MultiState, upTo: number): void {
  const { configurations } = state;
  while (configurations.length > 1 && (configurations[1] as Configuration).from <= upTo + 1) {
    configurations.shift();
  }
}

/** Leader: changes who votes when it is time to. */
export function reconfigureWhenDue(multi: Multi): void {
  const { state, env, rules } = multi;
  const voters = rules.nextConfiguration(state);
  if (voters === null) return;
  const timeUs = rules.entryTimeUs(state, env.nowUs(), env.wallUs());
  state.backlog.push({ command: configCommand(voters, timeUs), to: null });
}

/** Who votes in one slot, as far as configurations are known. */
export function configurationOf(state: Readonly<MultiState>, slot: number): Configuration {
  const { configurations } = state;
  let at = configurations.length - 1;
  while (at > 0 && (configurations[at] as Configuration).from > slot) at--;
  return configurations[at] as Configuration;
}
