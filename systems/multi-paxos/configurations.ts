/** Who votes in which slots, as far as configurations are known. */

import { assert } from '../../checkers/assert.ts';
import { itemAt } from '../../checkers/item-at.ts';
import type { LogIndex, NodeId } from '../../checkers/units.ts';
import type { KnownMembership } from '../protocol.ts';
import type { Configuration } from './messages.ts';
import type { MultiState } from './state.ts';

/** The configurations of the slots from `from` on, as far as they are known. */
export function configurationsFrom(
  state: Readonly<MultiState>,
  from: LogIndex,
): readonly Configuration[] {
  const { configurations } = state;
  let first = configurations.length - 1;
  while (first > 0 && itemAt(configurations, first).from > from) first--;
  return configurations.slice(first);
}

export function countIn(voters: readonly NodeId[], holds: readonly boolean[]): number {
  let count = 0;
  for (const voter of voters) if (holds[voter]) count++;
  return count;
}

/** Forgets configurations of slots that a snapshot covers. */
export function forgetConfigurations(state: MultiState, upTo: number): void {
  const { configurations } = state;
  while (configurations.length > 1 && itemAt(configurations, 1).from <= upTo + 1) {
    configurations.shift();
  }
}

/** What an operator is told: who votes from the latest change on. */
export function knownMembership(state: Readonly<MultiState>): KnownMembership {
  const last = state.configurations.at(-1);
  assert(last !== undefined, 'nobody is known to vote');
  const { from, voters } = last;
  return { index: from, voters, named: voters, isSettled: state.chosenUpTo >= from };
}

/** Who votes in one slot; before the first that is known, who votes in that. */
export function configurationOf(state: Readonly<MultiState>, slot: LogIndex): Configuration {
  const { configurations } = state;
  let at = configurations.length - 1;
  while (at > 0 && itemAt(configurations, at).from > slot) at--;
  const configuration = configurations[at];
  assert(configuration !== undefined, 'nobody is known to vote');
  return configuration;
}
