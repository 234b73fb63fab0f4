/**
 * What holds of a node's own state between any two of its steps, whatever it was told and whatever its
 * rules decide. What rules decide (what is promised, accepted, decided) is judged by the checkers.
 */

import { assert } from '../../checkers/assert.ts';
import type { Micros } from '../../checkers/units.ts';
import { type Attempt, type BasicState, NO_BALLOT } from './state.ts';

export function assertInvariants(state: Readonly<BasicState>, nowUs: Micros): void {
  const { accepted, promised, heardUs, members, attempts, records, leader, self } = state;
  assert(accepted.size <= promised.size, 'what is accepted is promised as well');
  assert(heardUs.length === members.length, 'every node is heard or not');
  assert(records >= accepted.size, 'what is accepted has a record');
  assert(leader >= 0 && leader <= self, 'a node hears itself, so nobody above it proposes');
  for (const [key, attempt] of attempts) {
    assert(!state.decided.has(key), 'nobody proposes what is decided');
    assertAttempt(key, attempt, state, nowUs);
  }
}

function assertAttempt(
  key: string,
  attempt: Readonly<Attempt>,
  { config, members }: Readonly<BasicState>,
  nowUs: Micros,
): void {
  const { phase, ballot, waiting, failures, deadlineUs, giveUpAtUs } = attempt;
  assert(attempt.key === key, 'an attempt is at the key that it stands under');
  assert(waiting.length > 0, 'an attempt is for somebody who waits');
  assert(ballot !== NO_BALLOT, 'an attempt has begun a ballot');
  assert(attempt.promises.length <= members.length, 'every node promises once');
  assert(phase !== 'prepare' || attempt.value === null, 'phase 1 stands for no value');
  assert(phase !== 'backoff' || failures > 0, 'who waits for another ballot has failed in one');
  assert(deadlineUs < Number.POSITIVE_INFINITY, 'a phase comes to an end');
  assert(giveUpAtUs - nowUs <= config.giveUpUs, 'a client waits no longer than it is to');
}
