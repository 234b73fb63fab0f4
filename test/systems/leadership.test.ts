/** When a cluster is ready, and at whom faults are aimed: what is usual, and what a system may say. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isReady, primaryOf, type Views } from '../../systems/leadership.ts';

/** A node that takes `leader` for the leader of `term`. */
function view(leader: number | null, term = 1) {
  return { role: 'any', term, leader, commit: 0, applied: 0 };
}

describe('a system that says nothing', () => {
  test('is ready when every node answers and all name the same leader', () => {
    expect(isReady({}, [view(1), view(1), view(1)])).toBe(true);
    expect(isReady({}, [view(1), view(2), view(1)])).toBe(false);
    expect(isReady({}, [view(1), null, view(1)])).toBe(false);
    expect(isReady({}, [view(null), view(null), view(null)])).toBe(false);
  });

  test('has its faults aimed at who takes itself for the leader in the highest term', () => {
    expect(primaryOf({}, [view(0, 3), view(1, 4), view(1, 4)])).toBe(1);
    // Who is named by others alone may be gone.
    expect(primaryOf({}, [view(1, 4), null, view(1, 4)])).toBeNull();
    expect(primaryOf({}, [view(0, 3), null, view(1, 4)])).toBe(0);
    expect(primaryOf({}, [])).toBeNull();
  });
});

const views: fc.Arbitrary<Views> = fc.array(
  fc.option(fc.record({ leader: fc.option(fc.nat(4)), term: fc.nat(3) })).map((one) => {
    return one === null ? null : view(one.leader, one.term);
  }),
  { minLength: 1, maxLength: 5 },
);

describe('whatever nodes say', () => {
  test('one that leads is a node that answers and names itself', () => {
    fc.assert(
      fc.property(views, (said) => {
        const leader = primaryOf({}, said);
        if (leader !== null) expect(said[leader]?.leader).toBe(leader);
      }),
    );
  });

  test('a cluster that is ready by its leader has every node up', () => {
    fc.assert(
      fc.property(views, (said) => {
        const isUp = isReady({ ready: 'nodes-up' }, said);
        expect(isUp).toBe(said.every((one) => one !== null));
        expect(isReady({ leaderless: true }, said)).toBe(isUp);
        if (isReady({}, said)) expect(isUp).toBe(true);
      }),
    );
  });
});

describe('a system that has its own word', () => {
  test('is ready when it says so', () => {
    const ready = (said: Views) => said.filter((one) => one !== null).length >= 2;
    expect(isReady({ ready }, [view(null), null, view(null)])).toBe(true);
    expect(isReady({ ready }, [view(null), null, null])).toBe(false);
  });

  test('has its faults aimed at its first primary, and at nobody where it has none', () => {
    const primaries = (said: Views) => [...said.keys()].filter((node) => said[node] === null);
    expect(primaryOf({ primaries }, [view(0), null, null])).toBe(1);
    expect(primaryOf({ primaries }, [view(0), view(0), view(0)])).toBeNull();
  });
});
