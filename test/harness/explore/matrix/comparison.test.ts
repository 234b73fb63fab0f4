/** A kill matrix beside an earlier one: what used to be found must be found again. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Cell } from '../../../../harness/explore/matrix/cell.ts';
import { compare, conclude } from '../../../../harness/explore/matrix/comparison.ts';
import type { Matrix, Row } from '../../../../harness/explore/matrix/matrix.ts';

const COLUMNS = ['plain', 'swarm'];

function cellOf(found: boolean, changed = 1): Cell {
  const kinds = [{ checker: 'agreement', property: 'LogMatching' }];
  const kill = found ? { strategy: 'plain', seed: 1, kinds, small: null } : null;
  return { runs: 1, valid: 0, unknown: 0, coreS: 1, simulatedS: 1, changed, kill };
}

function rowOf(id: string | null, kind: Row['kind'], found: readonly boolean[]): Row {
  const cells = Object.fromEntries(COLUMNS.map((name, at) => [name, cellOf(found[at] === true)]));
  return { system: 'raft', id, kind, scripted: false, cells };
}

function matrixOf(rows: readonly Row[], isWhole = true): Matrix {
  const columns = Object.fromEntries(COLUMNS.map((name) => [name, [name]]));
  return { columns, budgetS: 1, seeds: null, firstSeed: 1, isWhole, rows };
}

const IDS = ['a', 'b', 'c', 'd'];
const PLANTED = new Set(IDS.map((id) => `raft/${id}`));
/** Of each bug, by which column it is found. */
const found = fc.array(fc.tuple(fc.boolean(), fc.boolean()), { minLength: 4, maxLength: 4 });
const matrixFrom = (cells: readonly (readonly boolean[])[]) =>
  matrixOf(IDS.map((id, at) => rowOf(id, 'mutant', cells[at] ?? [])));

describe('beside an earlier matrix', () => {
  test('every bug that was found by any column and is found by none is missed, and no other', () => {
    fc.assert(
      fc.property(found, found, (before, now) => {
        const comparison = compare(matrixFrom(before), matrixFrom(now), PLANTED);
        const { status, wrong } = conclude(matrixFrom(now), comparison);
        const lost = IDS.filter((_, at) => before[at]?.includes(true) && !now[at]?.includes(true));
        expect(comparison.missed).toEqual(lost.map((id) => `raft/${id}`));
        expect(wrong.map(({ id }) => id)).toEqual(lost);
        expect(status).toBe(lost.length === 0 ? 0 : 3);
      }),
    );
  });

  test('a matrix has lost nothing beside itself', () => {
    fc.assert(
      fc.property(found, (cells) => {
        const { missed, weaker, gone } = compare(matrixFrom(cells), matrixFrom(cells), PLANTED);
        expect([...missed, ...weaker, ...gone]).toEqual([]);
      }),
    );
  });

  test('what another column still finds is weaker, and no failure', () => {
    const [before, now] = [matrixFrom([[true, true]]), matrixFrom([[false, true]])];
    const comparison = compare(before, now, PLANTED);
    expect(comparison.weaker).toEqual(['raft/a by plain']);
    expect(comparison.missed).toEqual([]);
  });

  test('a bug that is planted no longer is named', () => {
    const before = matrixOf([rowOf('old', 'mutant', [true, true])]);
    const now = matrixOf([rowOf('a', 'mutant', [true, true])]);
    expect(compare(before, now, PLANTED).gone).toEqual(['raft/old']);
  });

  test('a bug that the earlier one does not know must be found', () => {
    const before = matrixOf([rowOf('a', 'mutant', [true, true])]);
    const now = matrixOf([...before.rows, rowOf('new', 'mutant', [false, false])]);
    expect(conclude(now, compare(before, now, PLANTED)).status).toBe(3);
  });
});

describe('by itself', () => {
  test.each<[string, Row, number]>([
    ['a bug that is found', rowOf('a', 'mutant', [false, true]), 0],
    ['a bug that is missed', rowOf('a', 'mutant', [false, false]), 3],
    [
      'a bug that only a script shows',
      { ...rowOf('a', 'mutant', [false, false]), scripted: true },
      0,
    ],
    ['a decoy without an alarm', rowOf('a', 'decoy', [false, false]), 0],
    ['a decoy with an alarm', rowOf('a', 'decoy', [false, true]), 3],
    [
      'a decoy that never decided otherwise',
      { ...rowOf('a', 'decoy', []), cells: { plain: cellOf(false, 0) } },
      3,
    ],
    ['a system as it should be', rowOf(null, 'correct', [false, false]), 0],
    ['a system as it should be with a violation', rowOf(null, 'correct', [true, false]), 1],
    ["a user's own change, found", rowOf('a', 'variant', [true, true]), 0],
  ])('%s', (_, row, status) => {
    expect(conclude(matrixOf([row]), null).status).toBe(status);
  });

  test('an interruption is none of these, unless a system as it should be broke a promise', () => {
    expect(conclude(matrixOf([], false), null).status).toBe(130);
    const alarm = rowOf(null, 'correct', [true, true]);
    expect(conclude(matrixOf([alarm], false), null).status).toBe(1);
  });
});
