/** Elections: PreVote, RequestVote, stepping up and down (sections 5.2, 5.4.1; dissertation 9.6). */

import { noopCommand } from '../kv.ts';
import { refuseFollowerReads } from './follower-reads.ts';
import type { RequestVote, TimeoutNow, Vote } from './messages.ts';
import { confirmRounds } from './reads.ts';
import { advanceCommit, appendCommand, broadcast, markRound } from './replication.ts';
import { becomeFollower, resetElectionWait } from './roles.ts';
import { entryAt, lastIndex, NOBODY, type Raft, TIMER } from './state.ts';

/**
 * The election timer is not armed anew whenever the leader is heard, because timers are events: it
 * fires, finds how long the silence really was, and is armed for the rest.
 */
export function onElectionTimer(raft: Raft): void {
  const { state, env, rules } = raft;
  if (state.role === 'leader') return;
  const restUs = rules.electionRestUs(state, env.nowUs());
  refuseFollowerReads(raft, env.nowUs() - state.config.electionTimeoutUs);
  if (restUs > 0) env.setTimer(TIMER.election, restUs);
  else if (!rules.mayCampaign(state)) waitOn(raft);
  else if (rules.asksBeforeElection(state)) startPreVote(raft);
  else startElection(raft, false);
}

/** The leader asks this node, whose log is complete, to take over (dissertation, section 3.10). */
export function onTimeoutNow(raft: Raft, message: TimeoutNow): void {
  const { state, rules } = raft;
  if (!rules.obeysTimeoutNow(state, message) || !rules.mayCampaign(state)) return;
  startElection(raft, true);
}

export function onRequestVote(raft: Raft, from: number, message: RequestVote): void {
  const { state, env, rules } = raft;
  const granted = rules.canVote(state, from, message) && rules.isUpToDate(state, message);
  if (granted) {
    state.votedFor = from;
    env.persist({ kind: 'vote', term: state.term, votedFor: from });
    traceVote(raft, from, message.lastTerm, message.lastIndex);
    resetElectionWait(raft);
  }
  env.send(from, { kind: 'vote', term: state.term, granted, pre: false });
}

/** Granting a PreVote changes nothing, not even the timer. */
export function onPreVote(raft: Raft, from: number, message: RequestVote): void {
  const { state, env, rules } = raft;
  const granted = rules.preVote(state, message, env.nowUs()) && rules.isUpToDate(state, message);
  const term = granted ? message.term : state.term;
  env.send(from, { kind: 'vote', term, granted, pre: true });
}

export function onVote(raft: Raft, from: number, message: Vote): void {
  const { state, rules } = raft;
  if (!rules.countVote(state, from, message)) return;
  state.granted[from] = true;
  countVotes(raft);
}

/** A leader that hears no quorum any more makes room (dissertation, section 6.2). */
export function stepDownWithoutQuorum(raft: Raft): boolean {
  const { state, env, rules } = raft;
  const nowUs = env.nowUs();
  state.ackUs[state.self] = nowUs;
  const heardUs = rules.reached(state, 'election', state.ackUs);
  if (rules.checkQuorum(state, nowUs, heardUs)) return false;
  env.trace({ kind: 'step-down', term: state.term, reason: 'check-quorum' });
  becomeFollower(raft, NOBODY);
  return true;
}

/** A node that has no vote goes on waiting, for a leader that it does not know. */
function waitOn(raft: Raft): void {
  raft.state.leader = NOBODY;
  resetElectionWait(raft);
}

function startPreVote(raft: Raft): void {
  const { state } = raft;
  state.role = 'pre-candidate';
  state.leader = NOBODY;
  resetElectionWait(raft);
  askForVotes(raft, { term: state.term + 1, pre: true, transfer: false });
}

function startElection(raft: Raft, transfer: boolean): void {
  const { state, env, rules } = raft;
  state.role = 'candidate';
  state.leader = NOBODY;
  const { term, votedFor } = rules.candidacy(state);
  state.term = term;
  state.votedFor = votedFor;
  resetElectionWait(raft);
  env.persist({ kind: 'vote', term, votedFor });
  traceVote(raft, votedFor, rules.lastLogTerm(state), lastIndex(state));
  askForVotes(raft, { term: state.term, pre: false, transfer });
}

function askForVotes(raft: Raft, asked: Pick<RequestVote, 'term' | 'pre' | 'transfer'>): void {
  const { state, env, rules } = raft;
  state.granted.fill(false);
  state.granted[state.self] = true;
  const lastTerm = rules.lastLogTerm(state);
  const request: RequestVote = {
    kind: 'request-vote',
    ...asked,
    lastIndex: lastIndex(state),
    lastTerm,
  };
  const { configuration } = state.active;
  for (const node of state.peers)
    if (rules.asksForVote(configuration, node)) env.send(node, request);
  countVotes(raft);
}

function countVotes(raft: Raft): void {
  const { state, rules } = raft;
  if (!rules.isElected(state)) return;
  if (state.role === 'pre-candidate') startElection(raft, false);
  else becomeLeader(raft);
}

function becomeLeader(raft: Raft): void {
  const { state, env, rules } = raft;
  const last = lastIndex(state);
  state.role = 'leader';
  state.leader = state.self;
  state.leaderSinceUs = env.nowUs();
  state.clusterUs = Math.max(state.kv.clockUs, entryAt(state, last)?.command.timeUs ?? 0);
  for (const node of state.members) {
    state.nextIndex[node] = rules.firstNextIndex(state, node, false);
    state.matchIndex[node] = rules.firstMatchIndex(state, node);
  }
  state.matchIndex[state.self] = rules.ownMatch(state);
  state.probing.fill(false);
  state.outgoing.fill(null);
  for (const node of state.members) state.flights[node] = [];
  state.caughtUp.fill(false);
  state.catchUpTo.fill(last);
  state.catchUpSinceUs.fill(state.leaderSinceUs);
  state.transfer = null;
  state.leaseForfeited = false;
  state.firstOwn = last + 1;
  state.ackRound.fill(0);
  state.ackUs.fill(state.leaderSinceUs);
  state.round = 0;
  state.confirmedRound = 0;
  state.leaseUntilUs = Number.NEGATIVE_INFINITY;
  env.cancelTimer(TIMER.election);
  // The timer that would give them up has just been cancelled.
  refuseFollowerReads(raft, Number.POSITIVE_INFINITY);
  traceLeader(raft, last);
  markRound(raft);
  if (rules.startsWithNoop(state)) appendCommand(raft, noopCommand(state.clusterUs), null);
  else broadcast(raft, true);
  env.setTimer(TIMER.heartbeat, state.config.heartbeatUs);
  confirmRounds(raft);
  advanceCommit(raft);
}

function traceLeader(raft: Raft, index: number): void {
  const { state, env, rules } = raft;
  env.trace({
    kind: 'leader',
    term: state.term,
    certificate: state.members.filter((node) => state.granted[node]),
    last: { term: rules.lastLogTerm(state), index },
  });
}

function traceVote(raft: Raft, candidate: number, lastTerm: number, index: number): void {
  const { state, env, rules } = raft;
  env.trace({
    kind: 'vote',
    term: state.term,
    candidate,
    candidateLast: { term: lastTerm, index },
    ownLast: { term: rules.lastLogTerm(state), index: lastIndex(state) },
  });
}
