/** The kill matrix: what each strategy takes to find each planted bug, kept as a file to compare with. */

import { z } from 'zod';
import type { Variant } from '../../../systems/system.ts';
import type { Signature } from '../../judge/signature.ts';
import type { CaseSize } from '../../shrink/case.ts';
import { decodeFile } from '../../store/decode.ts';
import type { RunFile, SCHEMA } from '../../store/format.ts';
import { circumstances } from '../../store/stored-files.ts';
import type { Cell } from './cell.ts';

export const MATRIX_FILE = 'kill-matrix.json';

/** A variant, or a system as it should be, and what came of each hunt for it. */
export interface Row {
  readonly system: string;
  /** Null for the system as it should be. */
  readonly id: string | null;
  readonly kind: Variant['kind'] | 'correct';
  /** Whether a scripted schedule shows it, and random ones hardly ever do: nothing is expected. */
  readonly scripted: boolean;
  /** By column. */
  readonly cells: Readonly<Record<string, Cell>>;
}

export interface Matrix {
  /** What each column hunts with: one strategy, or all that share the work in a portfolio. */
  readonly columns: Readonly<Record<string, readonly string[]>>;
  /** Of one core, for each cell. */
  readonly budgetS: number;
  /** Runs of each cell, at most; null for no limit. */
  readonly seeds: number | null;
  readonly firstSeed: number;
  /** Whether every row is there, as opposed to an end before its time. */
  readonly isWhole: boolean;
  readonly rows: readonly Row[];
}

/** As it is stored. */
export interface MatrixFile extends Matrix, Pick<RunFile, 'startedAt' | 'versions' | 'git'> {
  readonly schema: typeof SCHEMA;
  readonly kind: 'kill-matrix';
}

const text = z.string();
const number = z.number();
const { schema, startedAt, versions, git } = circumstances;
const signature: z.ZodType<Signature> = z.looseObject({ checker: text, property: text });
const size: z.ZodType<CaseSize> = z.looseObject({
  nodes: number,
  faults: number,
  operations: number,
});
export const cell: z.ZodType<Cell> = z.looseObject({
  runs: number,
  valid: number,
  unknown: number,
  coreS: number,
  simulatedS: number,
  changed: number,
  kill: z
    .looseObject({
      strategy: text,
      seed: number,
      kinds: z.array(signature),
      small: size.nullable(),
    })
    .nullable(),
});
const row: z.ZodType<Row> = z.looseObject({
  system: text,
  id: text.nullable(),
  kind: z.enum(['mutant', 'decoy', 'variant', 'correct']),
  scripted: z.boolean(),
  cells: z.record(text, cell),
});
const matrix: z.ZodType<MatrixFile> = z.looseObject({
  schema,
  kind: z.literal('kill-matrix'),
  startedAt,
  versions,
  git,
  columns: z.record(text, z.array(text)),
  budgetS: number,
  seeds: number.nullable(),
  firstSeed: number,
  isWhole: z.boolean(),
  rows: z.array(row),
});

/** Throws a usage error where the file cannot be read, or is no kill matrix of this version. */
export function readMatrix(path: string): MatrixFile {
  return decodeFile(path, matrix);
}

/** What is hunted in a row, as a person would name it. */
export function nameOf({ system, id }: Row): string {
  return id === null ? `${system} as it should be` : `${system}/${id}`;
}

export function isFound({ cells }: Row): boolean {
  return Object.values(cells).some(({ kill }) => kill !== null);
}

/**
 * A mutant is found; a decoy is tried and not found, nor is anything in a system as it should be.
 * Nothing is expected of what only a script shows, nor of what a user calls neither.
 */
export function asExpected(row: Row): boolean {
  switch (row.kind) {
    case 'mutant':
      return row.scripted || isFound(row);
    case 'decoy':
      return !isFound(row) && Object.values(row.cells).some(({ changed }) => changed > 0);
    case 'correct':
      return !isFound(row);
    case 'variant':
      return true;
    default:
      return row.kind satisfies never;
  }
}
