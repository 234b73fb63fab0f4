import { expect, test } from 'vitest';
import { builtIn } from '../../../harness/catalogue.ts';
import { resolveConfig } from '../../../harness/config.ts';
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
