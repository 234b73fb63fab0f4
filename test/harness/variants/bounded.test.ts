import { describe, expect, it } from 'vitest';
import { builtIn } from '../../../harness/config/catalogue.ts';
import { resolveConfig } from '../../../harness/config/config.ts';
import { OwnMistake } from '../../../harness/core/panics.ts';
import { virtualRun } from '../../../harness/run/simulate.ts';
import { runVirtual } from '../../../harness/run/virtual.ts';
import { Banned } from '../../../harness/variants/banned.ts';
import { type Bounds, bounded } from '../../../harness/variants/bounded.ts';
import { raft } from '../../../systems/raft/index.ts';
import type { Variant } from '../../../systems/system.ts';

const PLACE = { owner: 'variant x', part: 'canVote', file: '/a/mine.ts', line: 4 };
const LIMIT_MS = 50;

/** Bounds under which the process seems to be given so much of a processor. */
function boundsWith(cpuMs: number): Bounds {
  let asked = 0;
  return { limitMs: LIMIT_MS, cpuUs: () => (asked++ === 0 ? 0 : cpuMs * 1000) };
}

const users = new Banned({
  asked: (name) => {
    throw new Error(`asked ${name}`);
  },
  place: () => PLACE,
});

function forEver(): never {
  for (let turns = 0; ; turns++) if (turns < 0) throw new Error('never');
}

describe('bounded code', () => {
  it('gives what it returns, and throws what it throws', () => {
    expect(bounded(() => 7)).toBe(7);
    const error = new Error('mine');
    expect(() =>
      bounded(() => {
        throw error;
      }),
    ).toThrow(error);
  });

  it('ends code of a user that does not return, and names it', () => {
    const code = () => users.during(forEver);
    expect(() => bounded(code, boundsWith(LIMIT_MS))).toThrow(OwnMistake);
    expect(() => bounded(code, boundsWith(LIMIT_MS))).toThrow(
      '`canVote` of mine.ts:4 did not return within 0.1 s',
    );
  });

  it('ends it also within code that is bounded already, and while code of ours is asked', () => {
    const code = () => users.during(() => bounded(() => users.lifted(forEver)));
    expect(() => bounded(code, boundsWith(LIMIT_MS))).toThrow('`canVote` of mine.ts:4');
  });

  it('accuses nobody where the machine gave no time to work, or nobody was at work', () => {
    expect(() => bounded(() => users.during(forEver), boundsWith(1))).toThrow(
      expect.objectContaining({ failure: 'infrastructure' }),
    );
    expect(() => bounded(forEver, boundsWith(LIMIT_MS))).toThrow(
      expect.objectContaining({ failure: 'infrastructure' }),
    );
  });

  it('leaves nobody at work behind: code of ours may ask the clock again, and errors are whole', () => {
    const frames = Error.stackTraceLimit;
    const code = () => {
      Error.stackTraceLimit = 1;
      return users.during(forEver);
    };
    expect(() => bounded(code, boundsWith(LIMIT_MS))).toThrow(OwnMistake);
    expect(Date.now()).toBeGreaterThan(0);
    expect(Error.stackTraceLimit).toBe(frames);
  });
});

describe('a simulated run', () => {
  const watching = { follower: null, record: false, stopAtViolation: false };
  const config = resolveConfig({ system: 'raft' }, [], () => 1);
  const isBounded = (...given: Parameters<typeof virtualRun>) => virtualRun(...given).run.bounded;

  it('is bounded where it asks code of a user, and costs nothing more where it does not', () => {
    const mine: Variant = { ...(raft.variants[0] as Variant), id: 'mine' };
    const catalogue = { ...builtIn, systems: { ...builtIn.systems } };
    expect(isBounded(config, [mine], watching)).toBe(true);
    expect(isBounded(config, [], watching, catalogue)).toBe(true);
    expect(isBounded(config, [raft.variants[0] as Variant], watching)).toBe(false);
  });

  it('comes to the same bytes in slices', () => {
    const seen = [false, true].map((bounded) => {
      const { run } = virtualRun(config, [], watching);
      return runVirtual({ ...run, bounded });
    });
    expect(seen[1]).toEqual(seen[0]);
  });
});
