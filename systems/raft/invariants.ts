/**
 * What holds of a node's own state between any two of its steps, whatever it was told and whatever its
 * rules decide. What rules decide (what is committed, executed, granted) is judged by the checkers.
 */

import { assert } from '../../checkers/assert.ts';
import { itemAt } from '../../checkers/item-at.ts';
import { lastIndex } from './log.ts';
import { NOBODY, type RaftState } from './state.ts';

export function assertInvariants(state: Readonly<RaftState>): void {
  const { snapshot, configurations, votedFor, role, self, leader } = state;
  const last = lastIndex(state);
  assert(snapshot.index <= state.applied, 'what a snapshot covers was executed');
  assert(state.durableIndex <= last, 'what is durable is in the log');
  assert(configurations.length > 0, 'there is always a configuration');
  assert(itemAt(configurations, 0).index <= snapshot.index, 'what came before a snapshot is known');
  assert(state.progress.length === state.members.length, 'every member has its progress');
  assert(state.peers.length < state.members.length, 'a node is no peer of its own');
  const asked = state.followerReads.at(-1)?.request ?? -1;
  assert(asked < state.nextRequest, 'a question has a number that was given out');
  assert(votedFor >= NOBODY && votedFor < state.members.length, 'a vote is for a member');
  assert((role === 'leader') === (leader === self), 'who leads knows it, and nobody else does');
  if (role === 'leader') assertLeader(state, last);
  else assertNoLeader(state);
}

function assertLeader(state: Readonly<RaftState>, last: number): void {
  const { pending, transfer, self } = state;
  assert(state.confirmedRound <= state.round, 'a round is confirmed once it has begun');
  assert(transfer === null || transfer.target !== self, 'leadership goes to somebody else');
  assert(state.firstOwn <= last + 1, 'its term begins in its log, or right behind it');
  const [first] = pending;
  assert(first === undefined || first.index > state.applied, 'who waits waits for what is to come');
  const latest = pending.at(-1);
  assert(latest === undefined || latest.index <= last, 'a client waits for what is in the log');
}

function assertNoLeader(state: Readonly<RaftState>): void {
  assert(state.transfer === null, 'only leadership is handed over');
  assert(state.pending.length === 0, 'only a leader has appended for clients');
  assert(state.reads.length === 0, 'only a leader confirms reads');
}
