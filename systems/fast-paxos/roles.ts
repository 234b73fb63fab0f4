/** What a node may become, and following, standing and leading as such (FP, section 2.2). */

import { assert } from '../../checkers/assert.ts';
import type { NodeId } from '../../checkers/units.ts';
import { resetElectionWait } from '../election-wait.ts';
import { changeRole, type RoleChanges } from '../role-changes.ts';
import type { Fast } from './context.ts';
import { NO_ROUND } from './numbers.ts';
import { NOBODY, type Role, TIMER } from './state.ts';
import { abandonBacklog, dropForwarded } from './waiting.ts';

/** A coordinator that goes on in another round prepares that as a candidate. */
const MAY_BECOME: RoleChanges<Role> = {
  follower: ['follower', 'candidate'],
  candidate: ['follower', 'candidate', 'leader'],
  leader: ['follower', 'candidate'],
};

/** The coordinator of `round` has been heard. */
export function follow(fast: Fast, leader: NodeId, round: number): void {
  const { state, env, rules } = fast;
  assert(leader !== state.self, 'a node does not follow itself');
  if (rules.givesWay(state, round)) stepDown(fast, 'higher-round');
  if (round > state.seen) state.seen = round;
  state.leader = leader;
  // The successor of a fast round goes with it.
  state.following = round - (round % 2);
  state.waitingSinceUs = env.nowUs();
}

/** Gives up the candidacy or leadership. Clients whose command may be chosen go on waiting. */
export function stepDown(fast: Fast, reason: string): void {
  const { state, env } = fast;
  const { led } = state;
  changeRole(state, 'follower', MAY_BECOME);
  state.leader = NOBODY;
  state.led = NO_ROUND;
  state.promises = [];
  state.proposals.clear();
  env.cancelTimer(TIMER.heartbeat);
  dropForwarded(fast);
  abandonBacklog(fast);
  if (led === NO_ROUND) return;
  env.trace({ kind: 'step-down', term: led, reason });
  resetElectionWait(fast);
}

/** Stands with a round of its own. */
export function becomeCandidate(fast: Fast, round: number): void {
  const { state, env, rules } = fast;
  changeRole(state, 'candidate', MAY_BECOME);
  state.round = round;
  state.roundSinceUs = env.nowUs();
  state.ownRound = round;
  if (round > state.seen) state.seen = round;
  state.preparedFrom = rules.prepareFrom(state);
  state.promises = [];
  state.proposals.clear();
}

/** Coordinates phase 2 of its round; slots up to `last` are taken. */
export function becomeLeader(fast: Fast, last: number): void {
  const { state, env } = fast;
  changeRole(state, 'leader', MAY_BECOME);
  assert(state.proposals.size === 0, 'a new coordinator has proposed nothing yet');
  state.leader = state.self;
  state.following = state.round;
  state.led = state.round;
  state.roundSinceUs = env.nowUs();
  state.contention = 0;
  state.beat = 0;
  state.ackBeat.fill(0);
  state.taken = last;
  state.promises = [];
  env.cancelTimer(TIMER.election);
}
