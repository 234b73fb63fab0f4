/**
 * Which configuration is in force (dissertation, section 4.1): the latest in the log, committed or
 * not, from the moment it is appended; an entry that is removed takes its configuration along.
 */

import { assert } from '../../checkers/assert.ts';
import type { LogIndex } from '../../checkers/units.ts';
import { configurationIn, isMember, isVoter, membershipOf } from './configurations.ts';
import type { Raft } from './context.ts';
import { traceLease } from './lease.ts';
import { lastIndex } from './log.ts';
import type { Entry, LoggedConfiguration } from './messages.ts';
import { becomeJoining, progressOf } from './progress.ts';
import { markRound } from './reads.ts';

/** A configuration was appended: it is in force from now on, before it is committed. */
export function noteConfiguration(raft: Raft, index: LogIndex, entry: Entry): void {
  const logged = configurationIn(index, entry);
  if (logged !== null) raft.state.configurations.push(logged);
  activate(raft);
}

/** Everything behind `index` was removed from the log. */
export function dropConfigurations({ state, rules }: Raft, index: LogIndex): void {
  const { configurations } = state;
  let last = configurations.at(-1);
  while (last !== undefined && !rules.keepsConfiguration(last, index)) {
    configurations.pop();
    last = configurations.at(-1);
  }
}

/** Puts the configuration in force that should be, if that is another one than is. */
export function activate(raft: Raft): void {
  const { state, env, rules } = raft;
  const active = rules.activeConfiguration(state);
  if (!rules.isOther(state.active, active)) return;
  const before = state.peers;
  putInForce(raft, active);
  env.trace({ kind: 'membership', ...membershipOf(active) });
  if (state.role === 'leader') admit(raft, before);
}

/** Sets what follows from a configuration: whose word counts, and who gets the log. */
export function putInForce(raft: Raft, active: LoggedConfiguration): void {
  const { state, rules } = raft;
  const { configuration } = active;
  const quorum = (nodes: number): number => rules.quorum(nodes);
  state.active = active;
  state.electorates = {
    election: rules.electorates(state, configuration, 'election', quorum),
    commit: rules.electorates(state, configuration, 'commit', quorum),
    read: rules.electorates(state, configuration, 'read', quorum),
  };
  state.peers = state.members.filter(
    (node) => node !== state.self && isMember(configuration, node),
  );
  assert(!state.peers.includes(state.self), 'a node is no peer of itself');
  state.selfVotes = isVoter(configuration, state.self);
}

/**
 * Leader: whoever joins is probed for the end of its log, and counts as heard for now. What the
 * voters of before have confirmed is asked of the new ones again.
 */
function admit(raft: Raft, before: readonly number[]): void {
  const { state, env, rules } = raft;
  const joining = state.peers.filter((node) => !before.includes(node));
  // Whatever is sent to them from here on belongs to a round of which they cannot have heard.
  if (joining.length > 0) markRound(raft);
  for (const node of joining) {
    const next = rules.firstNextIndex(state, node, true);
    const match = rules.firstMatchIndex(state, node);
    const { round } = state;
    becomeJoining(progressOf(state, node), { next, match, round }, lastIndex(state), env.nowUs());
  }
  state.confirmedRound = rules.confirmedByOthers(state);
  state.leaseUntilUs = Number.NEGATIVE_INFINITY;
  traceLease(raft);
}
