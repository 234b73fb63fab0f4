/** Expected failures and the exit statuses of the command line. Everything else thrown is a bug. */

import { itemAt } from '../../checkers/item-at.ts';
import { SYNONYMS } from './synonyms.ts';

/** Exit statuses; `README.md` says what each means. */
export const EXIT = {
  valid: 0,
  invalid: 1,
  unknown: 2,
  infrastructure: 3,
  usage: 64,
  bug: 70,
  interrupted: 130,
} as const;

/**
 * A failure with one clear line for the user: what was expected, what was got, what to do.
 * `usage`: the user's mistake, nothing was run. `infrastructure`: Docker gone, a cluster that never
 * formed; never the fault of the system under test.
 */
export class HarnessError extends Error {
  readonly failure: 'usage' | 'infrastructure';

  constructor(failure: 'usage' | 'infrastructure', message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'HarnessError';
    this.failure = failure;
  }
}

export function usage(message: string, cause?: unknown): HarnessError {
  return new HarnessError('usage', message, causedBy(cause));
}

export function infrastructure(message: string, cause?: unknown): HarnessError {
  return new HarnessError('infrastructure', message, causedBy(cause));
}

function causedBy(cause: unknown): ErrorOptions {
  return cause === undefined ? {} : { cause };
}

/** Why a file cannot be read, as a person would say it. */
export function fileProblem(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
      return 'no such file';
    case 'EISDIR':
      return 'is a directory';
    case 'ENOTDIR':
      return 'is not a directory';
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'ENOSPC':
    case 'EDQUOT':
      return 'no space left on the disk';
    case 'EROFS':
      return 'the disk is read-only';
    default:
      return messageOf(error);
  }
}

/** What was got instead of what was expected, in so many characters as a line has room for. */
export function shorten(text: string, charactersMax = 60): string {
  return text.length <= charactersMax ? text : `${text.slice(0, charactersMax - 3)}...`;
}

/** The first line of what an error says; more than that is for a stack. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.trim().split('\n')[0] ?? '';
}

/**
 * `did you mean "raft"?` where a known name is near, or a word that others have for one; else what
 * to say instead: all of them.
 */
export function suggestion(
  name: string,
  known: readonly string[],
  otherwise = `known: ${known.join(', ')}`,
): string {
  const slips = known.map((meant) => ({
    meant,
    edits: editDistance(name, meant),
    max: editsMax(meant),
  }));
  const words = Object.entries(SYNONYMS).map(([word, meanings]) => ({
    meant: meanings.find((one) => known.includes(one)),
    edits: editDistance(name, word),
    max: 1,
  }));
  const near = [...slips, ...words]
    .filter(({ meant, edits, max }) => meant !== undefined && edits <= max)
    .sort((a, b) => a.edits - b.edits)[0];
  return near === undefined ? otherwise : `did you mean "${near.meant}"?`;
}

/** Slips of the hand in a name of this length that still leave it recognisable. */
function editsMax({ length }: string): number {
  return length < 4 ? 1 : Math.max(2, Math.floor(length / 3));
}

/**
 * Characters to insert, delete, replace, or swap with their neighbour: the distance of Damerau and
 * Levenshtein, for swaps that nothing else touches (optimal string alignment).
 */
function editDistance(from: string, to: string): number {
  let before: number[] = [];
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let i = 0; i < from.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < to.length; j++) {
      const replaced = itemAt(row, j) + (from[i] === to[j] ? 0 : 1);
      let least = Math.min(replaced, itemAt(row, j + 1) + 1, itemAt(next, j) + 1);
      const isSwap = i > 0 && j > 0 && from[i] === to[j - 1] && from[i - 1] === to[j];
      if (isSwap) least = Math.min(least, itemAt(before, j - 1) + 1);
      next.push(least);
    }
    before = row;
    row = next;
  }
  return itemAt(row, to.length);
}
