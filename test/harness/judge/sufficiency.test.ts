/** Whether a run has shown enough: what faults of a nemesis should have brought about. */

import { expect, test } from 'vitest';
import { builtIn } from '../../../harness/config/catalogue.ts';
import { resolveConfig } from '../../../harness/config/config.ts';
import { simulateOnce } from '../../../harness/run/simulate.ts';
import { clockFreeze } from '../../../nemesis/clock-freeze.ts';
import type { Nemesis } from '../../../nemesis/fault.ts';

/** Raft under usual nemeses, and one of a user's own that never finds anybody to act on. */
function besideIdle(usual: readonly string[], timeLimitS = 60) {
  const idle: Nemesis = { ...clockFreeze, name: 'idle-freeze', resolve: () => null };
  const catalogue = { ...builtIn, nemeses: { ...builtIn.nemeses, [idle.name]: idle } };
  const nemesis = [...usual, idle.name];
  const config = resolveConfig(
    { system: 'raft', nemesis, nemesisIntervalS: 1, seed: 1, timeLimitS },
    [],
    () => 1,
    catalogue,
  );
  return simulateOnce(config, [], catalogue).verdict;
}

/** What comes of a calm Raft under a nemesis of a user's own that unseats nobody. */
function under(own: Nemesis) {
  const catalogue = { ...builtIn, nemeses: { ...builtIn.nemeses, [own.name]: own } };
  const request = { system: 'raft', nodes: 3, nemesis: [own.name], seed: 1, timeLimitS: 60 };
  const config = resolveConfig(request, [], () => 1, catalogue);
  return simulateOnce(config, [], catalogue).verdict;
}

test('a nemesis of a user that leaders may outlast needs no change of leader to be evidence', () => {
  const own = { ...clockFreeze, name: 'own-freeze' };
  expect(under(own)).toEqual({ kind: 'valid' });
  const { sparesLeaders: _, ...unsettling } = own;
  expect(under(unsettling)).toMatchObject({
    kind: 'unknown',
    because: expect.stringContaining('leader'),
  });
});

test('one of a few nemeses that is never in force leaves the run unknown', () => {
  expect(besideIdle(['kill', 'partition', 'pause'])).toMatchObject({
    kind: 'unknown',
    reason: 'few-faults',
    because: expect.stringContaining('only 0 idle-freeze faults were in force'),
  });
});

test('one of many nemeses that is never in force is named by a verdict that holds for the others', () => {
  expect(besideIdle(['kill', 'partition', 'pause', 'clock'])).toMatchObject({
    kind: 'valid',
    note: expect.stringContaining('no fault of idle-freeze was ever in force'),
  });
});

test('what had no time to be in force is named too', () => {
  expect(besideIdle(['kill', 'partition', 'pause'], 2)).toMatchObject({
    kind: 'valid',
    note: expect.stringContaining('idle-freeze'),
  });
});

test('nothing but nemeses that are never in force leaves the run unknown, however short it is', () => {
  expect(besideIdle([], 2)).toMatchObject({ kind: 'unknown', reason: 'idle-faults' });
});
