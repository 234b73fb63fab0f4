/** The example of a checker of traces: on lines by hand, and in the place of Raft's own. */

import { describe, expect, test } from 'vitest';
import { simulate, systems } from '../../harness/ordeal.ts';
import type { ProtocolSystem as System } from '../../systems/system.ts';
import { oneLeader } from './one-leader.ts';

const LAST = { term: 0, index: 0 };

/** What the checker says of leaders, each a node and its term, in order. */
function judged(...leaders: readonly (readonly [node: number, term: number])[]) {
  const checker = oneLeader();
  for (const [node, term] of leaders) {
    checker.feed({ kind: 'leader', term, certificate: [node], last: LAST }, node, 1, 0);
  }
  return checker.violations;
}

describe('one leader for each term', () => {
  test('may be another node in the next term', () => {
    expect(judged([0, 1], [1, 2], [0, 3])).toEqual([]);
  });

  test('is broken by a second one, and the two lines are named', () => {
    expect(judged([0, 1], [1, 2], [2, 2])).toEqual([
      { property: 'OneLeader', because: 'n2 and n3 both lead in term 2', lines: [1, 2] },
    ]);
  });

  test('follows a run of a system that brings it', () => {
    const watched = { ...systems['raft'], traceChecker: oneLeader } as System;
    const { checks } = simulate({ system: watched, nemesis: ['kill'], seed: 1, timeLimitS: 10 });
    const agreement = checks.find(({ checker }) => checker === 'agreement');
    expect(agreement?.verdict.kind).toBe('valid');
    expect(agreement?.stats?.['leaders']).toBeGreaterThan(0);
  });
});
