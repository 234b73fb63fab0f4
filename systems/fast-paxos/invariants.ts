/**
 * What holds of a node's own state between any two of its steps, whatever it was told and whatever its
 * rules decide. What rules decide (what is promised, voted for, chosen) is judged by the checkers.
 */

import { assert } from '../../checkers/assert.ts';
import type { FastState } from './state.ts';

export function assertInvariants(state: Readonly<FastState>): void {
  const { snapshot, role, chosenUpTo, offers, waiting } = state;
  assert(snapshot.slot <= state.applied, 'what a snapshot covers was executed');
  assert(state.applied <= chosenUpTo, 'what is executed is known to be chosen');
  assert(state.taken >= snapshot.slot, 'what a snapshot covers is taken');
  assert(state.seen >= state.ownRound, 'a round of its own is one that it has heard of');
  assert(state.round <= state.ownRound, 'a round under way is its own');
  assert(state.led <= state.round, 'the round that it led is not above the one under way');
  assert(state.retrying || waiting.size === 0, 'whoever waits is looked after');
  assert(state.following <= state.seen, 'who is followed was heard of');
  assert(state.ackUs.length === state.members.length, 'every node was heard at some time');
  assert(state.quorums.nodes === state.members.length, 'quorums are of the members');
  assert(state.contention >= 0, 'contention is counted from none');
  assert(offers.size <= waiting.size, 'what is offered is for somebody who waits');
  assert(role !== 'leader' || state.led === state.round, 'a coordinator leads its round');
  assert(role === 'candidate' || state.promises.length === 0, 'only candidates collect promises');
  assert(role !== 'follower' || state.proposals.size === 0, 'only a coordinator proposes itself');
}
