/** A node's skewed clocks, over a machine whose time passes when told. */

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Skew, SkewedClock } from '../../../harness/host/clock.ts';

const WALL_US = 1_700_000_000_000_000;

/** A machine whose time only passes when told. */
class Machine {
  nowUs = 5_000_000;
  monotonicUs(): number {
    return this.nowUs;
  }
  wallUs(): number {
    return WALL_US + this.nowUs;
  }
}

function skew(part: Partial<Skew>): Skew {
  return { mode: 'bump', offsetMs: 0, periodMs: 1, ratePpm: 0, ...part };
}

describe('a skewed clock', () => {
  test('a bump moves the wall clock alone, and its end moves it back', () => {
    const machine = new Machine();
    const clock = new SkewedClock(machine);
    clock.set([skew({ offsetMs: -2500 }), skew({ offsetMs: 500 })]);
    expect(clock.wallUs()).toBe(machine.wallUs() - 2_000_000);
    expect(clock.monotonicUs()).toBe(0);
    clock.set([]);
    expect(clock.wallUs()).toBe(machine.wallUs());
  });

  test('a strobe shows both times in turn', () => {
    const machine = new Machine();
    const clock = new SkewedClock(machine);
    clock.set([skew({ mode: 'strobe', offsetMs: 300, periodMs: 10 })]);
    const seen = new Set<number>();
    for (let i = 0; i < 4; i++, machine.nowUs += 10_000) {
      seen.add(clock.wallUs() - machine.wallUs());
    }
    expect([...seen].toSorted((a, b) => a - b)).toEqual([0, 300_000]);
  });

  test('a drift speeds up both clocks and shortens waits; its end sets the wall right', () => {
    const machine = new Machine();
    const clock = new SkewedClock(machine);
    clock.set([skew({ mode: 'drift', ratePpm: 100_000 })]);
    expect(clock.machineDelayMs(1_100_000)).toBeCloseTo(1000);
    machine.nowUs += 1_000_000;
    expect(clock.monotonicUs()).toBe(1_100_000);
    expect(clock.wallUs()).toBe(machine.wallUs() + 100_000);
    clock.set([]);
    expect(clock.wallUs()).toBe(machine.wallUs());
    expect(clock.monotonicUs()).toBe(1_100_000);
  });

  test('the monotonic clock never goes back, whatever skews come and go', () => {
    const anySkew = fc.record({
      mode: fc.constantFrom('bump', 'strobe', 'drift'),
      offsetMs: fc.integer({ min: -10_000, max: 10_000 }),
      periodMs: fc.integer({ min: 1, max: 1000 }),
      ratePpm: fc.integer({ min: -400_000, max: 400_000 }),
    });
    const change = fc.record({
      skews: fc.array(anySkew, { maxLength: 2 }),
      passedUs: fc.nat(2_000_000),
    });
    fc.assert(
      fc.property(fc.array(change), (changes) => {
        const machine = new Machine();
        const clock = new SkewedClock(machine);
        let last = clock.monotonicUs();
        for (const { skews, passedUs } of changes) {
          clock.set(skews as Skew[]);
          expect(clock.monotonicUs()).toBeGreaterThanOrEqual(last);
          machine.nowUs += passedUs;
          last = Math.max(last, clock.monotonicUs());
        }
      }),
      { numRuns: 200 },
    );
  });
});
