/** An operator who changes who takes part: what comes of its orders, and when it gives none. */

import { describe, expect, test } from 'vitest';
import { resolveConfig } from '../../../harness/config/config.ts';
import { simulateOnce } from '../../../harness/run/simulate.ts';
import type { Fault } from '../../../nemesis/fault.ts';
import { cluster } from './three-nodes.ts';

const SECOND = 1_000_000;

function leave(...nodes: number[]): Fault {
  return { kind: 'leave', nodes };
}

function replace(...nodes: number[]): Fault {
  return { kind: 'replace', nodes };
}

type World = ReturnType<typeof cluster>['world'];

/** Who votes by the word of whoever leads. */
function voters(world: World): readonly number[] | null {
  return world.nodes.find(({ view, self }) => view?.leader === self)?.membership?.voters ?? null;
}

function followers(world: World): number[] {
  return world.nodes.filter(({ view, self }) => view?.leader !== self).map(({ self }) => self);
}

describe('a node that an operator takes out', () => {
  test.each(['follower', 'leader'])(
    '(the %s) is in no configuration until the end, and then is back',
    (who) => {
      const { world, faults, run } = cluster();
      const [follower = 0] = followers(world);
      const node = who === 'follower' ? follower : (world.nodes[follower]?.view?.leader ?? 0);
      expect(faults.start(1, leave(node)).status).toBe('indeterminate');
      run(3 * SECOND);
      expect(voters(world)).toEqual([0, 1, 2].filter((each) => each !== node));
      expect(faults.end(1)?.receipt).toMatchObject({ status: 'installed', held: true });
      run(3 * SECOND);
      expect(voters(world)).toEqual([0, 1, 2]);
    },
  );

  test('is never seen to be out while nobody could commit that, and the receipt says so', () => {
    const { world, faults, run } = cluster();
    const [one = 0, other = 0] = followers(world);
    faults.start(1, { kind: 'kill', nodes: [one, other] });
    run(SECOND);
    faults.start(2, leave(one));
    run(SECOND);
    // The leader stepped down: nobody was there to be asked.
    expect(faults.end(2)?.receipt).toMatchObject({
      held: false,
      evidence: expect.stringContaining('never seen to be out'),
    });
  });

  test('is not asked for where too few would be left', () => {
    const { world, faults, run } = cluster();
    const [one = 0, other = 0] = followers(world);
    faults.start(1, leave(one));
    run(SECOND);
    expect(faults.start(2, leave(other)).status).toBe('skipped');
    expect(faults.start(3, replace(other)).status).toBe('skipped');
    run(SECOND);
    expect(world.nodes.every(({ up }) => up)).toBe(true);
  });
});

describe('a node that an operator replaces', () => {
  test('starts with nothing but what a new one is given, and is a voter once it has the log', () => {
    const { world, faults, run } = cluster();
    const [node = 0] = followers(world);
    const found: unknown[][] = [];
    const disk = world.nodes[node]?.disk;
    const restore = disk?.restore.bind(disk);
    if (disk === undefined || restore === undefined) throw new Error('no disk');
    disk.restore = (records) => {
      found.push([...records]);
      restore(records);
    };
    expect(faults.start(1, replace(node)).status).toBe('installed');
    expect(world.nodes[node]?.up).toBe(false);
    run(3 * SECOND);
    expect(found).toEqual([[expect.objectContaining({ kind: 'joins' })]]);
    expect(voters(world)).toEqual([0, 1, 2]);
    expect(faults.end(1)?.receipt).toMatchObject({ status: 'installed', held: true });
    expect(world.nodes[node]?.view?.applied).toBe(world.nodes[(node + 1) % 3]?.view?.applied);
  });

  test('keeps its disk where it could not be taken out in time', () => {
    const { world, faults, run } = cluster();
    const [one = 0, other = 0] = followers(world);
    const records = world.nodes[one]?.disk.durable.length ?? 0;
    faults.start(1, { kind: 'kill', nodes: [other] });
    faults.start(2, replace(one));
    run(SECOND);
    expect(faults.end(2)?.receipt).toMatchObject({
      status: 'installed',
      evidence: expect.stringContaining('never seen to be out'),
    });
    expect(world.nodes[one]?.up).toBe(true);
    expect(world.nodes[one]?.disk.durable.length).toBeGreaterThanOrEqual(records);
  });
});

describe('a system', () => {
  test.each([
    ['zab', 'membership-change', {}, 'nobody can change who takes part in zab'],
    ['multi-paxos', 'replacement', {}, 'what it promised would be lost'],
    ['raft', 'replacement', { membership: 'single' }, 'set membership=off'],
    ['raft', 'membership-change', { preVote: false, checkQuorum: false }, 'set preVote=true'],
  ] as const)(
    '(%s) to which %s cannot be done refuses it in a line',
    (system, nemesis, set, why) => {
      const request = { system, nemesis: [nemesis], set };
      expect(() => resolveConfig(request, [], () => 1)).toThrow(`--nemesis ${nemesis}: `);
      expect(() => resolveConfig(request, [], () => 1)).toThrow(why);
      const { nemesis: all } = resolveConfig({ ...request, nemesis: ['all'] }, [], () => 1);
      expect(all).not.toContain(nemesis);
    },
  );

  test('has it among all that it promises to survive where it can be done', () => {
    const all = (system: string) =>
      resolveConfig({ system, nemesis: ['all'] }, [], () => 1).nemesis;
    expect(all('raft')).toEqual(expect.arrayContaining(['membership-change', 'replacement']));
    expect(all('multi-paxos')).toContain('membership-change');
    expect(all('basic-paxos')).not.toContain('membership-change');
  });

  test.each([
    ['raft', ['membership-change', 'replacement', 'kill', 'partition']],
    ['multi-paxos', ['membership-change', 'kill', 'partition']],
  ])('(%s) keeps its promises while its members change under other faults', (system, nemesis) => {
    for (const seed of [1, 2, 3]) {
      const request = { system, nemesis, nodes: 3, nemesisIntervalS: 1, timeLimitS: 15, seed };
      const { checks } = simulateOnce(
        resolveConfig(request, [], () => seed),
        [],
      );
      expect(checks.filter(({ verdict }) => verdict.kind === 'invalid')).toEqual([]);
    }
  });
});
