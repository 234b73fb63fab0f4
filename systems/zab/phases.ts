/**
 * What a server may become, and the order of the phases: election, discovery, synchronisation,
 * broadcast, and from each back to the election.
 */

import { assert } from '../../checkers/assert.ts';
import { changeRole, type RoleChanges } from '../role-changes.ts';
import { isVoter, NOBODY, type Phase, type Role, type ZabState } from './state.ts';

const MAY_BECOME: RoleChanges<Role> = {
  looking: ['looking', 'following', 'observing', 'leading'],
  following: ['looking'],
  observing: ['looking'],
  leading: ['looking'],
};

const PHASES: readonly Phase[] = ['election', 'discovery', 'synchronisation', 'broadcast'];

/** Phase 0: it has no leader, and is none. */
export function becomeLooking(state: ZabState): void {
  changeRole(state, 'looking', MAY_BECOME);
  state.phase = 'election';
  state.leader = NOBODY;
}

/** Phase 1 at the server that was elected. */
export function becomeLeading(state: ZabState): void {
  assert(state.leader === state.self, 'leading though another was elected');
  changeRole(state, 'leading', MAY_BECOME);
  enterPhase(state, 'discovery');
}

/** Phase 1 at every other: voters follow, and the others observe. */
export function becomeFollowing(state: ZabState): void {
  assert(state.leader !== state.self, 'following itself');
  changeRole(state, isVoter(state, state.self) ? 'following' : 'observing', MAY_BECOME);
  enterPhase(state, 'discovery');
}

/** Goes on to the next phase. */
export function enterPhase(state: ZabState, phase: Phase): void {
  assert(PHASES.indexOf(phase) === PHASES.indexOf(state.phase) + 1, 'a phase is left out');
  state.phase = phase;
}
