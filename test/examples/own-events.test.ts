/** A checker of traces that knows events of its own: typed, and decoded by its guard. */

import { describe, expect, test } from 'vitest';
import { simulate } from '../../harness/ordeal.ts';
import type { AnyProtocol, Env } from '../../systems/protocol.ts';
import type { ProtocolSystem as System } from '../../systems/system.ts';
import { abdRegister, readsAndWrites, tagsGrow } from './abd-register.ts';

const RUN = { workload: readsAndWrites, seed: 1, timeLimitS: 10, nemesis: ['kill'] };

describe('tags of a key', () => {
  test('may grow on a node, and be what they are on others', () => {
    const checker = tagsGrow();
    const kept = (node: number, count: number, writer: number) =>
      checker.feed({ kind: 'kept', key: 'k', count, writer }, node, 1, 0);
    kept(0, 1, 0);
    kept(0, 1, 2);
    kept(1, 1, 0);
    expect(checker.violations).toEqual([]);
    kept(0, 1, 1);
    expect(checker.violations).toMatchObject([{ property: 'TagsGrow', lines: [1, 3] }]);
  });

  test('are followed in a run', () => {
    const { verdict, checks } = simulate({ system: abdRegister, ...RUN });
    expect(verdict.kind).toBe('valid');
    const agreement = checks.find(({ checker }) => checker === 'agreement');
    expect(agreement?.stats?.['kept']).toBeGreaterThan(0);
  });
});

/** The same system, whose nodes also report this at every start. */
function reporting(event: { readonly kind: string }): System {
  const protocol: System['protocol'] = (rules) => {
    const inner = abdRegister.protocol(rules);
    return {
      ...inner,
      start(env, options, records) {
        (env as Env<unknown, unknown, typeof event>).trace(event);
        return inner.start(env, options, records);
      },
    } satisfies AnyProtocol;
  };
  return { ...abdRegister, protocol };
}

describe('an event of a system with a guard', () => {
  test.each([
    { kind: 'kept', key: 'k', count: 'many', writer: 0 },
    { kind: 'kpet' },
    { kind: 'leader', term: 1 },
  ])('that is none of its own, and none of ours, is a mistake of its module: %j', (event) => {
    expect(() => simulate({ system: reporting(event), ...RUN })).toThrow(
      /abd-register: n1 traced .*, which is no event that its trace checker knows/,
    );
  });

  test('may be one of ours', () => {
    const leader = { kind: 'leader', term: 1, certificate: [], last: { term: 0, index: 0 } };
    expect(simulate({ system: reporting(leader), ...RUN }).verdict.kind).toBe('valid');
  });

  test('without one is taken as it is', () => {
    const traceChecker = () => ({ violations: [], stats: {}, feed: () => undefined });
    const system = { ...reporting({ kind: 'kpet' }), traceChecker };
    expect(simulate({ system, ...RUN }).verdict.kind).toBe('valid');
  });
});
