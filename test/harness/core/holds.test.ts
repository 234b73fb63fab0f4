/** Overlapping faults: a thing is free when everybody who took hold of it has let go. */

import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Holds } from '../../../harness/core/holds.ts';

test('a thing is held exactly while some fault that took hold of it has not let go', () => {
  const step = fc.record({
    what: fc.constantFrom('hold', 'release'),
    thing: fc.nat(3),
    by: fc.nat(5),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const holds = new Holds(4);
      const held = new Set<string>();
      const isHeld = (thing: number) => [...held].some((pair) => pair.startsWith(`${thing}:`));
      for (const { what, thing, by } of steps) {
        const before = isHeld(thing);
        if (what === 'hold') {
          held.add(`${thing}:${by}`);
          expect(holds.hold(thing, by)).toBe(!before);
        } else {
          held.delete(`${thing}:${by}`);
          expect(holds.release(thing, by)).toBe(!isHeld(thing));
        }
        for (let each = 0; each < 4; each++) expect(holds.isHeld(each)).toBe(isHeld(each));
      }
    }),
  );
});

test('nothing is held that was not counted', () => {
  expect(() => new Holds(2).hold(2, 0)).toThrow('one of the things counted');
});
