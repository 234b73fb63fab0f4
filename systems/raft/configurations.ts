/** Configurations as entries of the log, and who takes part under one (dissertation, chapter 4). */

import type { Membership } from '../../checkers/agreement/leader-events.ts';
import { itemAt } from '../../checkers/item-at.ts';
import type { LogIndex, Micros, NodeId } from '../../checkers/units.ts';
import { mix } from '../hash.ts';
import { type Command, configCommand } from '../kv.ts';
import type { KnownMembership } from '../protocol.ts';
import { isNewcomer } from './log.ts';
import type { Configuration, Entry, LoggedConfiguration, Snapshot } from './messages.ts';
import type { RaftState } from './state.ts';

/** The command of a configuration entry. */
export function configurationCommand(configuration: Configuration, timeUs: Micros): Command {
  const { voters, learners, oldVoters } = configuration;
  const command = configCommand(voters, timeUs);
  let { valueHash } = command;
  for (const learner of learners) valueHash = mix(valueHash, 1000 + learner);
  for (const voter of oldVoters ?? []) valueHash = mix(valueHash, 2000 + voter);
  return { ...command, valueHash, learners, oldVoters };
}

/** The configuration that a cluster starts with: every member votes. */
export function initialConfiguration(members: readonly NodeId[]): LoggedConfiguration {
  return { index: 0, term: 0, configuration: { voters: members, learners: [], oldVoters: null } };
}

/** The configuration in an entry; null for any other entry. */
export function configurationIn(index: LogIndex, entry: Entry): LoggedConfiguration | null {
  const { command } = entry;
  if (command.kind !== 'config') return null;
  const { voters = [], learners = [], oldVoters = null } = command;
  return { index, term: entry.term, configuration: { voters, learners, oldVoters } };
}

/** Those of a snapshot and the entries behind it, of which the first has index `from`. */
export function configurationsOf(
  members: readonly NodeId[],
  snapshot: Snapshot,
  entries: readonly Entry[],
): LoggedConfiguration[] {
  const found = [snapshot.configuration ?? initialConfiguration(members)];
  for (let at = 0; at < entries.length; at++) {
    const logged = configurationIn(snapshot.index + 1 + at, itemAt(entries, at));
    if (logged !== null) found.push(logged);
  }
  return found;
}

/** Forgets what a snapshot up to `index` has replaced by one configuration. */
export function compactConfigurations(state: RaftState, index: LogIndex): void {
  const { configurations } = state;
  while (configurations.length > 1 && (configurations[1]?.index ?? 0) <= index) {
    configurations.shift();
  }
}

/** The latest configuration up to `index`; null for the one that the cluster starts with. */
export function configurationUpTo(
  state: Readonly<RaftState>,
  index: LogIndex,
): LoggedConfiguration | null {
  const logged = state.configurations.findLast((candidate) => candidate.index <= index);
  return logged === undefined || logged.index === 0 ? null : logged;
}

/** What an operator is told of it. */
export function knownMembership({ active, commit }: Readonly<RaftState>): KnownMembership {
  const { index, configuration } = active;
  const { voters, learners, oldVoters } = configuration;
  return {
    index,
    voters,
    named: [...new Set([...voters, ...learners, ...(oldVoters ?? [])])],
    isSettled: index <= commit && oldVoters === null,
  };
}

/** What a trace says of a configuration. */
export function membershipOf({ index, term, configuration }: LoggedConfiguration): Membership {
  return { index, term, ...configuration };
}

export function isVoter({ voters, oldVoters }: Configuration, node: NodeId): boolean {
  return voters.includes(node) || (oldVoters?.includes(node) ?? false);
}

/**
 * Whether this node may have to lead: it votes in the latest configuration, or in one that an
 * uncommitted entry was meant to replace (dissertation, section 4.2.2).
 */
export function mayCampaign(state: Readonly<RaftState>): boolean {
  if (isNewcomer(state)) return false;
  const { configurations, commit, self } = state;
  for (let at = configurations.length - 1; at >= 0; at--) {
    const { index, configuration } = itemAt(configurations, at);
    if (isVoter(configuration, self)) return true;
    if (index <= commit) return false;
  }
  return false;
}

export function isMember(configuration: Configuration, node: NodeId): boolean {
  return isVoter(configuration, node) || configuration.learners.includes(node);
}
