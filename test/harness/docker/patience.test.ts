/** How long a start is waited for: as long as it moves on, within limits. */

import { describe, expect, test } from 'vitest';
import { measurePace, type Pace, Patience } from '../../../harness/docker/patience.ts';

const IDLE_MS = 1000;

/** A wait under a clock that the test moves. */
function wait(pace: Pace): { patience: Patience; at: (ms: number, sign: string) => boolean } {
  let nowMs = 0;
  const patience = new Patience(pace, IDLE_MS, () => nowMs);
  const at = (ms: number, sign: string) => {
    nowMs = ms;
    return patience.goesOn(sign);
  };
  return { patience, at };
}

describe('the patience with a start', () => {
  test('ends after the limit without progress, and begins anew with each sign of it', () => {
    const { at } = wait({ slowness: 1, startupTimeoutS: null });
    expect(at(0, 'a')).toBe(true);
    expect(at(999, 'a')).toBe(true);
    expect(at(1900, 'b')).toBe(true);
    expect(at(2899, 'b')).toBe(true);
    expect(at(2900, 'b')).toBe(false);
  });

  test('ends also where things move on for ever', () => {
    const { at } = wait({ slowness: 1, startupTimeoutS: null });
    const ends = Array.from({ length: 10 }, (_, i) => i).find((i) => !at(i * 500, `sign ${i}`));
    expect(ends).toBe(6);
  });

  test('is as much longer as the machine is slower, and says so', () => {
    const { patience, at } = wait({ slowness: 4, startupTimeoutS: null });
    at(0, 'a');
    expect(at(3999, 'a')).toBe(true);
    expect(at(4000, 'a')).toBe(false);
    expect(patience.describe()).toBe(
      'given up after 4.0 s, 4.0 s without progress (limit 4.0 s without progress: ' +
        '1.0 s on an idle machine, and this one is 4 times slower; --startup-timeout sets it)',
    );
  });

  test('is what the user set, whatever the machine', () => {
    const { patience, at } = wait({ slowness: 4, startupTimeoutS: 2 });
    at(0, 'a');
    expect(at(1999, 'a')).toBe(true);
    expect(at(2000, 'a')).toBe(false);
    expect(patience.describe()).toContain('(limit 2.0 s without progress: by --startup-timeout)');
  });

  test('never takes a machine for faster than an idle one', () => {
    expect(measurePace(null).slowness).toBeGreaterThanOrEqual(1);
  });
});
