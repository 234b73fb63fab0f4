/** Leaving a leader or a leadership, and looking for a leader: the beginning of phase 0. */

import { assert } from '../../checkers/assert.ts';
import { sendAll } from '../send-all.ts';
import { abandonClients } from './answers.ts';
import type { Zab } from './context.ts';
import type { Notification, Vote } from './messages.ts';
import { becomeLooking } from './phases.ts';
import { emptyStage, isVoter, NOBODY, TIMER, type ZabState } from './state.ts';

/** Looks for a leader: whatever the server was part of is over, or its own epoch is `spent`. */
export function look(zab: Zab, isSpent = false): void {
  const { state, env, rules } = zab;
  env.cancelTimer(TIMER.limit);
  env.cancelTimer(TIMER.ping);
  state.kv = rules.machineAfterBreak(state, state.staged);
  state.staged = emptyStage();
  becomeLooking(state);
  state.learners.fill(null);
  state.outstanding.length = 0;
  state.waitingSyncs.length = 0;
  abandonClients(zab);
  startElection(zab, isSpent);
}

/** Begins a round of elections. The server has left whatever it was part of. */
export function startElection(zab: Zab, isSpent = false): void {
  const { state, env } = zab;
  assert(state.role === 'looking' && state.phase === 'election', 'an election besides a leader');
  state.clock++;
  state.votes.clear();
  state.outside.clear();
  state.isFinalizing = false;
  state.resendUs = state.config.resendMinUs;
  env.trace({ kind: 'looking', clock: state.clock, ...(isSpent ? { spent: true } : {}) });
  adoptVote(zab, zab.rules.initialVote(state));
  env.setTimer(TIMER.resend, state.resendUs);
  sendAll(zab, notification(state));
  checkElection(zab);
}

/** Starts waiting for better votes once a quorum holds the own one. */
export function checkElection(zab: Zab): void {
  const { state, env, rules } = zab;
  assert(state.role === 'looking', 'votes are counted besides a leader');
  if (state.isFinalizing || state.vote.leader === NOBODY) return;
  if (!rules.electionDone(state, holdersOf(state.vote, state.votes))) return;
  state.isFinalizing = true;
  env.setTimer(TIMER.finalize, state.config.finalizeUs);
}

/** A better vote ends the wait for better ones. */
export function adoptVote(zab: Zab, vote: Vote): void {
  const { state, env } = zab;
  state.vote = vote;
  if (state.isFinalizing) env.cancelTimer(TIMER.finalize);
  state.isFinalizing = false;
  if (!isVoter(state, state.self)) return;
  state.votes.set(state.self, vote);
  env.trace({ kind: 'vote-change', clock: state.clock, vote });
}

/** Who holds this very vote, as a mask. */
export function holdersOf(vote: Vote, votes: ReadonlyMap<number, Vote>): number {
  let holders = 0;
  for (const [node, { leader, epoch, zxid }] of votes) {
    if (leader !== vote.leader || epoch !== vote.epoch) continue;
    if (zxid.epoch === vote.zxid.epoch && zxid.counter === vote.zxid.counter) holders |= 1 << node;
  }
  return holders;
}

/** What this server says to those that look for a leader. */
export function notification({ role, clock, vote }: ZabState): Notification {
  return { kind: 'notification', role, clock, vote };
}
