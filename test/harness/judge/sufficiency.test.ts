/** Whether a run has shown enough: what faults of a nemesis should have brought about. */

import { expect, test } from 'vitest';
import { builtIn } from '../../../harness/config/catalogue.ts';
import { resolveConfig } from '../../../harness/config/config.ts';
import { simulateOnce } from '../../../harness/run/simulate.ts';
import { clockFreeze } from '../../../nemesis/clock-freeze.ts';
import type { Nemesis } from '../../../nemesis/fault.ts';

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
