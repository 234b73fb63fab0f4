/**
 * Counter: each read lies between what was certainly added before it began and what may have been
 * added before it was answered.
 *
 * Fast, for any amounts, but not complete: histories exist that keep these bounds and are not
 * linearizable (two reads that see increments in opposite orders, say). The model `counter` of
 * `linearizable/` is exact.
 */

import {
  type ClientOperation,
  clientOperations,
  excused,
  invalidBy,
  type KeyOperations,
  unrecorded,
  where,
} from './client-operations.ts';
import { exactSum, exactTotal } from './decimals.ts';
import type { History } from './history.ts';
import { type CheckResult, type Verdict, worst } from './verdict.ts';

export interface CounterOptions {
  /** Default 0. */
  readonly initial?: number;
}

/** Judges `read` by the bounds that `add` (of its value), `inc` and `dec` (of 1) leave. */
export function checkCounter(history: History, options: CounterOptions = {}): CheckResult {
  const keyed = clientOperations(history);
  const reads = keyed
    .flatMap(({ operations }) => operations)
    .filter(({ f, type }) => f === 'read' && type === 'ok').length;
  const verdict: Verdict =
    reads === 0
      ? { kind: 'unknown', because: 'the counter was never read' }
      : worst(
          keyed.map((each) =>
            excused(judge(each, options.initial ?? 0), unrecorded(each.operations, ['add'])),
          ),
        );
  return {
    checker: 'counter',
    verdict:
      verdict.kind === 'valid'
        ? { kind: 'valid', note: 'by bounds, which is no proof of linearizability' }
        : verdict,
    stats: { reads },
  };
}

interface Step {
  readonly at: number;
  readonly operation: ClientOperation;
  readonly begins: boolean;
}

/** Nothing is called wrong where rounding may be what is wrong with a sum. */
function judge(keyed: KeyOperations, initial: number): Verdict {
  const verdict = judgeBounds(keyed, initial);
  if (verdict.kind !== 'invalid') return verdict;
  const done = keyed.operations.filter(({ type }) => type !== 'fail');
  const amounts = done.map((operation) => Math.abs(amountOf(operation) ?? 0));
  const answers = done.map(({ result }) => (typeof result === 'number' ? result : 0));
  const exact =
    exactTotal([Math.abs(initial), ...amounts]) !== undefined &&
    answers.every((answer) => exactSum(answer, 0) !== undefined);
  if (exact) return verdict;
  const because = `the sums of this counter are not exact: it may be rounding that ${verdict.because}`;
  return { kind: 'unknown', because };
}

function judgeBounds({ key, operations }: KeyOperations, initial: number): Verdict {
  const steps: Step[] = [];
  for (const operation of operations) {
    if (operation.type === 'fail') continue;
    steps.push({ at: operation.invoke, operation, begins: true });
    if (operation.type === 'ok') {
      steps.push({ at: operation.complete ?? 0, operation, begins: false });
    }
  }
  // A completion without an invocation begins and ends at one event.
  steps.sort((a, b) => a.at - b.at || Number(b.begins) - Number(a.begins));
  let least = initial;
  let most = initial;
  // What the counter may have held at some moment of each read that is under way.
  const open = new Map<ClientOperation, { least: number; most: number }>();
  for (const { operation, begins } of steps) {
    const amount = amountOf(operation);
    if (amount !== null) {
      // An increment may count once it begins and must once it is answered; a decrement likewise.
      if (begins === amount > 0) most = plus(most, amount);
      else least = plus(least, amount);
      for (const bounds of open.values()) {
        bounds.least = Math.min(bounds.least, least);
        bounds.most = Math.max(bounds.most, most);
      }
      continue;
    }
    if (operation.f !== 'read' || operation.type !== 'ok') continue;
    const bounds = open.get(operation) ?? { least, most };
    if (begins) {
      open.set(operation, bounds);
      continue;
    }
    open.delete(operation);
    const verdict = judgeRead(operation, bounds, key);
    if (verdict !== null) return verdict;
  }
  return { kind: 'valid' };
}

/** Exact where it can be; `judge` asks whether it could. */
function plus(a: number, b: number): number {
  return exactSum(a, b) ?? a + b;
}

function judgeRead(
  read: ClientOperation,
  { least, most }: { readonly least: number; readonly most: number },
  key: string | undefined,
): Verdict | null {
  const value = read.result;
  if (typeof value !== 'number') {
    return {
      kind: 'unknown',
      because: `event ${read.complete}: expected a number, got ${JSON.stringify(value)}`,
    };
  }
  if (value >= least && value <= most) return null;
  const because =
    value < least
      ? `the read of ${where(read)} found ${value}, but at least ${least} had been ` +
        'added before it began'
      : `the read of ${where(read)} found ${value}, but at most ${most} can have been ` +
        'added by then';
  return invalidBy(because, [read], { key });
}

function amountOf({ f, argument }: ClientOperation): number | null {
  if (f === 'inc') return typeof argument === 'number' ? argument : 1;
  if (f === 'dec') return typeof argument === 'number' ? -argument : -1;
  return f === 'add' ? (typeof argument === 'number' ? argument : 1) : null;
}
