/** Raft with each of its options on: nothing is wrong, and what the option adds really happens. */

import { describe, expect, test } from 'vitest';
import { resolveConfig } from '../../../harness/config/config.ts';
import { simulateOnce, virtualRun } from '../../../harness/run/simulate.ts';
import { VirtualDriver } from '../../../harness/run/virtual.ts';
import { traceJson } from '../../../harness/store/lines.ts';
import type { Options } from '../../../systems/protocol.ts';

const FAULTS = { timeLimitS: 15, nemesisIntervalS: 1.5 };

/** Options, and the figures of a run that must not be zero under them. */
const CASES: readonly (readonly [string, Options, readonly string[]])[] = [
  [
    'single-server changes',
    { membership: 'single', reconfigureEvery: 10 },
    ['membershipChanges', 'learnersPromoted'],
  ],
  [
    'joint consensus',
    { membership: 'joint', reconfigureEvery: 10 },
    ['membershipChanges', 'jointMemberships', 'learnersPromoted'],
  ],
  ['leadership transfer', { transferEvery: 25 }, ['transfers', 'transfersDone']],
  ['follower reads', { reads: 'follower' }, ['readsFollower', 'readsIndex']],
  ['leases', { reads: 'lease' }, ['readsLease']],
  ['reads through the log', { reads: 'log' }, ['readsLog']],
  [
    'snapshots in pieces',
    { snapshotEvery: 10, snapshotChunkBytes: 256 },
    ['snapshotsTaken', 'snapshotsInstalled'],
  ],
  ['one message at a time', { inFlight: 1, batch: 4 }, ['committed']],
  [
    'all of them',
    {
      membership: 'joint',
      reconfigureEvery: 5,
      transferEvery: 25,
      reads: 'lease',
      snapshotEvery: 7,
      snapshotChunkBytes: 256,
      inFlight: 2,
      batch: 3,
    },
    ['jointMemberships', 'learnersPromoted', 'transfersDone', 'readsLease', 'snapshotsInstalled'],
  ],
];

describe.each(CASES)('%s', (_name, set, figures) => {
  test.each([3, 4, 5, 7])('break nothing under every nemesis at %i nodes', (nodes) => {
    const sums = new Map<string, number>();
    for (let seed = 1; seed <= 4; seed++) {
      const config = resolveConfig({ system: 'raft', nodes, seed, set, ...FAULTS }, [], () => seed);
      for (const { checker, verdict, stats = {} } of simulateOnce(config, []).checks) {
        expect(verdict, `${checker} of seed ${seed}`).not.toMatchObject({ kind: 'invalid' });
        if (checker !== 'agreement') continue;
        for (const name of figures) sums.set(name, (sums.get(name) ?? 0) + Number(stats[name]));
      }
    }
    for (const name of figures) expect(sums.get(name), name).toBeGreaterThan(0);
  });
});

test('with all options on, the same seed leaves the same trace', () => {
  const [, set] = CASES.at(-1) ?? [];
  const trace = (): string[] => {
    const request = { system: 'raft', nodes: 5, seed: 3, timeLimitS: 8, set: set ?? {} };
    const config = resolveConfig(request, [], () => 3);
    const watching = { follower: null, record: true, stopAtViolation: false };
    const driver = new VirtualDriver(virtualRun(config, [], watching).run);
    driver.advance(Number.POSITIVE_INFINITY);
    return driver.takeLines().map(traceJson);
  };
  expect(trace()).toEqual(trace());
});
