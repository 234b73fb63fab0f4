/** Walks at random, where a search cannot get through: what they find is made short, and what they do not is no proof. */

import { describe, expect, test } from 'vitest';
import { conclusionOf } from '../../../harness/prove/conclusion.ts';
import { type ProveOptions, prove } from '../../../harness/prove/prove.ts';
import { modelOf } from './models.ts';
import { toyModel } from './toy.ts';

const LARGE = { nodes: 3, operations: 3, faults: 2, timeouts: 4 };
const never = () => false;

/** Hardly any search; then walks, until so many were made. */
function walking(walks: number): ProveOptions {
  let asked = 0;
  return {
    depth: null,
    memoryBytes: 1e9,
    isOver: never,
    walking: { isTime: () => true, isOver: () => ++asked > walks },
  };
}

describe('walks at random', () => {
  test('come to what is too far for a search, and no way is shorter within what it takes', async () => {
    const model = modelOf('basic-paxos', 'px-accept-ignores-promise', LARGE);
    const { end, violation, walked } = await prove(model, walking(10_000));
    expect(end).toBe('violation');
    expect(walked?.walks).toBeGreaterThan(0);
    expect(violation?.verdict?.property).toBe('AcceptRespectsPromise');
    expect(violation?.shortest).toBe('of its bounds');
    // As many as a search from the start finds within small bounds.
    expect(violation?.steps).toHaveLength(5);
  });

  test('are the same walks a second time', async () => {
    const model = toyModel({ ...LARGE, nodes: 2 });
    const { walked } = await prove(model, walking(20));
    expect(walked?.moves).toBeGreaterThan(20);
    expect((await prove(model, walking(20))).walked).toEqual(walked);
  });

  test('show nothing where they find nothing', async () => {
    const proof = await prove(toyModel(LARGE), walking(50));
    expect(proof.walked?.walks).toBe(50);
    const { verdict, status } = conclusionOf(proof, false);
    expect(verdict).toMatchObject({ kind: 'unknown' });
    expect(verdict).toHaveProperty('because', expect.stringMatching(/50 walks at random met none/));
    expect(status).toBe(2);
  });

  test('do not begin where a bound on the depth has cut the search off', async () => {
    const model = toyModel({ nodes: 2, operations: 2, faults: 1, timeouts: 1 });
    const limits = { ...walking(10), depth: 2, walking: { isTime: never, isOver: never } };
    const { end, walked } = await prove(model, limits);
    expect({ end, walked }).toEqual({ end: 'depth', walked: null });
  });

  test('find what needs a cluster that nobody asks for anything', async () => {
    const model = modelOf('raft', 'rf-start-forgets-vote', { ...LARGE, operations: 0 });
    const { violation } = await prove({ ...model, from: 'ready' }, walking(10_000));
    expect(violation?.verdict?.kind).toBe('invalid');
  });
});
