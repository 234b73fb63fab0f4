/** The examples of a nemesis, a workload and a checker: they do what their pages say. */

import { describe, expect, test } from 'vitest';
import { faultWindows } from '../../checkers/fault-windows.ts';
import { explore, simulate } from '../../harness/ordeal.ts';
import type { Nemesis } from '../../nemesis/fault.ts';
import type { RaftRules } from '../../systems/raft/rules.ts';
import type { Variant } from '../../systems/system.ts';
import { history } from '../checkers/linearizable/lines.ts';
import { counting, neverBack } from './counting.ts';
import { leaderAndOne } from './leader-and-one.ts';

const RUN = { system: 'raft', nodes: 5, seed: 1, timeLimitS: 20 } as const;

describe('the nemesis', () => {
  const planned = { id: 0, lane: 'leader-and-one', form: 'both', draw: 7, startUs: 0, endUs: 1 };

  test('chooses nobody where nobody leads, else the leader and another node', () => {
    const nodes = [0, 1, 2];
    expect(leaderAndOne.resolve(planned, { nodes, leader: null })).toBeNull();
    for (const draw of [0, 1, 2, 3]) {
      const fault = leaderAndOne.resolve({ ...planned, draw }, { nodes, leader: 1 });
      expect([
        [1, 0],
        [1, 2],
      ]).toContainEqual(fault?.kind === 'kill' ? fault.nodes : []);
    }
  });

  test('kills two nodes of a cluster at a time, which goes on', () => {
    const { result, verdict } = simulate({ ...RUN, nemesis: [leaderAndOne] });
    const counted = faultWindows(result.history).filter(({ counts }) => counts);
    expect(counted.length).toBeGreaterThan(0);
    for (const { targets } of counted) expect(targets.split(' ')).toHaveLength(2);
    expect(verdict.kind).toBe('valid');
  });
});

describe('what a nemesis says of itself', () => {
  const needsAll: Variant<RaftRules> = {
    id: 'needs-all',
    describe: 'a quorum is all nodes',
    kind: 'variant',
    rules: () => ({ quorum: (nodes) => nodes }),
  };
  const named = (nemesis: Nemesis, name: string): Nemesis => ({ ...nemesis, name });
  const progressUnder = (nemesis: Nemesis) =>
    [1, 2, 3, 4].map((seed) => {
      const options = { ...RUN, seed, timeLimitS: 30, variants: [needsAll], nemesis: [nemesis] };
      const { checks } = simulate(options);
      return checks.find(({ checker }) => checker === 'progress')?.verdict.kind;
    });

  test('decides whether the others are held to serve meanwhile', () => {
    expect(progressUnder(leaderAndOne)).toContain('invalid');
    const { harms: _, ...reticent } = leaderAndOne;
    expect(progressUnder(named(reticent, 'reticent'))).toEqual([
      'valid',
      'valid',
      'valid',
      'valid',
    ]);
  });

  test('is how it is retold', async () => {
    const found = explore('raft', {
      variants: [needsAll],
      nemesis: [leaderAndOne],
    });
    await expect(found).rejects.toThrow(/killed side by side: n\d n\d/);
  }, 60_000);
});

describe('the workload and its checker', () => {
  test('judge a run', () => {
    const { checks, verdict } = simulate({ ...RUN, workload: counting, nemesis: ['kill'] });
    expect(checks.map(({ checker }) => checker)).toContain('never-back');
    expect(verdict.kind).toBe('valid');
  });

  test('judge a run without final reads by its other answers', () => {
    const workload = { ...counting, finalReads: () => [] };
    expect(simulate({ ...RUN, workload, nemesis: ['kill'] }).verdict.kind).toBe('valid');
  });

  test('refuse a read that falls behind one that had been answered before it began', () => {
    const back = history('0 invoke read', '0 ok read 2', '1 invoke read', '1 ok read 1');
    expect(neverBack(back).verdict).toEqual({
      kind: 'invalid',
      because: '1 was read after 2 had been read',
      events: [1, 3],
    });
  });

  test('accept a smaller answer of a read that was open at the same time', () => {
    const beside = history('0 invoke read', '1 invoke read', '0 ok read 2', '1 ok read 1');
    expect(neverBack(beside).verdict.kind).toBe('valid');
  });
});
