/** The units of a campaign: what shards do together is the whole, and what cannot be made is told. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CampaignSpec, Canary, Cell } from '../../../harness/campaign/spec.ts';
import { roundsUntil, type Unit, unitsOf, WHOLE } from '../../../harness/campaign/unit.ts';
import { UnitLane } from '../../../harness/campaign/unit-lane.ts';
import type { UnitMade } from '../../../harness/campaign/unit-thread.ts';
import { infrastructure, usage } from '../../../harness/core/errors.ts';

const asked = { system: 'raft' };
const strategies = ['plain'];

function work(cells: number, canaries: number, seeds: number | null) {
  const cell = (at: number): Cell => ({ name: `c${at}`, subject: 'raft', asked, strategies });
  const canary = (at: number): Canary => {
    return { name: `raft/m${at}`, asked, id: `m${at}`, strategies, seeds: 1, budgetS: 1 };
  };
  const spec: Pick<CampaignSpec, 'cells' | 'canaries' | 'seeds'> = {
    cells: Array.from({ length: cells }, (_, at) => cell(at)),
    canaries: Array.from({ length: canaries }, (_, at) => canary(at)),
    seeds,
  };
  return spec;
}

const ids = (units: Iterable<Unit>) => [...units].map(({ id }) => id);

describe('units', () => {
  test('of all shards are those of the whole, each once', () => {
    const small = { min: 1, max: 7 };
    fc.assert(
      fc.property(
        fc.integer(small),
        fc.nat(5),
        fc.integer({ min: 1, max: 130 }),
        fc.integer(small),
        (cells, canaries, seeds, of) => {
          const spec = work(cells, canaries, seeds);
          const parts = Array.from({ length: of }, (_, at) =>
            ids(unitsOf(spec, { index: at + 1, of })),
          );
          expect(parts.flat().sort()).toEqual(ids(unitsOf(spec, WHOLE)).sort());
        },
      ),
    );
  });

  test('run every seed of every cell once, canaries before them', () => {
    const units = Array.from(unitsOf(work(2, 1, 50), WHOLE));
    expect(units[0]?.kind).toBe('canary');
    for (const at of [0, 1]) {
      const ofCell = units.filter((unit) => unit.kind === 'runs').filter((unit) => unit.at === at);
      const seeds = ofCell.flatMap(({ offset, seeds: many }) =>
        Array.from({ length: many }, (_, after) => offset + after),
      );
      expect(seeds).toEqual(Array.from({ length: 50 }, (_, seed) => seed));
    }
  });

  test('have no end where only time limits them, and say by their ids how far they go', () => {
    const endless = unitsOf(work(3, 0, null), WHOLE);
    const some = ids(endless.take(7));
    expect(some).toHaveLength(7);
    expect(Math.max(...some.map(roundsUntil))).toBe(3);
  });
});

describe('a lane', () => {
  const made: UnitMade = {
    kind: 'canary',
    runs: 1,
    valid: 0,
    unknown: 0,
    coreS: 0,
    simulatedS: 1,
    changed: 1,
    kill: { strategy: 'plain', seed: 1, kinds: [], small: null },
  };
  const [unit] = unitsOf(work(0, 1, 1), WHOLE);

  /** Answers with what is left, one after the other, each lane for itself. */
  function laneOf(answers: (UnitMade | Error)[], ended: number[]) {
    return {
      ask: async (): Promise<UnitMade> => {
        const next = answers.shift();
        if (next === undefined) throw new Error('asked too often');
        if (next instanceof Error) throw next;
        return next;
      },
      end: async () => {
        ended.push(answers.length);
      },
    };
  }

  async function asks(retries: number, answers: (UnitMade | Error)[]) {
    if (unit === undefined) throw new Error('there is a canary');
    const ended: number[] = [];
    const lane = new UnitLane(retries, () => laneOf(answers, ended));
    const { result } = await lane.ask({ unit, firstSeed: 1 });
    return { result, replaced: ended.length };
  }

  test('has another thread try again where one dies', async () => {
    const { result, replaced } = await asks(2, [infrastructure('died'), made]);
    expect(result).toEqual(made);
    expect(replaced).toBe(1);
  });

  test('gives up after as many tries as are allowed, and says how many', async () => {
    const deaths = [1, 2, 3].map(() => infrastructure('died'));
    const { result } = await asks(2, deaths);
    expect(result).toEqual({
      kind: 'failed',
      failure: 'infrastructure',
      message: 'died',
      attempts: 3,
    });
  });

  test.each([
    ['usage', usage('mine.ts:3 asks a clock')],
    ['bug', new Error('a bug')],
  ] as const)('never tries again what fails by %s', async (failure, error) => {
    const { result } = await asks(2, [error, made]);
    expect(result).toMatchObject({ kind: 'failed', failure, attempts: 1 });
  });
});
