/** What a thread answers: what came of a question, or an error as it can be sent to another thread. */

import { HarnessError } from '../core/errors.ts';
import { mistakeOfOwn } from '../own/import.ts';

/** An error as it can be sent to another thread, which knows none of its classes. */
interface Failure {
  /** Whose fault it is; null for a bug of ours. */
  readonly failure: 'usage' | 'infrastructure' | null;
  readonly message: string;
  readonly stack: string;
}

export type Answer<Result> = { readonly result: Result } | { readonly failed: Failure };

/** What `work` comes to; never rejects. */
export async function answered<Result>(
  work: () => Result | Promise<Result>,
): Promise<Answer<Result>> {
  try {
    return { result: await work() };
  } catch (thrown) {
    return { failed: failureOf(thrown) };
  }
}

function failureOf(thrown: unknown): Failure {
  const error = mistakeOfOwn(thrown) ?? thrown;
  const failure = error instanceof HarnessError ? error.failure : null;
  const { message, stack = message } = error instanceof Error ? error : new Error(String(error));
  return { failure, message, stack };
}

/** The result, or throws what was thrown in the thread. */
export function resultOf<Result>(answer: Answer<Result>): Result {
  if ('result' in answer) return answer.result;
  const { failure, message, stack } = answer.failed;
  if (failure !== null) throw new HarnessError(failure, message);
  const error = new Error(message);
  error.stack = stack;
  throw error;
}
