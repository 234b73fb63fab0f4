/**
 * A counter that need agree only in the end: each final read must be the sum of everything that was
 * acknowledged, and of any part of what may have happened. Reads before that may be anything, as in
 * Maelstrom's `pn-counter` and `g-counter`.
 */

import {
  type ClientOperation,
  clientOperations,
  excused,
  invalidBy,
  unrecorded,
  where,
} from './client-operations.ts';
import type { History } from './history.ts';
import { itemAt } from './item-at.ts';
import { type CheckResult, type Verdict, worst } from './verdict.ts';

/** More sums than that are not told apart: all between the least and the most are believed then. */
const SUMS_MAX = 1_000_000;

/** Judges the reads that began after the mark of the final phase, by the `inc` of whole amounts. */
export function checkEventualCounter(history: History): CheckResult {
  const finalAt = finalMark(history);
  const verdicts: Verdict[] = [];
  let finalReads = 0;
  for (const { key, operations } of clientOperations(history)) {
    const reads = operations.filter(({ f, type, invoke }) => {
      return f === 'read' && type === 'ok' && finalAt !== null && invoke > finalAt;
    });
    finalReads += reads.length;
    const verdict = judge(key, operations, reads);
    verdicts.push(excused(verdict, unrecorded(operations, ['inc'])));
  }
  const verdict: Verdict =
    finalReads === 0
      ? { kind: 'unknown', because: 'no final read of the counter was answered' }
      : worst(verdicts);
  return { checker: 'eventual-counter', verdict, stats: { finalReads } };
}

function judge(
  key: string | undefined,
  operations: readonly ClientOperation[],
  reads: readonly ClientOperation[],
): Verdict {
  const adds = operations.filter(({ f, type }) => f === 'inc' && type !== 'fail');
  const known = adds.filter(({ type }) => type === 'ok');
  const perhaps = adds.filter(({ type }) => type === 'info').map(amountOf);
  const sum = known.reduce((total, add) => total + amountOf(add), 0);
  const isPossible = sumsOf(sum, perhaps);
  const wrong = reads.find(({ result }) => !isPossible(result));
  if (wrong === undefined) return { kind: 'valid' };
  const least = sum + perhaps.reduce((total, amount) => total + Math.min(0, amount), 0);
  const most = sum + perhaps.reduce((total, amount) => total + Math.max(0, amount), 0);
  const expected = least === most ? `the sum is ${sum}` : `the sum is between ${least} and ${most}`;
  const because = `the final read of ${where(wrong)} found ${JSON.stringify(wrong.result)}, but ${expected}`;
  return invalidBy(because, [wrong], { key });
}

/** Whether a value is the sum with some of the amounts, or with none. */
function sumsOf(sum: number, perhaps: readonly number[]): (value: unknown) => boolean {
  let sums = new Set([sum]);
  for (const amount of perhaps) {
    const more = new Set(sums);
    for (const one of sums) more.add(one + amount);
    sums = more;
    if (sums.size <= SUMS_MAX) continue;
    const least = sum + perhaps.reduce((total, each) => total + Math.min(0, each), 0);
    const most = sum + perhaps.reduce((total, each) => total + Math.max(0, each), 0);
    return (value) => typeof value === 'number' && value >= least && value <= most;
  }
  return (value) => typeof value === 'number' && sums.has(value);
}

function amountOf({ argument }: ClientOperation): number {
  return typeof argument === 'number' ? argument : 0;
}

/** Where the final reads begin, as an event; null where they never did. */
function finalMark(history: History): number | null {
  for (let at = 0; at < history.length; at++) {
    const f = itemAt(history.functions.names, history.f.get(at));
    if (f === 'phase' && history.values.value(history.value.get(at)) === 'final') return at;
  }
  return null;
}
