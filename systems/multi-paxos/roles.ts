/** What a node may become, and following, standing and leading as such (PMS, section 3). */

import { assert } from '../../checkers/assert.ts';
import type { Ballot, Micros, NodeId } from '../../checkers/units.ts';
import { resetElectionWait } from '../election-wait.ts';
import { changeRole, type RoleChanges } from '../role-changes.ts';
import { abandonClients } from './answers.ts';
import type { Multi } from './context.ts';
import { NOBODY, type Role, TIMER } from './state.ts';

/** A leader that prepares anew is a follower in between. */
const MAY_BECOME: RoleChanges<Role> = {
  follower: ['follower', 'candidate'],
  candidate: ['follower', 'candidate', 'leader'],
  leader: ['follower'],
};

/** A leader of `ballot` has been heard. */
export function follow(multi: Multi, leader: NodeId, ballot: Ballot): void {
  const { state, env, rules } = multi;
  assert(leader !== state.self, 'a node does not follow itself');
  if (rules.givesWay(state, ballot)) stepDown(multi, 'higher-ballot');
  if (ballot > state.seen) state.seen = ballot;
  state.leader = leader;
  state.waitingSinceUs = env.nowUs();
}

/** Gives up the candidacy or leadership. Clients whose command may be chosen go on waiting. */
export function stepDown(multi: Multi, reason: string): void {
  const { state, env } = multi;
  const led = state.role === 'leader';
  retire(multi);
  if (!led) return;
  env.trace({ kind: 'step-down', term: state.ballot, reason });
  resetElectionWait(multi);
}

/** Is a follower again, without a word about it. */
export function retire(multi: Multi): void {
  const { state, env } = multi;
  const led = state.role === 'leader';
  changeRole(state, 'follower', MAY_BECOME);
  state.leader = NOBODY;
  state.promises = [];
  state.reports = new Map();
  state.proposals.clear();
  if (!led) return;
  env.cancelTimer(TIMER.heartbeat);
  abandonClients(multi);
  assert(state.backlog.length === 0 && state.reads.length === 0, 'a client waits for nobody');
}

/** Stands with a ballot of its own. */
export function becomeCandidate(multi: Multi, ballot: Ballot): void {
  const { state, rules } = multi;
  changeRole(state, 'candidate', MAY_BECOME);
  state.leader = NOBODY;
  state.ballot = ballot;
  state.ownBallot = ballot;
  if (ballot > state.seen) state.seen = ballot;
  state.preparedFrom = rules.prepareFrom(state);
  state.promises = [];
}

/** Leads from `firstOwn` on: below are slots of earlier leaders. */
export function becomeLeader(multi: Multi, firstOwn: number, clusterUs: Micros): void {
  const { state, env } = multi;
  changeRole(state, 'leader', MAY_BECOME);
  assert(state.proposals.size === 0, 'a new leader has proposed nothing yet');
  state.leader = state.self;
  state.promises = [];
  state.leaderSinceUs = env.nowUs();
  state.clusterUs = clusterUs;
  state.firstOwn = firstOwn;
  state.next = state.chosenUpTo + 1;
  state.ackRound.fill(0);
  state.ackUs.fill(state.leaderSinceUs);
  state.round = 0;
  state.confirmedRound = 0;
  state.leaseUntilUs = Number.NEGATIVE_INFINITY;
  env.cancelTimer(TIMER.election);
}
