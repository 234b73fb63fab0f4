/**
 * What holds of a server's own state between any two of its steps, whatever it was told and whatever
 * its rules decide. What rules decide (epochs, acknowledgements, commits) is judged by the checkers.
 */

import { assert } from '../../checkers/assert.ts';
import { NOBODY, type ZabState } from './state.ts';

export function assertInvariants(state: Readonly<ZabState>): void {
  const { snapshot, base, role, phase, leader, self } = state;
  assert(base.position <= snapshot.position, 'what is no longer kept is in the snapshot');
  assert(snapshot.position <= state.applied, 'what a snapshot covers was delivered');
  assert((role === 'looking') === (phase === 'election'), 'who looks for a leader elects one');
  assert((role === 'leading') === (leader === self), 'who leads knows it, and nobody else does');
  assert(role !== 'looking' || leader === NOBODY, 'who looks for a leader has none');
  assert(role === 'leading' || leader === NOBODY || leader < state.voters.length, 'voters lead');
  assert(
    phase === 'synchronisation' || state.staged.txns.length === 0,
    'only who joins puts aside',
  );
  assert(state.learners.length === state.members.length, 'every server is a learner or not');
  if (role === 'leading') assertLeader(state);
  else assertNoLeader(state);
}

function assertLeader(state: Readonly<ZabState>): void {
  const { outstanding, learners, self, base, log } = state;
  assert(learners[self] === null, 'a leader is no learner of its own');
  const last = outstanding.at(-1);
  assert(
    last === undefined || last.position <= base.position + log.length,
    'what is proposed is in the history',
  );
  assert(outstanding.length <= log.length, 'what is not committed is still kept');
  const [first] = outstanding;
  assert(first === undefined || first.position > state.committed, 'what is committed is settled');
}

function assertNoLeader(state: Readonly<ZabState>): void {
  assert(state.role !== 'looking' || state.pending.size === 0, 'nobody waits for a leader of none');
  assert(state.role !== 'looking' || state.pendingSyncs.size === 0, 'a sync asks a leader');
  assert(state.outstanding.length === 0, 'only a leader counts acknowledgements');
  assert(state.waitingSyncs.length === 0, 'only a leader is asked to sync');
}
