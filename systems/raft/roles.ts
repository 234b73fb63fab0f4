/** Waiting for a leader, adopting terms, and following (sections 5.1 and 5.2). */

import { abandonClients } from './clients.ts';
import { refuseFollowerReads } from './follower-reads.ts';
import { NOBODY, type Raft, TIMER } from './state.ts';

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
  state.leader = leader;
  state.role = 'follower';
  state.incoming = null;
  refuseFollowerReads(raft, Number.POSITIVE_INFINITY);
  if (before !== 'leader') return;
  state.transfer = null;
  env.cancelTimer(TIMER.heartbeat);
  abandonClients(raft);
  resetElectionWait(raft);
}

/** The leader of the current term has been heard. */
export function heardLeader(raft: Raft, leader: number): void {
  const { state, env } = raft;
  if (state.role !== 'follower' || state.leader !== leader) becomeFollower(raft, leader);
  const nowUs = env.nowUs();
  state.contactUs = nowUs;
  state.waitingSinceUs = nowUs;
}
