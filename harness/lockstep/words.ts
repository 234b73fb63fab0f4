/** What is said of programs in lock-step. */

import { type HarnessError, infrastructure } from '../core/errors.ts';
import type { End } from './watch.ts';

/** Signals that somebody else sends: a program that they end did not fail. */
const FROM_OUTSIDE: readonly (string | null)[] = ['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP'];

export function endedFromOutside({ signal }: End): boolean {
  return FROM_OUTSIDE.includes(signal);
}

/** How a process ended. */
export function endText({ code, signal }: End): string {
  if (signal !== null) return `was ended by ${signal}`;
  return code === null ? 'ended' : `ended with status ${code}`;
}

/** A program that was told the same twice said something else. */
export function outOfStep(node: string): HarnessError {
  return infrastructure(
    `this program is not deterministic at this level (lock-step): told the same once more, ${node} ` +
      'said something else (random numbers, clocks, threads, files that it finds at its start?)',
  );
}
