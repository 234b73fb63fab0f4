/**
 * What a node may become (Figure 4, with the PreVote of the dissertation's section 9.6), waiting for
 * a leader, and adopting terms (sections 5.1 and 5.2).
 */

import { assert } from '../../checkers/assert.ts';
import { abandonClients } from './answers.ts';
import type { Raft } from './context.ts';
import { refuseFollowerReads } from './follower-reads.ts';
import { type Leadership, NOBODY, type RaftState, type Role, TIMER } from './state.ts';

const MAY_BECOME: Readonly<Record<Role, readonly Role[]>> = {
  follower: ['follower', 'pre-candidate', 'candidate'],
  'pre-candidate': ['follower', 'pre-candidate', 'candidate'],
  candidate: ['follower', 'pre-candidate', 'candidate', 'leader'],
  leader: ['follower'],
};

/** Starts waiting anew for a leader: the timeout is random in [T, 2T) (section 5.2). */
export function resetElectionWait(raft: Raft): void {
  const { state, env, rules } = raft;
  state.waitingSinceUs = env.nowUs();
  state.timeoutUs = rules.electionWaitUs(state.config, env.random());
  env.setTimer(TIMER.election, state.timeoutUs);
}

/** Adopts the term of a message: but for an own candidacy, the only way in which a term grows. */
export function adoptTerm(raft: Raft, term: number): void {
  const { state, env, rules } = raft;
  const ballot = rules.becomeFollowerState(state, term);
  state.term = ballot.term;
  state.votedFor = ballot.votedFor;
  env.persist({ kind: 'term', term: state.term });
  env.trace({ kind: 'term', term: state.term });
  if (rules.stepsDown(state)) becomeFollower(raft, NOBODY);
}

/** Follows `leader` in the current term; `NOBODY` while none is known. */
export function becomeFollower(raft: Raft, leader: number): void {
  const { state, env } = raft;
  const before = state.role;
  become(state, 'follower', leader);
  state.incoming = null;
  refuseFollowerReads(raft, Number.POSITIVE_INFINITY);
  if (before !== 'leader') return;
  state.transfer = null;
  env.cancelTimer(TIMER.heartbeat);
  abandonClients(raft);
  resetElectionWait(raft);
}

/** Asks whether an election could be won, in the term that it has. */
export function becomePreCandidate(raft: Raft): void {
  become(raft.state, 'pre-candidate', NOBODY);
  resetElectionWait(raft);
}

/** Stands for election, with its own vote. */
export function becomeCandidate(raft: Raft): void {
  const { state, rules } = raft;
  become(state, 'candidate', NOBODY);
  const { term, votedFor } = rules.candidacy(state);
  state.term = term;
  state.votedFor = votedFor;
  resetElectionWait(raft);
}

/** Leads: nothing is left of what an earlier leadership of this node knew. */
export function becomeLeader(raft: Raft, leadership: Leadership): void {
  const { state, env } = raft;
  become(state, 'leader', state.self);
  Object.assign(state, leadership);
  env.cancelTimer(TIMER.election);
  // The timer that would give them up has just been cancelled.
  refuseFollowerReads(raft, Number.POSITIVE_INFINITY);
}

/** The leader of the current term has been heard. */
export function heardLeader(raft: Raft, leader: number): void {
  const { state, env } = raft;
  if (state.role !== 'follower' || state.leader !== leader) becomeFollower(raft, leader);
  const nowUs = env.nowUs();
  state.contactUs = nowUs;
  state.waitingSinceUs = nowUs;
}

function become(state: RaftState, role: Role, leader: number): void {
  assert(MAY_BECOME[state.role].includes(role), `a ${state.role} does not become a ${role}`);
  state.role = role;
  state.leader = leader;
}
