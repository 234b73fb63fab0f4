/**
 * What holds of a node's own state between any two of its steps, whatever it was told and whatever its
 * rules decide. What rules decide (what is promised, accepted, chosen) is judged by the checkers.
 */

import { assert } from '../../checkers/assert.ts';
import type { MultiState } from './state.ts';

export function assertInvariants(state: Readonly<MultiState>): void {
  const { snapshot, role, chosenUpTo, configurations } = state;
  assert(snapshot.slot <= state.applied, 'what a snapshot covers was executed');
  assert(state.applied <= chosenUpTo, 'what is executed is known to be chosen');
  assert(configurations.length > 0, 'somebody votes in every slot');
  assert(state.seen >= state.ownBallot, 'a ballot of its own is one that it has heard of');
  assert(state.confirmedRound <= state.round, 'a round is confirmed once it has begun');
  assert(role === 'leader' || state.leader !== state.self, 'only a leader takes itself for one');
  assert(role === 'candidate' || state.promises.length === 0, 'only candidates collect promises');
  assert(state.ackRound.length === state.members.length, 'every node has answered a round or none');
  assert(state.grantedTo < state.members.length, 'a lease is granted to a member');
  assert(role !== 'follower' || state.reports.size === 0, 'only who stands or leads has reports');
  if (role === 'leader') assertLeader(state);
  else assertNoLeader(state);
}

function assertLeader(state: Readonly<MultiState>): void {
  const { firstOwn, preparedFrom, next, ackRound, self } = state;
  assert(firstOwn >= preparedFrom, 'what is its own was prepared');
  assert(next >= preparedFrom, 'what is proposed was prepared');
  assert(ackRound[self] === state.round, 'a leader answers its own rounds');
  assert(state.proposals.size < next, 'there is a slot for every proposal');
}

function assertNoLeader(state: Readonly<MultiState>): void {
  assert(state.proposals.size === 0, 'only a leader proposes');
  assert(state.backlog.length === 0, 'commands wait for room at the leader');
  assert(state.reads.length === 0, 'only a leader confirms reads');
}
