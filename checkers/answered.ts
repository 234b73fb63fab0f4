/** Whether enough of what clients asked was answered, faults or not: Maelstrom's availability. */

import { clientOperations, invalidBy, someOf } from './client-operations.ts';
import { type History, NONE } from './history.ts';
import { itemAt } from './item-at.ts';
import type { CheckResult, Verdict } from './verdict.ts';

/** Of those that were not answered, so many stand for all. */
const SHOWN = 10;

export interface AnsweredOptions {
  /** The share that must be answered, from 0 to 1: all where it is 1. */
  readonly least: number;
  /** Whether a failure with this error is an answer all the same: that there is no such key, say. */
  readonly isAnswer?: (error: string) => boolean;
}

/** An operation is answered that was `ok`, or failed with what is an answer. O(events). */
export function checkAnswered(history: History, options: AnsweredOptions): CheckResult {
  const { least, isAnswer = () => false } = options;
  const all = clientOperations(history).flatMap(({ operations }) => operations);
  const unanswered = all.filter(({ type, complete }) => {
    const error = errorOf(history, complete);
    return type !== 'ok' && (error === null || !isAnswer(error));
  });
  const answered = all.length - unanswered.length;
  const share = all.length === 0 ? 1 : answered / all.length;
  const errors = unanswered.flatMap(({ complete }) => errorOf(history, complete) ?? []);
  const why = errors.length === 0 ? '' : ` (${someOf([...new Set(errors)])})`;
  const because =
    `${answered} of ${all.length} operations were answered, ${percent(share)}, where ` +
    `${percent(least)} must be${why}`;
  const kept: Verdict =
    all.length === 0 ? { kind: 'unknown', because: 'nothing was asked' } : { kind: 'valid' };
  return {
    checker: 'answered',
    verdict: share < least ? invalidBy(because, unanswered.slice(0, SHOWN)) : kept,
    stats: { answered, unanswered: unanswered.length, share: Math.floor(share * 1e4) / 1e4 },
  };
}

function errorOf(history: History, complete: number | null): string | null {
  const error = complete === null ? NONE : history.error.get(complete);
  return error === NONE ? null : itemAt(history.errors.names, error);
}

/** Rounded down: what falls short must not look as if it did not. */
function percent(share: number): string {
  return `${Math.floor(share * 1e4) / 100} %`;
}
