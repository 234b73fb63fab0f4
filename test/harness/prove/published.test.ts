/** States that others have counted, counted here: the same ones, and no more. */

import { expect, test } from 'vitest';
import { prove } from '../../../harness/prove/prove.ts';
import { STATERIGHT_PAXOS_STATES, staterightPaxos } from './stateright-paxos.ts';

test("Stateright's Paxos with two clients has as many states as Stateright says", async () => {
  const all = { depth: null, memoryBytes: 1e9, isOver: () => false };
  const { end, covered, violation } = await prove(staterightPaxos(), all);
  expect({ end, violation }).toEqual({ end: 'exhausted', violation: null });
  expect(covered.states).toBe(STATERIGHT_PAXOS_STATES);
});
