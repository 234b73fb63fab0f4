/**
 * What holds of a node's own state between any two of its steps, whatever it was told and whatever its
 * rules decide. What rules decide (what is promised, accepted, decided) is judged by the checkers.
 */

import { assert } from '../../checkers/assert.ts';
import { type Attempt, type BasicState, NO_BALLOT } from './state.ts';

export function assertInvariants(state: Readonly<BasicState>): void {
  const { accepted, promised, heardUs, members, attempts, records } = state;
  assert(accepted.size <= promised.size, 'what is accepted is promised as well');
  assert(heardUs.length === members.length, 'every node is heard or not');
  assert(records >= accepted.size, 'what is accepted has a record');
  for (const [key, attempt] of attempts) assertAttempt(key, attempt);
}

function assertAttempt(key: string, attempt: Readonly<Attempt>): void {
  const { phase, ballot, waiting, failures, deadlineUs } = attempt;
  assert(attempt.key === key, 'an attempt is at the key that it stands under');
  assert(waiting.length > 0, 'an attempt is for somebody who waits');
  assert(ballot !== NO_BALLOT, 'an attempt has begun a ballot');
  assert(phase !== 'prepare' || attempt.value === null, 'phase 1 stands for no value');
  assert(phase !== 'backoff' || failures > 0, 'who waits for another ballot has failed in one');
  assert(deadlineUs < Number.POSITIVE_INFINITY, 'a phase comes to an end');
}
