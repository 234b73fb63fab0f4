/**
 * What a node may become (Figure 4, with the PreVote of the dissertation's section 9.6), and adopting
 * terms (sections 5.1 and 5.2).
 */

import { assert } from '../../checkers/assert.ts';
import type { NodeId } from '../../checkers/units.ts';
import { resetElectionWait } from '../election-wait.ts';
import { changeRole, type RoleChanges } from '../role-changes.ts';
import { abandonClients } from './answers.ts';
import type { Raft } from './context.ts';
import { refuseFollowerReads } from './follower-reads.ts';
import { giveUpIncoming } from './install.ts';
import type { AppendEntries, InstallSnapshot, RaftMessage } from './messages.ts';
import { type Leadership, NOBODY, type Role, TIMER } from './state.ts';

const MAY_BECOME: RoleChanges<Role> = {
  follower: ['follower', 'pre-candidate', 'candidate'],
  'pre-candidate': ['follower', 'pre-candidate', 'candidate'],
  candidate: ['follower', 'pre-candidate', 'candidate', 'leader'],
  leader: ['follower'],
};

/** Adopts the term of a message: but for an own candidacy, the only way in which a term grows. */
export function adoptTerm(raft: Raft, message: RaftMessage): void {
  const { state, env, rules } = raft;
  const ballot = rules.becomeFollowerState(state, message.term);
  state.term = ballot.term;
  state.votedFor = ballot.votedFor;
  env.persist({ kind: 'term', term: state.term });
  env.trace({ kind: 'term', term: state.term });
  if (rules.stepsDown(state, message)) becomeFollower(raft, NOBODY);
}

/** Follows `leader` in the current term; `NOBODY` while none is known. */
export function becomeFollower(raft: Raft, leader: NodeId): void {
  const { state, env } = raft;
  const before = state.role;
  changeRole(state, 'follower', MAY_BECOME);
  state.leader = leader;
  giveUpIncoming(raft);
  refuseFollowerReads(raft, Number.POSITIVE_INFINITY);
  if (before !== 'leader') return;
  state.transfer = null;
  env.cancelTimer(TIMER.heartbeat);
  abandonClients(raft);
  assert(state.pending.length === 0 && state.reads.length === 0, 'a client waits for nobody');
  resetElectionWait(raft);
}

/** Asks whether an election could be won, in the term that it has. */
export function becomePreCandidate(raft: Raft): void {
  const { state } = raft;
  changeRole(state, 'pre-candidate', MAY_BECOME);
  state.leader = NOBODY;
  resetElectionWait(raft);
}

/** Stands for election, with its own vote. */
export function becomeCandidate(raft: Raft): void {
  const { state, rules } = raft;
  changeRole(state, 'candidate', MAY_BECOME);
  state.leader = NOBODY;
  const { term, votedFor } = rules.candidacy(state);
  state.term = term;
  state.votedFor = votedFor;
  resetElectionWait(raft);
}

/** Leads: nothing is left of what an earlier leadership of this node knew. */
export function becomeLeader(raft: Raft, leadership: Leadership): void {
  const { state, env } = raft;
  changeRole(state, 'leader', MAY_BECOME);
  state.leader = state.self;
  Object.assign(state, leadership);
  assert(state.pending.length === 0 && state.reads.length === 0, 'nobody waits for a new leader');
  env.cancelTimer(TIMER.election);
  // The timer that would give them up has just been cancelled.
  refuseFollowerReads(raft, Number.POSITIVE_INFINITY);
}

/** The leader of the current term has been heard. */
export function heardLeader(
  raft: Raft,
  leader: NodeId,
  message: AppendEntries | InstallSnapshot,
): void {
  const { state, env, rules } = raft;
  const isKnown = state.role === 'follower' && state.leader === leader;
  if (!isKnown && rules.followsSender(state, leader, message)) becomeFollower(raft, leader);
  const nowUs = env.nowUs();
  state.contactUs = nowUs;
  state.waitingSinceUs = nowUs;
}
