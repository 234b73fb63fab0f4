import { expect, test } from 'vitest';
import { builtIn } from '../../../harness/config/catalogue.ts';
import { resolveConfig } from '../../../harness/config/config.ts';
import { simulateOnce } from '../../../harness/run/simulate.ts';
import { judgedTwice } from '../judged-twice.ts';

test('a cluster that changes its voters is right by what it stored, too', () => {
  // Seen to fail: the line about a start told of configurations that came later.
  const request = { system: 'multi-paxos', seed: 1, timeLimitS: 20, set: { reconfigureEvery: 50 } };
  const { live, stored } = judgedTwice(
    resolveConfig(request, [], () => 1),
    [],
    builtIn,
  );
  expect(stored).toEqual(live);
  expect(stored.map(({ verdict }) => verdict.kind)).not.toContain('invalid');
  const agreement = stored.find(({ checker }) => checker === 'agreement');
  expect(agreement?.stats?.['reconfigurations']).toBeGreaterThan(5);
});

test('a lease of a leader that went on from a snapshot is judged by the voters of now', () => {
  // Seen to fail: voters of configurations that the snapshot covers were asked for as well.
  const request = {
    system: 'multi-paxos',
    workload: 'consensus',
    seed: 600132,
    timeLimitS: 30,
    nemesis: ['partition', 'kill', 'pause', 'clock'],
    nemesisIntervalS: 0.5,
    set: {
      reads: 'lease',
      electionTimeoutMs: 100,
      retransmitMs: 20,
      window: 1,
      snapshotEvery: 3,
      reconfigureEvery: 5,
      leaseMs: 60,
      'network.lossPpm': 100_000,
      'network.duplicatePpm': 50_000,
      'network.latePpm': 100_000,
      'network.lateMaxUs': 20_000,
      'disk.syncMaxUs': 20_000,
    },
  };
  const { checks } = simulateOnce(
    resolveConfig(request, [], () => 1),
    [],
  );
  const agreement = checks.find(({ checker }) => checker === 'agreement');
  expect(agreement?.verdict).toEqual({ kind: 'valid' });
  expect(agreement?.stats?.['leases']).toBeGreaterThan(100);
});
