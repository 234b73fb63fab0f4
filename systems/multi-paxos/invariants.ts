/**
 * What holds of a node's own state between any two of its steps, whatever it was told and whatever its
 * rules decide. What rules decide (what is promised, accepted, chosen) is judged by the checkers.
 */

import { assert } from '../../checkers/assert.ts';
import { itemAt } from '../../checkers/item-at.ts';
import type { Micros } from '../../checkers/units.ts';
import { type MultiState, NOBODY, ROUNDS_KEPT } from './state.ts';

export function assertInvariants(state: Readonly<MultiState>, nowUs: Micros): void {
  const { snapshot, role, chosenUpTo, configurations, promises, members } = state;
  assert(snapshot.slot <= state.applied, 'what a snapshot covers was executed');
  assert(state.applied <= chosenUpTo, 'what is executed is known to be chosen');
  assert(state.chosen.size >= chosenUpTo - snapshot.slot, 'what is chosen is kept, or compacted');
  assert(configurations.length > 0, 'somebody votes in every slot');
  assert(itemAt(configurations, 0).from <= snapshot.slot + 1, 'who votes behind it is known');
  assert(state.seen >= state.ownBallot, 'a ballot of its own is one that it has heard of');
  assert(state.confirmedRound <= state.round, 'a round is confirmed once it has begun');
  assert(state.leader < members.length, 'members lead');
  assert(role === 'leader' || state.leader !== state.self, 'only a leader takes itself for one');
  assert(role === 'candidate' || promises.length === 0, 'only candidates collect promises');
  assert(promises.length <= members.length, 'every member promises once');
  assert(state.ackRound.length === members.length, 'every node has answered a round or none');
  assert(state.ackUs.length === members.length, 'every node was heard at some time');
  assert(state.grantedTo < members.length, 'a lease is granted to a member');
  assert(state.grantedAtUs <= nowUs, 'a lease that was granted has begun');
  assert(state.startedUs <= nowUs, 'a node was started before it does anything');
  assert(state.waitingSinceUs <= nowUs, 'a wait has begun');
  assert(state.timeoutUs > 0, 'a wait comes to an end');
  assert(role !== 'follower' || state.reports.size === 0, 'only who stands or leads has reports');
  assert(
    state.kv.sessions.size <= state.config.sessionsMax,
    'there is room for every session that is open',
  );
  if (role === 'leader') assertLeader(state, nowUs);
  else assertNoLeader(state);
}

function assertLeader(state: Readonly<MultiState>, nowUs: Micros): void {
  const { firstOwn, preparedFrom, next, ackRound, self, round, reads } = state;
  assert(preparedFrom >= 1, 'what is prepared begins with the first slot, or later');
  assert(firstOwn >= preparedFrom, 'what is its own was prepared');
  assert(next >= preparedFrom, 'what is proposed was prepared');
  assert(ackRound[self] === round, 'a leader answers its own rounds');
  assert(state.proposals.size < next, 'there is a slot for every proposal');
  assert(state.leaderSinceUs <= nowUs, 'a leader has begun to lead');
  assert(state.roundStartUs.length === ROUNDS_KEPT, 'as many starts of rounds are kept as said');
  assert(state.roundBegunUs.length === ROUNDS_KEPT, 'as much evidence of rounds is kept as said');
  const latest = reads.at(-1);
  if (latest === undefined) return;
  assert(latest.since <= round, 'a read arrives in a round that has begun');
  assert(itemAt(reads, 0).since <= latest.since, 'reads wait in the order of their arrival');
}

function assertNoLeader(state: Readonly<MultiState>): void {
  const { role, ballot, ownBallot, leader } = state;
  assert(state.proposals.size === 0, 'only a leader proposes');
  assert(state.backlog.length === 0, 'commands wait for room at the leader');
  assert(state.reads.length === 0, 'only a leader confirms reads');
  assert(role !== 'candidate' || leader === NOBODY, 'who stands has no leader');
  assert(role !== 'candidate' || ballot === ownBallot, 'who stands does so in its latest ballot');
}
