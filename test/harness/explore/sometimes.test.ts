/** Situations that should occur at least once: ours do, own ones are told, and none is a violation. */

import { describe, expect, test } from 'vitest';
import { coverageLines } from '../../../harness/explore/coverage-text.ts';
import { Explored } from '../../../harness/explore/trial.ts';
import { explore } from '../../../harness/ordeal.ts';
import { systems } from '../../../systems/index.ts';
import { abdRegister, readsAndWrites } from '../../examples/abd-register.ts';

/** Each protocol has come upon all of its situations in so many runs. */
const SEEDS = 120;

describe.each(Object.values(systems))('$name', (system) => {
  test('comes upon every situation that it names', async () => {
    const explored = await Explored.of({ system: system.name, timeLimitS: 5 });
    const names = (system.sometimes ?? []).map(({ name }) => name);
    const reached = new Set<string>();
    expect(names.length).toBeGreaterThan(1);
    for (let seed = 1; seed <= SEEDS && names.some((name) => !reached.has(name)); seed++) {
      const { sometimes } = explored.try({ strategy: 'swarm', seed }).reached;
      for (const [name, times] of Object.entries(sometimes)) if (times > 0) reached.add(name);
    }
    expect(names.filter((name) => !reached.has(name))).toEqual([]);
  });
});

describe('an own system, workload or test', () => {
  const own = {
    ...abdRegister,
    sometimes: [
      { name: 'kept', describe: 'a replica kept a value', reported: { kind: 'kept' } },
      { name: 'flew', describe: 'a node flew', reported: { kind: 'flight' } },
    ],
  };
  const workload = {
    ...readsAndWrites,
    sometimes: [
      {
        name: 'read-after-write',
        describe: 'a read ended after a write',
        watchOperations: () => {
          let isWritten = false;
          return {
            sees: ({ f, type }: { f: string; type: string }) => {
              isWritten ||= f === 'write' && type === 'ok';
              return isWritten && f === 'read' && type === 'ok';
            },
          };
        },
      },
    ],
  };
  const limits = { seeds: 2, strategies: ['plain'], timeLimitS: 5 };

  test('names situations; what never occurred is told, and is no violation', async () => {
    const named = { name: 'lied', describe: 'a client lied', happened: { type: 'lie' } };
    const found = await explore(own, { ...limits, workload, sometimes: [named] });
    expect(found.verdict.kind).toBe('valid');
    const { sometimes, sometimesNever } = found.coverage;
    expect(sometimes).toMatchObject({
      kept: { runs: 2 },
      'read-after-write': { describe: 'a read ended after a write', runs: 2 },
      flew: { runs: 0 },
      lied: { runs: 0 },
    });
    expect(sometimesNever.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(['flew', 'lied']);
    const lines = coverageLines(found.coverage, 80);
    const text = lines.map((line) => line.trim()).join(' ');
    expect(text).toMatch(/\? Never\s+a node flew/);
    expect(text).toContain('a client lied');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  }, 60_000);

  test.each([
    [{ name: 'x', describe: 'y' }, 'sometimes[0]'],
    [{ name: 'x y', describe: 'y', reported: { kind: 'boot' } }, 'sometimes[0].name'],
    [{ name: 'x', describe: 'y', reported: {} }, 'sometimes[0].reported'],
    [{ name: 'x', describe: 'y', reported: { kind: 'z' }, happened: { f: 'z' } }, 'sometimes[0]'],
    [{ name: 'x', describe: 'y', watchReports: 4 }, 'sometimes[0].watchReports'],
  ])('that says it wrongly (%j) is told where', async (one, where) => {
    const sometimes = [one] as never;
    await expect(explore('raft', { ...limits, sometimes })).rejects.toThrow(`options.${where}`);
  });

  test('whose watch answers nonsense, or throws, is told by name', async () => {
    const answers = (sees: () => unknown) => [
      { name: 'x', describe: 'y', watchReports: () => ({ sees }) },
    ];
    const run = (sees: () => unknown) =>
      explore('raft', { ...limits, sometimes: answers(sees) as never });
    await expect(run(() => 4)).rejects.toThrow(
      /sees. of options\.sometimes answers 4: it must be true or false/,
    );
    await expect(run(() => Math.random() > 2)).rejects.toThrow(/asks Math\.random/);
    const thrown = () => {
      throw new Error('my own slip');
    };
    await expect(run(thrown)).rejects.toThrow(/my own slip/);
  });
});
