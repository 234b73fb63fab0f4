/** Elections: PreVote, RequestVote, stepping up and down (sections 5.2, 5.4.1; dissertation 9.6). */

import { assert } from '../../checkers/assert.ts';
import type { LogIndex, Micros, NodeId, Term } from '../../checkers/units.ts';
import { resetElectionWait } from '../election-wait.ts';
import { noopCommand } from '../kv.ts';
import { appendCommand } from './append.ts';
import type { Raft } from './context.ts';
import { refuseFollowerReads } from './follower-reads.ts';
import { lastIndex } from './log.ts';
import type { RequestVote, TimeoutNow, Vote } from './messages.ts';
import { newProgress, type Progress, progressOf } from './progress.ts';
import { confirmRounds, markRound } from './reads.ts';
import { becomeCandidate, becomeFollower, becomeLeader, becomePreCandidate } from './roles.ts';
import { broadcast } from './sending.ts';
import { settle, settleOwn } from './settle.ts';
import { type Leadership, NOBODY, TIMER } from './state.ts';

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
  if (state.role === 'leader') becomeFollower(raft, NOBODY);
  startElection(raft, true);
}

export function onRequestVote(raft: Raft, from: NodeId, message: RequestVote): void {
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
export function onPreVote(raft: Raft, from: NodeId, message: RequestVote): void {
  const { state, env, rules } = raft;
  const granted = rules.preVote(state, message, env.nowUs()) && rules.isUpToDate(state, message);
  const term = granted ? message.term : state.term;
  env.send(from, { kind: 'vote', term, granted, pre: true });
}

/** A vote that comes when the election is over, won or lost, elects nobody. */
export function onVote(raft: Raft, from: NodeId, message: Vote): void {
  const { state, rules } = raft;
  if (state.role === 'follower' || state.role === 'leader') return;
  if (!rules.countVote(state, from, message)) return;
  state.granted[from] = true;
  countVotes(raft);
}

/** A leader that hears no quorum any more makes room (dissertation, section 6.2). */
export function stepDownWithoutQuorum(raft: Raft): boolean {
  const { state, env, rules } = raft;
  const nowUs = env.nowUs();
  progressOf(state, state.self).ackUs = nowUs;
  const ackUs = state.progress.map((progress) => progress.ackUs);
  const heardUs = rules.reached(state, 'election', ackUs);
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
  becomePreCandidate(raft);
  askForVotes(raft, { term: state.term + 1, pre: true, transfer: false });
}

function startElection(raft: Raft, transfer: boolean): void {
  const { state, env, rules } = raft;
  becomeCandidate(raft);
  const { term, votedFor } = state;
  env.persist({ kind: 'vote', term, votedFor });
  traceVote(raft, votedFor, rules.lastLogTerm(state), lastIndex(state));
  askForVotes(raft, { term, pre: false, transfer });
}

function askForVotes(raft: Raft, asked: Pick<RequestVote, 'term' | 'pre' | 'transfer'>): void {
  const { state, env, rules } = raft;
  assert(state.role !== 'leader', 'a leader asks for no votes');
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
  else lead(raft);
}

/** Begins with an entry of its own term, which commits what is left of earlier ones (section 8). */
function lead(raft: Raft): void {
  const { state, env, rules } = raft;
  const last = lastIndex(state);
  becomeLeader(raft, newLeadership(raft));
  assert(state.progress.length === state.members.length, 'a leader knows of every member');
  traceLeader(raft, last);
  markRound(raft);
  if (rules.startsWithNoop(state)) {
    appendCommand(raft, noopCommand(state.clusterUs), null);
    settleOwn(raft);
  } else broadcast(raft, true);
  env.setTimer(TIMER.heartbeat, state.config.heartbeatUs);
  confirmRounds(raft);
  settle(raft);
}

function newLeadership(raft: Raft): Leadership {
  const { state, env } = raft;
  const nowUs = env.nowUs();
  return {
    progress: state.members.map((node) => firstProgress(raft, node, nowUs)),
    transfer: null,
    leaseForfeited: false,
    firstOwn: lastIndex(state) + 1,
    leaderSinceUs: nowUs,
    round: 0,
    confirmedRound: 0,
    leaseUntilUs: Number.NEGATIVE_INFINITY,
    clusterUs: Math.max(state.kv.clockUs, state.log.at(-1)?.command.timeUs ?? 0),
  };
}

function firstProgress({ state, rules }: Raft, node: NodeId, nowUs: Micros): Progress {
  const progress = newProgress(lastIndex(state), nowUs);
  progress.next = rules.firstNextIndex(state, node, false);
  progress.match = rules.firstMatchIndex(state, node);
  if (node === state.self) progress.match = rules.ownMatch(state);
  return progress;
}

function traceLeader(raft: Raft, index: LogIndex): void {
  const { state, env, rules } = raft;
  env.trace({
    kind: 'leader',
    term: state.term,
    certificate: state.members.filter((node) => state.granted[node]),
    last: { term: rules.lastLogTerm(state), index },
  });
}

function traceVote(raft: Raft, candidate: NodeId, lastTerm: Term, index: LogIndex): void {
  const { state, env, rules } = raft;
  env.trace({
    kind: 'vote',
    term: state.term,
    candidate,
    candidateLast: { term: lastTerm, index },
    ownLast: { term: rules.lastLogTerm(state), index: lastIndex(state) },
  });
}
