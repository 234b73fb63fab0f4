/** What a thread of the pool does: loads what is explored once, and makes the runs that it is given. */

import { enableCompileCache } from 'node:module';
import type { RunRequest } from '../config/config.ts';
import type { Task, Trial } from './trial.ts';

/** An error as it can be sent to another thread, which knows none of its classes. */
export interface Failure {
  /** Whose fault it is; null for a bug of ours. */
  readonly failure: 'usage' | 'infrastructure' | null;
  readonly message: string;
  readonly stack: string;
}

export type Answer = { readonly trial: Trial } | { readonly failed: Failure };

/** A task, and what all tasks of the exploration have in common. */
export interface Question {
  readonly asked: RunRequest;
  readonly task: Task;
}

let loaded: Promise<(task: Task) => Answer> | null = null;

/** Never rejects but for what ends the thread. */
export async function answer({ asked, task }: Question): Promise<Answer> {
  loaded ??= load(asked);
  return (await loaded)(task);
}

async function load(asked: RunRequest): Promise<(task: Task) => Answer> {
  // Each thread has a cache of its own to open: reading code takes longer than a run.
  enableCompileCache();
  const { Explored } = await import('./trial.ts');
  const { HarnessError } = await import('../core/errors.ts');
  const { mistakeOfOwn } = await import('../own/import.ts');
  const failureOf = (thrown: unknown): Answer => {
    const error = mistakeOfOwn(thrown) ?? thrown;
    const failure = error instanceof HarnessError ? error.failure : null;
    const { message, stack = message } = error instanceof Error ? error : new Error(String(error));
    return { failed: { failure, message, stack } };
  };
  try {
    const explored = await Explored.of(asked);
    return (task) => {
      try {
        return { trial: explored.try(task) };
      } catch (error) {
        return failureOf(error);
      }
    };
  } catch (error) {
    return () => failureOf(error);
  }
}
