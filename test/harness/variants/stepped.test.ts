/** Our own protocols, as somebody may have changed them, ask the world nothing while they are stepped. */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { builtIn, systemNamed } from '../../../harness/config/catalogue.ts';
import { resolveConfig } from '../../../harness/config/config.ts';
import { simulateOnce } from '../../../harness/run/simulate.ts';
import { asProtocol } from '../../../systems/system.ts';

/** A run of Raft whose leader does something else as well when it is asked. */
function runWith(slip: () => unknown) {
  const raft = asProtocol(systemNamed('raft'));
  const changed = {
    ...raft,
    protocol: (rules: typeof raft.rules) => {
      const kept = raft.protocol(rules);
      const request: typeof kept.request = (state, env, asked) => {
        slip();
        kept.request(state, env, asked);
      };
      return { ...kept, request };
    },
  };
  const catalogue = { ...builtIn, systems: { ...builtIn.systems, raft: changed } };
  const request = { system: 'raft', timeLimitS: 3, nemesis: ['none'] };
  return simulateOnce(
    resolveConfig(request, [], () => 1, catalogue),
    [],
    catalogue,
  );
}

test.each<[string, () => unknown]>([
  ['Date.now', () => Date.now()],
  ['Math.random', () => Math.random()],
  ['performance.now', () => performance.now()],
  ['setTimeout', () => setTimeout(() => undefined, 1)],
  ['fs.readFileSync', () => readFileSync('package.json')],
])('%s ends the run, and is told by its line', (name, slip) => {
  expect(() => runWith(slip)).toThrow(
    new RegExp(`^\`\\w+\` of stepped\\.test\\.ts:\\d+ asks ${name.replace('.', '\\.')}, by which`),
  );
  expect(Date.now()).toBeGreaterThan(0);
  expect(readFileSync('package.json', 'utf8')).toContain('ordeal');
});

test('what decides by what it is handed goes on as before', () => {
  expect(runWith(() => new Date(0).getTime() + Math.max(1, 2)).verdict.kind).toBe('valid');
});
