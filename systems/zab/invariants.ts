/**
 * What holds of a server's own state between any two of its steps, whatever it was told and whatever
 * its rules decide. What rules decide (epochs, acknowledgements, commits) is judged by the checkers.
 */

import { assert } from '../../checkers/assert.ts';
import type { Micros } from '../../checkers/units.ts';
import { lastPosition } from './history.ts';
import { NOBODY, type ZabState } from './state.ts';

export function assertInvariants(state: Readonly<ZabState>, nowUs: Micros): void {
  const { snapshot, base, role, phase, leader, self, voters, members } = state;
  assert(base.position <= snapshot.position, 'what is no longer kept is in the snapshot');
  assert(snapshot.position <= state.applied, 'what a snapshot covers was delivered');
  assert((role === 'looking') === (phase === 'election'), 'who looks for a leader elects one');
  assert((role === 'leading') === (leader === self), 'who leads knows it, and nobody else does');
  assert(role !== 'looking' || leader === NOBODY, 'who looks for a leader has none');
  assert(role !== 'following' || leader !== NOBODY, 'who follows follows somebody');
  assert(role === 'leading' || leader === NOBODY || leader < voters.length, 'voters lead');
  assert(
    phase === 'synchronisation' || state.staged.txns.length === 0,
    'only who joins puts aside',
  );
  assert(voters.length <= members.length, 'voters are members');
  assert(state.quorums.length === 1 << voters.length, 'every set of voters is a quorum or not');
  assert(state.vote.leader < voters.length, 'votes are for voters');
  assert(state.votes.size <= voters.length, 'every voter has one vote');
  assert(state.outside.size <= members.length, 'every server says one thing');
  assert(state.learners.length === members.length, 'every server is a learner or not');
  assert(state.joinedUs <= nowUs, 'a leader is joined before that is over');
  assert(state.heardUs <= nowUs, 'a leader is heard before that is over');
  assert(
    state.pending.size + state.pendingSyncs.size <= state.requests,
    'every client that waits has a number of its own',
  );
  assert(
    state.kv.sessions.size <= state.config.sessionsMax,
    'there is room for every session that is open',
  );
  if (role === 'leading') assertLeader(state, nowUs);
  else assertNoLeader(state);
}

function assertLeader(state: Readonly<ZabState>, nowUs: Micros): void {
  const { phase, epoch, committed, outstanding, waitingSyncs, learners, self, log } = state;
  const last = lastPosition(state);
  assert(self < state.voters.length, 'observers do not lead');
  assert(learners[self] === null, 'a leader is no learner of its own');
  assert(epoch <= state.acceptedEpoch, 'a leader accepts the epoch that it proposes');
  assert(phase === 'discovery' || epoch > 0, 'who has been followed has proposed an epoch');
  assert(outstanding.length <= log.length, 'what is not committed is still kept');
  assert((outstanding.at(-1)?.position ?? last) === last, 'the last proposal ends the history');
  const [first] = outstanding;
  assert(first === undefined || first.position > committed, 'what is committed is settled');
  const sync = waitingSyncs.at(-1);
  assert(sync === undefined || sync.position <= last, 'a sync waits for what is in the history');
  assert(sync === undefined || sync.position > committed, 'a sync waits for what is to come');
  if (phase === 'broadcast') {
    assert(epoch === state.currentEpoch, 'a leader broadcasts in the epoch that it founded');
    assert(state.leaderSinceUs <= nowUs, 'a leader has begun to lead');
    assert(outstanding.length === last - committed, 'what is not committed is under way');
  } else {
    assert(outstanding.length === 0, 'nothing is proposed before the broadcast');
    assert(waitingSyncs.length === 0, 'nobody syncs before the broadcast');
    assert(state.pending.size === 0, 'nobody waits for a leader that does not serve');
  }
}

function assertNoLeader(state: Readonly<ZabState>): void {
  assert(state.role !== 'looking' || state.pending.size === 0, 'nobody waits for a leader of none');
  assert(state.role !== 'looking' || state.pendingSyncs.size === 0, 'a sync asks a leader');
  assert(state.outstanding.length === 0, 'only a leader counts acknowledgements');
  assert(state.waitingSyncs.length === 0, 'only a leader is asked to sync');
}
