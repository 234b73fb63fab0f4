/** Planted bugs within small bounds, each with a shortest way to it, and correct protocols without one. */

import { describe, expect, test } from 'vitest';
import { prove } from '../../../harness/prove/prove.ts';
import { storyLines } from '../../../harness/prove/story.ts';
import type { Bounds } from '../../../harness/prove/world.ts';
import { modelOf } from './models.ts';

const ALL = { depth: null, memoryBytes: 1e9, isOver: () => false };
const bounds = (operations: number, faults: number, timeouts: number): Bounds => {
  return { nodes: 3, operations, faults, timeouts };
};

describe('what is planted', () => {
  test.each([
    ['basic-paxos', 'px-accept-ignores-promise', bounds(2, 0, 0), 'AcceptRespectsPromise', 5],
    ['raft', 'rf-vote-anyone', bounds(0, 0, 2), 'VoteOnce', 3],
  ] as const)('%s with %s breaks its promise in as few steps as possible', async (...row) => {
    const [system, mutant, within, property, steps] = row;
    const model = modelOf(system, mutant, within);
    const { end, violation, unconfirmed } = await prove(model, ALL);
    expect(end).toBe('violation');
    expect(violation?.verdict?.property).toBe(property);
    expect(violation?.steps).toHaveLength(steps);
    expect(unconfirmed).toBe(0);
    // No search that ends before finds anything.
    expect((await prove(model, { ...ALL, depth: steps - 1 })).end).toBe('depth');
  });

  test('is told step by step, with what contradicts itself', async () => {
    const { violation, model } = await prove(
      modelOf('raft', 'rf-vote-anyone', bounds(0, 0, 2)),
      ALL,
    );
    expect(violation).not.toBeNull();
    if (violation === null) return;
    expect(storyLines(violation, model.system)).toEqual([
      '1. the election timer of n1 runs out: votes for n1 in term 1',
      '2. ✖ the election timer of n2 runs out: votes for n2 in term 1',
      '3. ✖ n1 → n2: RequestVote(term 1, last entry 0 of term 0) arrives: votes for n1 in term 1',
    ]);
  });
});

describe('what is correct', () => {
  test.each([
    ['basic-paxos', null, bounds(1, 0, 0)],
    ['basic-paxos', 'px-accept-strict', bounds(1, 0, 0)],
    ['raft', null, bounds(0, 0, 1)],
    ['zab', null, bounds(0, 0, 1)],
  ] as const)('%s (%s) has no violation in any state', async (system, mutant, within) => {
    const { end, covered } = await prove(modelOf(system, mutant, within), ALL);
    expect(end).toBe('exhausted');
    expect(covered.states).toBeGreaterThan(100);
  });
});
