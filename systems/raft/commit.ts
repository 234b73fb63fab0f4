/** Commitment (sections 5.3 and 5.4.2), and what a node does at once about what is committed. */

import { assert } from '../../checkers/assert.ts';
import type { LogIndex, NodeId } from '../../checkers/units.ts';
import { activate } from './activation.ts';
import { applyCommitted } from './apply.ts';
import type { Raft } from './context.ts';
import { serveFollowerReads } from './follower-reads.ts';
import { termToTell } from './log.ts';
import { progressOf } from './progress.ts';
import { serveReads } from './reads.ts';

/** By whose word an index is committed: up to where each node's log is known to agree. */
type Certificate = readonly { readonly node: NodeId; readonly match: LogIndex }[];

const NO_CERTIFICATE: Certificate = [];

/** Leader: is one of those that hold its log. Whether it holds another part of it than before. */
export function countOwn({ state, rules }: Raft): boolean {
  assert(state.role === 'leader', 'only a leader counts its own log');
  const match = rules.ownMatch(state);
  const own = progressOf(state, state.self);
  if (match === own.match) return false;
  own.match = match;
  return true;
}

/** Leader: commits what a quorum holds. Whether that is anything new. */
export function advanceCommit(raft: Raft): boolean {
  const { state, rules } = raft;
  const matches = state.progress.map(({ match }) => match);
  const commit = rules.commitIndex(state, rules.reached(state, 'commit', matches));
  if (commit === state.commit) return false;
  moveCommit(
    raft,
    commit,
    state.members.map((node) => ({ node, match: progressOf(state, node).match })),
  );
  return true;
}

/** Follower: commits on the word of its leader. */
export function followCommit(raft: Raft, commit: LogIndex): void {
  if (commit !== raft.state.commit) moveCommit(raft, commit, NO_CERTIFICATE);
}

function moveCommit(raft: Raft, commit: LogIndex, certificate: Certificate): void {
  const { state } = raft;
  const before = state.commit;
  state.commit = commit;
  traceCommit(raft, certificate);
  applyCommitted(raft);
  if (state.role === 'leader') serveReads(raft);
  // A node may lead by the time that it has executed what it asked for as a follower.
  if (state.followerReads.length > 0) serveFollowerReads(raft);
  if ((state.configurations.at(-1)?.index ?? 0) > before) activate(raft);
}

function traceCommit({ state, env }: Raft, certificate: Certificate): void {
  const { commit: index, term } = state;
  env.trace({ kind: 'commit', index, term, entryTerm: termToTell(state, index), certificate });
}
