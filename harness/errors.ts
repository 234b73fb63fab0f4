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
