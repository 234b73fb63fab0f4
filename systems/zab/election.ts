/**
 * Phase 0: Fast Leader Election, as ZooKeeper has it. Servers exchange votes, ordered by epoch,
 * zxid and number, until a quorum holds the same one; then they wait a little for a better one.
 */

import { assert } from '../../checkers/assert.ts';
import type { NodeId } from '../../checkers/units.ts';
import { sendAll } from '../send-all.ts';
import type { Zab } from './context.ts';
import { startJoining, startLeading } from './discovery.ts';
import { adoptVote, checkElection, holdersOf, look, notification } from './looking.ts';
import type { Notification, Vote } from './messages.ts';
import { maskOf, nodesOf } from './quorums.ts';
import { isVoter, TIMER } from './state.ts';

/** Nothing has settled the election so far: messages may have been lost. */
export function onResendTimer(zab: Zab): void {
  const { state, env } = zab;
  if (state.role !== 'looking') return;
  state.resendUs = Math.min(state.resendUs * 2, state.config.resendMaxUs);
  env.setTimer(TIMER.resend, state.resendUs);
  sendAll(zab, notification(state));
}

export function onNotification(zab: Zab, from: NodeId, message: Notification): void {
  const { state, env, rules } = zab;
  const isLooking = message.role === 'looking';
  if (state.role !== 'looking') {
    if (!isLooking) return;
    if (state.role === 'leading') state.learners[from] = null;
    // A leader that looks for a leader again leads no more.
    if (rules.leavesLooking(state, from)) look(zab);
    if (rules.answersLooking(state, from)) env.send(from, notification(state));
    return;
  }
  hurry(zab);
  if (!isLooking) {
    onOutsideVote(zab, from, message);
    return;
  }
  // Whoever looks for a leader follows none any more, whatever it said before.
  state.outside.delete(from);
  if (isVoter(state, from)) onVote(zab, from, message);
  else env.send(from, notification(state));
}

/** Somebody can be heard again: there is no reason to wait for long any more. */
function hurry({ state, env }: Zab): void {
  const { resendMinUs } = state.config;
  // Not where the wait is short already: a timer that is set anew again and again never fires.
  if (state.resendUs <= resendMinUs) return;
  state.resendUs = resendMinUs;
  env.setTimer(TIMER.resend, resendMinUs);
}

/** Nobody has had a better vote for a while: the election is over. */
export function onFinalizeTimer(zab: Zab): void {
  const { state, rules } = zab;
  if (state.role !== 'looking' || !state.isFinalizing) return;
  const holders = holdersOf(state.vote, state.votes);
  if (rules.electionDone(state, holders)) conclude(zab, state.vote, holders);
  else state.isFinalizing = false;
}

/** A server that looks for a leader as well. */
function onVote(zab: Zab, from: NodeId, message: Notification): void {
  const { state, env, rules } = zab;
  const { clock, vote } = message;
  const round = rules.roundOf(state, message);
  if (round === 'earlier') {
    env.send(from, notification(state));
    return;
  }
  if (round === 'later') {
    state.clock = clock;
    state.votes.clear();
    const initial = rules.initialVote(state);
    adoptVote(zab, rules.better(state, vote, initial) ? vote : initial);
    sendAll(zab, notification(state));
  } else if (rules.better(state, vote, state.vote)) {
    adoptVote(zab, vote);
    sendAll(zab, notification(state));
  }
  state.votes.set(from, vote);
  checkElection(zab);
}

/** A server that has a leader: if a quorum follows it, and it says so itself, it is the leader. */
function onOutsideVote(zab: Zab, from: NodeId, message: Notification): void {
  const { state, rules } = zab;
  if (!isVoter(state, from)) return;
  state.outside.set(from, message);
  const { leader } = message.vote;
  const followers = [...state.outside].filter(([, other]) => other.vote.leader === leader);
  const mask = maskOf(followers.map(([node]) => node));
  const own = state.outside.get(leader);
  if (own && rules.saysItLeads(own) && rules.electionDone(state, mask)) {
    state.clock = own.clock;
    conclude(zab, own.vote, mask);
    return;
  }
  if (rules.roundOf(state, message) !== 'same') return;
  // It has decided in the round in which this server votes still.
  state.votes.set(from, message.vote);
  checkElection(zab);
}

function conclude(zab: Zab, vote: Vote, certificate: number): void {
  const { state, env } = zab;
  assert(state.role === 'looking', 'an election ends twice');
  state.vote = vote;
  state.leader = vote.leader;
  env.cancelTimer(TIMER.resend);
  env.cancelTimer(TIMER.finalize);
  env.trace({
    kind: 'elected',
    clock: state.clock,
    leader: state.leader,
    certificate: nodesOf(certificate),
  });
  assert(isVoter(state, state.leader), 'an observer was elected');
  if (state.leader === state.self) startLeading(zab);
  else startJoining(zab);
}
