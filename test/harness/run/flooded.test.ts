/** A storm of messages never ends, and takes all memory: the run ends, and what it showed is judged. */

import { describe, expect, test } from 'vitest';
import { builtIn } from '../../../harness/config/catalogue.ts';
import { resolveConfig } from '../../../harness/config/config.ts';
import { whyCutShort } from '../../../harness/core/ending.ts';
import { simulateOnce } from '../../../harness/run/simulate.ts';
import type { AnyProtocol } from '../../../systems/protocol.ts';
import { raft } from '../../../systems/raft/index.ts';
import type { System } from '../../../systems/system.ts';

/** Answers everything that it hears twice, from its first second on. */
const echoing: AnyProtocol = {
  start: (env) => env.setTimer(0, 1_000_000),
  message: (_state, env, from) => {
    env.send(from, 'echo');
    env.send(from, 'echo');
  },
  timer: (_state, env) => env.send((env.self + 1) % env.members.length, 'echo'),
  request: () => undefined,
  durable: () => undefined,
  view: () => ({ role: 'node', term: 0, leader: null, commit: 0, applied: 0 }),
  messageKind: () => 'echo',
};

describe('a run in which messages breed', () => {
  test('ends long before its time, says when and why, and is unknown', () => {
    const system: System = { ...raft, name: 'echoing', leaderless: true, protocol: () => echoing };
    const catalogue = { ...builtIn, systems: { echoing: system } };
    const config = resolveConfig({ system: 'echoing' }, [], () => 1, catalogue);
    const { result, verdict } = simulateOnce(config, [], catalogue);
    expect(result.ending.kind).toBe('flooded');
    expect(result.endUs).toBeLessThan(config.timeLimitS * 1e6);
    expect(verdict).toMatchObject({ kind: 'unknown' });
    expect(whyCutShort(result.ending)).toMatch(
      /^stopped at \d+\.\d s: 20\d{5} events were under way/,
    );
  });
});
