/**
 * What holds of a node's own state between any two of its steps, whatever it was told and whatever its
 * rules decide. What rules decide (what is promised, voted for, chosen) is judged by the checkers.
 */

import { assert } from '../../checkers/assert.ts';
import type { Micros } from '../../checkers/units.ts';
import type { FastState } from './state.ts';

export function assertInvariants(state: Readonly<FastState>, nowUs: Micros): void {
  const { snapshot, chosenUpTo, offers, waiting, seen, members } = state;
  assert(snapshot.slot <= state.applied, 'what a snapshot covers was executed');
  assert(state.applied <= chosenUpTo, 'what is executed is known to be chosen');
  assert(state.chosen.size >= chosenUpTo - snapshot.slot, 'what is chosen is kept, or compacted');
  assert(state.taken >= snapshot.slot, 'what a snapshot covers is taken');
  assert(seen >= state.promised, 'what is promised is a round that it has heard of');
  assert(seen >= state.ownRound, 'a round of its own is one that it has heard of');
  assert(seen >= state.any.round, 'an Any is of a round that it has heard of');
  assert(state.following <= seen, 'who is followed was heard of');
  assert(state.leader < members.length, 'members lead');
  assert(state.waitingSinceUs <= nowUs, 'a wait has begun');
  assert(state.timeoutUs > 0, 'a wait comes to an end');
  assert(state.clusterSinceUs <= nowUs, "the cluster's clock was set before it runs");
  assert(state.retrying || waiting.size === 0, 'whoever waits is looked after');
  assert(offers.size <= waiting.size, 'what is offered is for somebody who waits');
  assert(state.ackUs.length === members.length, 'every node was heard at some time');
  assert(state.ackBeat.length === members.length, 'every node has answered a heartbeat or none');
  assert(state.quorums.nodes === members.length, 'quorums are of the members');
  assert(state.contention >= 0, 'contention is counted from none');
  assert(
    state.kv.sessions.size <= state.config.sessionsMax,
    'there is room for every session that is open',
  );
  assertRound(state, nowUs);
}

/** The round of its own that a node tries or leads, if it does. */
function assertRound(state: Readonly<FastState>, nowUs: Micros): void {
  const { role, round, ownRound, promises } = state;
  assert(round <= ownRound, 'a round under way is its own');
  assert(state.led <= round, 'the round that it led is not above the one under way');
  assert(role !== 'leader' || state.led === round, 'a coordinator leads its round');
  assert(role === 'candidate' || promises.length === 0, 'only candidates collect promises');
  assert(promises.length <= state.members.length, 'every member promises once');
  if (role === 'follower') {
    assert(state.proposals.size === 0, 'only a coordinator proposes itself');
  } else {
    assert(round === ownRound, 'who stands or leads does so in its latest round');
    assert(state.roundSinceUs <= nowUs, 'the round under way has begun');
    assert(state.preparedFrom >= 1, 'what is prepared begins with the first slot, or later');
  }
}
