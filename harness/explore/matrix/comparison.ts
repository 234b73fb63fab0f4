/** A kill matrix beside an earlier one, and the last word on it. */

import { EXIT } from '../../core/errors.ts';
import type { RunStatus } from '../../judge/outcome.ts';
import { asExpected, isFound, type Matrix, nameOf, type Row } from './matrix.ts';

/** What was found before, and is not now; by name. */
export interface Comparison {
  /** Bugs that were found, and that nothing finds any more. */
  readonly missed: readonly string[];
  /** Bugs that something still finds, and another column no longer: `raft/rf-x by plain`. */
  readonly weaker: readonly string[];
  /** Bugs that were not found then either: no news. */
  readonly known: readonly string[];
  /** Bugs that were found, and that are planted no longer. */
  readonly gone: readonly string[];
}

/** `planted` has the names of all bugs there are, hunted now or not. */
export function compare(before: Matrix, now: Matrix, planted: ReadonlySet<string>): Comparison {
  const then = new Map(bugsOf(before).map((row) => [nameOf(row), row]));
  const lost = bugsOf(now).flatMap((row) => {
    const earlier = then.get(nameOf(row));
    return earlier === undefined ? [] : [{ row, earlier }];
  });
  const isMissed = ({ row, earlier }: (typeof lost)[number]) => isFound(earlier) && !isFound(row);
  return {
    missed: lost.filter(isMissed).map(({ row }) => nameOf(row)),
    weaker: lost
      .filter((one) => !isMissed(one))
      .flatMap(({ row, earlier }) =>
        Object.entries(row.cells)
          .filter(([column, { kill }]) => kill === null && hasFound(earlier, column))
          .map(([column]) => `${nameOf(row)} by ${column}`),
      ),
    known: lost
      .filter(({ row, earlier }) => !isFound(earlier) && !isFound(row))
      .map(({ row }) => nameOf(row)),
    gone: bugsOf(before)
      .filter((row) => isFound(row) && !planted.has(nameOf(row)))
      .map(nameOf),
  };
}

/** What is there to be found. */
function bugsOf({ rows }: Matrix): readonly Row[] {
  return rows.filter(
    ({ kind, scripted }) => (kind === 'mutant' || kind === 'variant') && !scripted,
  );
}

function hasFound({ cells }: Row, column: string): boolean {
  return (cells[column]?.kill ?? null) !== null;
}

export interface Conclusion {
  readonly status: RunStatus;
  /** Rows that came out as they must not. */
  readonly wrong: readonly Row[];
}

/**
 * A violation of a system as it should be outweighs what was missed. What an earlier matrix missed as
 * well is excused by it, and what it found must be found again.
 */
export function conclude(matrix: Matrix, comparison: Comparison | null): Conclusion {
  const wrong = matrix.rows.filter((row) => {
    const name = nameOf(row);
    if (comparison?.missed.includes(name) === true) return true;
    return !asExpected(row) && comparison?.known.includes(name) !== true;
  });
  return { status: statusOf(matrix, wrong), wrong };
}

function statusOf({ isWhole }: Matrix, wrong: readonly Row[]): RunStatus {
  if (wrong.some(({ kind }) => kind === 'correct')) return EXIT.invalid;
  if (!isWhole) return EXIT.interrupted;
  return wrong.length === 0 ? EXIT.valid : EXIT.infrastructure;
}
