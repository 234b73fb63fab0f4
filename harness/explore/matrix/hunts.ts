/** Hunts every row of a kill matrix, on several threads, and hands the rows out in their order. */

import { infrastructure } from '../../core/errors.ts';
import { Lane } from '../lane.ts';
import type { Cell, Hunt } from './cell.ts';
import type { Row } from './matrix.ts';

/** A row to be, and the hunt of each of its columns. */
export interface Prey extends Omit<Row, 'cells'> {
  readonly hunts: Readonly<Record<string, Hunt>>;
}

export interface Told {
  readonly row: (row: Row) => void;
  /** After each hunt: how many are over. */
  readonly step: (done: number, total: number) => void;
}

interface Job {
  readonly at: number;
  readonly column: string;
  readonly hunt: Hunt;
}

/**
 * The rows of which every hunt came to its end, in order: all, unless it is interrupted. Rejects with
 * what a hunt threw, which names it.
 */
export async function huntAll(
  prey: readonly Prey[],
  workers: number,
  signal: AbortSignal,
  told: Told,
): Promise<readonly Row[]> {
  const jobs: Job[] = prey.flatMap(({ hunts }, at) =>
    Object.entries(hunts).map(([column, hunt]) => ({ at, column, hunt })),
  );
  const total = jobs.length;
  const cells = prey.map((): Record<string, Cell> => ({}));
  const rows: Row[] = [];
  const over = Promise.withResolvers<null>();
  const interrupted = () => over.resolve(null);
  signal.addEventListener('abort', interrupted);
  if (signal.aborted) interrupted();
  let done = 0;
  const account = ({ at, column }: Job, cell: Cell) => {
    const ofRow = cells[at];
    if (ofRow === undefined) throw new Error('a hunt is of a row');
    ofRow[column] = cell;
    told.step(++done, total);
    for (let row = rowAt(prey, cells, rows.length); row !== null; ) {
      rows.push(row);
      told.row(row);
      row = rowAt(prey, cells, rows.length);
    }
  };
  const lanes: Lane<Hunt, Cell>[] = [];
  const work = async () => {
    const lane = new Lane<Hunt, Cell>('cell');
    lanes.push(lane);
    for (let job = jobs.shift(); job !== undefined && !signal.aborted; job = jobs.shift()) {
      const cell = await Promise.race([lane.ask(job.hunt, whatOf(prey, job)), over.promise]);
      if (cell === null) return;
      account(job, cell);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(workers, total) }, work));
  } finally {
    signal.removeEventListener('abort', interrupted);
    await Promise.all(lanes.map((lane) => lane.end()));
  }
  return rows;
}

/** The row where all of its hunts are over; null otherwise. */
function rowAt(
  prey: readonly Prey[],
  cells: readonly Record<string, Cell>[],
  at: number,
): Row | null {
  const [one, ofRow] = [prey[at], cells[at]];
  if (one === undefined || ofRow === undefined) return null;
  const { hunts, ...row } = one;
  const columns = Object.keys(hunts);
  const inOrder = columns.flatMap((column) => {
    const cell = ofRow[column];
    return cell === undefined ? [] : [[column, cell] as const];
  });
  return inOrder.length < columns.length ? null : { ...row, cells: Object.fromEntries(inOrder) };
}

function whatOf(prey: readonly Prey[], { at, column }: Job): string {
  const one = prey[at];
  if (one === undefined) throw infrastructure('a hunt of nothing');
  return `the hunt for ${one.id ?? one.system} by ${column}`;
}
