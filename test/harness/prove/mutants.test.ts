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

describe('nodes that differ in their names alone', () => {
  const tiny = [bounds(0, 0, 1), bounds(0, 1, 1), bounds(0, 0, 2)];
  const planted = [null, 'rf-vote-anyone', 'rf-quorum-half'];

  test('are folded, and the same is found in as many steps', async () => {
    const verdictOf = async (mutant: string | null, within: Bounds, folds: boolean) => {
      const model = { ...modelOf('raft', mutant, within), folds };
      const { end, violation, covered } = await prove(model, ALL);
      const found = { end, property: violation?.verdict?.property, steps: violation?.steps.length };
      return { found, states: covered.states };
    };
    const ends = new Set<string>();
    for (const within of tiny) {
      for (const mutant of planted) {
        // Without a bug there are many more states than are worth counting here.
        if (mutant === null && within !== tiny[0]) continue;
        const folded = await verdictOf(mutant, within, true);
        const whole = await verdictOf(mutant, within, false);
        if (whole.found.end === 'exhausted') expect(folded.states).toBeLessThan(whole.states);
        expect(folded.found).toEqual(whole.found);
        ends.add(folded.found.end);
      }
    }
    expect([...ends].sort()).toEqual(['exhausted', 'violation']);
  }, 120_000);
});

describe('a cluster that is ready', () => {
  test.each(['basic-paxos', 'multi-paxos', 'fast-paxos', 'raft', 'zab'])(
    '%s answers from there without any time-out, and breaks nothing',
    async (name) => {
      const model = { ...modelOf(name, null, bounds(1, 0, 0)), from: 'ready' as const };
      const { end, wasAnswered, unconfirmed } = await prove(model, ALL);
      expect({ end, wasAnswered, unconfirmed }).toEqual({
        end: 'exhausted',
        wasAnswered: true,
        unconfirmed: 0,
      });
    },
  );

  test('has a story that says how it came to be so', async () => {
    const model = modelOf('raft', 'rf-log-not-durable', bounds(1, 1, 0));
    const { violation } = await prove({ ...model, from: 'ready' }, ALL);
    expect(violation).not.toBeNull();
    if (violation === null) return;
    const [before, first] = storyLines(violation, model.system);
    expect(before).toMatch(
      /^Before that, until clients are answered: .*n1 becomes leader of term 1/,
    );
    expect(first).toMatch(/^1\. /);
  });
});

describe('what is correct', () => {
  test.each([
    ['basic-paxos', null, bounds(1, 0, 0)],
    ['basic-paxos', 'px-accept-strict', bounds(1, 0, 0)],
    ['raft', null, bounds(1, 0, 1)],
    ['zab', null, bounds(0, 0, 1)],
  ] as const)('%s (%s) has no violation in any state', async (system, mutant, within) => {
    const { end, covered } = await prove(modelOf(system, mutant, within), ALL);
    expect(end).toBe('exhausted');
    expect(covered.states).toBeGreaterThan(100);
  });
});
