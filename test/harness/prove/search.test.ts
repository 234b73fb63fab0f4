/** The search covers all there is, and no more than that: counted the long way. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Proof, prove } from '../../../harness/prove/prove.ts';
import { modelOf } from './models.ts';
import { countStates, toy, toyModel } from './toy.ts';

const ALL = { depth: null, memoryBytes: 1e9, isOver: () => false };

describe('a search', () => {
  test('finds as many states of a small protocol as there are, whatever the bounds', async () => {
    const bounds = fc.oneof(
      fc.record({
        nodes: fc.integer({ min: 1, max: 2 }),
        operations: fc.integer({ min: 0, max: 2 }),
        faults: fc.integer({ min: 0, max: 1 }),
        timeouts: fc.integer({ min: 0, max: 2 }),
      }),
      fc.constant({ nodes: 3, operations: 1, faults: 1, timeouts: 0 }),
    );
    await fc.assert(
      fc.asyncProperty(bounds, async (within) => {
        const model = toyModel(within);
        const { end, covered } = await prove(model, ALL);
        expect(end).toBe('exhausted');
        expect(covered.states).toBe(countStates(model));
      }),
      { numRuns: 15 },
    );
  });

  test('finds as many states of Basic Paxos as there are', async () => {
    const model = modelOf('basic-paxos', null, { nodes: 2, operations: 1, faults: 1, timeouts: 0 });
    const { end, covered } = await prove(model, ALL);
    expect(end).toBe('exhausted');
    expect(covered.states).toBe(countStates(model));
  });

  test('is the same search a second time', async () => {
    const model = toyModel({ nodes: 2, operations: 2, faults: 1, timeouts: 1 });
    const figures = ({ covered, local, reported }: Proof) => ({ covered, local, reported });
    expect(figures(await prove(model, ALL))).toEqual(figures(await prove(model, ALL)));
  });

  test('never says that it has covered everything where a bound of its own cut it off', async () => {
    const model = toyModel({ nodes: 2, operations: 2, faults: 1, timeouts: 1 });
    const whole = await prove(model, ALL);
    const { depth } = whole.covered;
    const ended = async (most: number) => (await prove(model, { ...ALL, depth: most })).end;
    expect(await ended(depth - 1)).toBe('depth');
    expect(await ended(depth + 1)).toBe('exhausted');
    expect((await prove(model, { ...ALL, isOver: () => true })).end).not.toBe('violation');
    const large = toyModel({ nodes: 3, operations: 3, faults: 2, timeouts: 2 });
    const { end, covered } = await prove(large, { ...ALL, memoryBytes: 3e6 });
    expect(end).toBe('memory');
    expect(covered.states).toBeGreaterThan(1_000);
  });

  test('takes what ends a node for a violation', async () => {
    const panicking = {
      ...toy,
      protocol: () => {
        const protocol = toy.protocol({});
        return {
          ...protocol,
          message: () => {
            throw new Error('no messages, please');
          },
        };
      },
    };
    const model = toyModel({ nodes: 2, operations: 1, faults: 0, timeouts: 0 }, panicking);
    const { end, violation } = await prove(model, ALL);
    expect(end).toBe('violation');
    expect(violation?.verdict?.detail).toMatch(/no messages, please/);
    expect(violation?.steps.map(({ move }) => move.kind)).toEqual(['ask', 'deliver']);
  });
});
