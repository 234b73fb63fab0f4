/** Expected failures and the exit statuses of the command line. Everything else thrown is a bug. */

/** Exit statuses (`DESIGN.md`, verdicts and exit status). */
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

export function usage(message: string): HarnessError {
  return new HarnessError('usage', message);
}

export function infrastructure(message: string, cause?: unknown): HarnessError {
  return new HarnessError('infrastructure', message, cause === undefined ? {} : { cause });
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

/** The first line of what an error says; more than that is for a stack. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.trim().split('\n')[0] ?? '';
}

/** `did you mean "raft"?` where a known name is near, else what to say instead: all of them. */
export function suggestion(
  name: string,
  known: readonly string[],
  otherwise = `known: ${known.join(', ')}`,
): string {
  const near = known
    .map((candidate) => ({ candidate, edits: editDistance(name, candidate) }))
    .filter(({ candidate, edits }) => edits <= Math.max(1, Math.floor(candidate.length / 3)))
    .sort((a, b) => a.edits - b.edits)[0];
  return near === undefined ? otherwise : `did you mean "${near.candidate}"?`;
}

/** Characters to insert, delete or replace (Levenshtein's distance), one row at a time. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let i = 0; i < from.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < to.length; j++) {
      const replaced = (row[j] as number) + (from[i] === to[j] ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] as number) + 1, (next[j] as number) + 1));
    }
    row = next;
  }
  return row[to.length] as number;
}
