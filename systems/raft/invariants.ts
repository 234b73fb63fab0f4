/**
 * What holds of a node's own state between any two of its steps, whatever it was told and whatever its
 * rules decide. What rules decide (what is committed, executed, granted) is judged by the checkers.
 */

import { assert } from '../../checkers/assert.ts';
import { itemAt } from '../../checkers/item-at.ts';
import type { Micros } from '../../checkers/units.ts';
import { lastIndex } from './log.ts';
import { NOBODY, type RaftState } from './state.ts';

export function assertInvariants(state: Readonly<RaftState>, nowUs: Micros): void {
  assertRole(state);
  assertLog(state);
  assertConfigurations(state);
  assertWaits(state, nowUs);
  if (state.role === 'leader') assertLeader(state, nowUs);
  else assertNoLeader(state);
}

function assertRole({ role, leader, self, votedFor, members, granted }: Readonly<RaftState>): void {
  assert(votedFor >= NOBODY && votedFor < members.length, 'a vote is for a member');
  assert(leader >= NOBODY && leader < members.length, 'members lead');
  assert((role === 'leader') === (leader === self), 'who leads knows it, and nobody else does');
  assert(granted.length === members.length, 'every member has granted its vote or not');
  assert(role !== 'candidate' || granted[self] === true, 'a candidate has its own vote');
  assert(role !== 'candidate' || leader === NOBODY, 'a candidate has no leader');
  assert(role !== 'pre-candidate' || leader === NOBODY, 'a pre-candidate has no leader');
}

function assertLog(state: Readonly<RaftState>): void {
  const { snapshot, term, incoming } = state;
  assert(snapshot.index <= state.applied, 'what a snapshot covers was executed');
  assert(state.durableIndex <= lastIndex(state), 'what is durable is in the log');
  assert(incoming === null || incoming.term <= term, 'a snapshot comes in from a term that began');
  assert(
    state.kv.sessions.size <= state.config.sessionsMax,
    'there is room for every session that is open',
  );
}

function assertConfigurations(state: Readonly<RaftState>): void {
  const { configurations, electorates, members } = state;
  assert(configurations.length > 0, 'there is always a configuration');
  assert(itemAt(configurations, 0).index <= state.snapshot.index, 'what came before is known');
  assert(state.progress.length === members.length, 'every member has its progress');
  assert(state.peers.length < members.length, 'a node is no peer of its own');
  assert(electorates.election.length > 0, 'somebody elects');
  assert(electorates.commit.length > 0, 'somebody commits');
  assert(electorates.read.length > 0, 'somebody confirms reads');
}

function assertWaits(state: Readonly<RaftState>, nowUs: Micros): void {
  const { followerReads } = state;
  assert(state.waitingSinceUs <= nowUs, 'a wait has begun');
  assert(state.timeoutUs > 0, 'a wait comes to an end');
  assert(state.contactUs <= nowUs, 'a leader is heard before that is over');
  const latest = followerReads.at(-1)?.request ?? -1;
  assert(latest < state.nextRequest, 'a question has a number that was given out');
  assert(
    (followerReads[0]?.request ?? -1) <= latest,
    'questions wait in the order of their numbers',
  );
}

function assertLeader(state: Readonly<RaftState>, nowUs: Micros): void {
  const { pending, transfer, self, reads, round, leaderSinceUs } = state;
  const last = lastIndex(state);
  assert(leaderSinceUs <= nowUs, 'a leader has begun to lead');
  assert(state.heartbeatSentUs <= nowUs, 'a heartbeat is sent before that is over');
  assert(state.confirmedRound <= round, 'a round is confirmed once it has begun');
  assert(state.firstOwn <= last + 1, 'its term begins in its log, or right behind it');
  const own = itemAt(state.progress, self);
  assert(own.ackRound === round, 'a leader answers its own rounds');
  assert(own.match <= last, 'a leader counts what it has');
  assert(own.flights.length === 0, 'nothing is under way from a leader to itself');
  assert(own.sending.kind !== 'snapshot', 'a leader sends itself no snapshot');
  if (transfer !== null) {
    assert(transfer.target !== self, 'leadership goes to somebody else');
    assert(transfer.target < state.members.length, 'leadership goes to a member');
    assert(transfer.sinceUs >= leaderSinceUs, 'only leadership that was won is handed over');
    assert(transfer.sinceUs <= nowUs, 'a transfer under way has begun');
  }
  const [first] = pending;
  const latest = pending.at(-1);
  if (first !== undefined && latest !== undefined) {
    assert(first.index > state.applied, 'who waits waits for what is to come');
    assert(first.index <= latest.index, 'clients wait in the order of the log');
    assert(latest.index <= last, 'a client waits for what is in the log');
  }
  const read = reads.at(-1);
  if (read === undefined) return;
  assert(read.since <= round, 'a read arrives in a round that has begun');
  assert(itemAt(reads, 0).since <= read.since, 'reads wait in the order of their arrival');
}

function assertNoLeader(state: Readonly<RaftState>): void {
  assert(state.transfer === null, 'only leadership is handed over');
  assert(state.pending.length === 0, 'only a leader has appended for clients');
  assert(state.reads.length === 0, 'only a leader confirms reads');
}
