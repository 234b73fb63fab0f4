/** Total queue: what goes in must come out, once the queue has been drained. */

import { nobody, PUT_IN } from './attempts.ts';
import {
  type ClientOperation,
  clientOperations,
  excused,
  identity,
  invalidBy,
  type KeyOperations,
  someOf,
  unrecorded,
  where,
} from './client-operations.ts';
import type { History, Value } from './history.ts';
import { elementsOf } from './value.ts';
import { type CheckResult, type Verdict, worst } from './verdict.ts';

export interface TotalQueueOptions {
  /** Whether a value may come out more often than it went in (at-least-once). Default true. */
  readonly allowDuplicates?: boolean;
}

/** How often each value went in and came out. */
interface Count {
  readonly value: Value;
  attempted: number;
  acknowledged: number;
  /** Acknowledged after anybody last tried to take something out: these may still be in. */
  left: number;
  out: number;
  enqueue: ClientOperation | null;
  dequeue: ClientOperation | null;
}

/**
 * Lost (acknowledged, never came out) and unexpected values (never put in) are violations.
 * `drain` is a dequeue of several values at once. A dequeue that crashed may have taken a value
 * with it: as many lost values as there are such dequeues prove nothing, and give `unknown`. So do
 * values that were acknowledged after the last attempt to take something out.
 */
export function checkTotalQueue(history: History, options: TotalQueueOptions = {}): CheckResult {
  const sums = {
    attempted: 0,
    acknowledged: 0,
    lost: 0,
    unexpected: 0,
    duplicated: 0,
    recovered: 0,
  };
  const verdicts = clientOperations(history).map((keyed) => {
    const counts = [...count(keyed.operations).values()];
    for (const each of counts) {
      sums.attempted += each.attempted;
      sums.acknowledged += each.acknowledged;
      sums.lost += lostOf(each);
      sums.unexpected += each.attempted === 0 ? each.out : 0;
      sums.duplicated += duplicatedOf(each);
      sums.recovered += Math.max(0, Math.min(each.out, each.attempted) - each.acknowledged);
    }
    return judge(history, keyed, counts, options.allowDuplicates ?? true);
  });
  const found = worst(verdicts);
  const verdict: Verdict =
    sums.attempted === 0 && found.kind === 'valid'
      ? { kind: 'unknown', because: 'nothing was put into the queue' }
      : found;
  return { checker: 'total-queue', verdict, stats: sums };
}

function count(operations: readonly ClientOperation[]): Map<Value, Count> {
  const counts = new Map<Value, Count>();
  const lastTaken = operations
    .filter(takes)
    .reduce((last, { complete }) => Math.max(last, complete ?? Number.POSITIVE_INFINITY), -1);
  const entry = (value: Value): Count => {
    const id = identity(value);
    const known = counts.get(id);
    if (known !== undefined) return known;
    const fresh: Count = {
      value,
      attempted: 0,
      acknowledged: 0,
      left: 0,
      out: 0,
      enqueue: null,
      dequeue: null,
    };
    counts.set(id, fresh);
    return fresh;
  };
  for (const operation of operations) {
    const { f, type, argument, result } = operation;
    if (f === 'enqueue' && type !== 'fail') {
      if (argument === null) continue;
      const each = entry(argument);
      each.attempted++;
      if (type === 'ok') {
        each.acknowledged++;
        if ((operation.complete ?? 0) > lastTaken) each.left++;
        each.enqueue ??= operation;
      }
    } else if (type === 'ok' && takes(operation)) {
      // A drain that answers one value rather than a list or a set took that one.
      const values = (f === 'drain' ? elementsOf(result) : null) ?? [result];
      for (const value of values) {
        if (value === null) continue;
        const each = entry(value);
        each.out++;
        each.dequeue = operation;
      }
    }
  }
  return counts;
}

function takes({ f }: ClientOperation): boolean {
  return f === 'dequeue' || f === 'drain';
}

function missingOf({ acknowledged, out }: Count): number {
  return Math.max(0, acknowledged - out);
}

function lostOf(each: Count): number {
  return Math.max(0, missingOf(each) - each.left);
}

function duplicatedOf({ attempted, out }: Count): number {
  return attempted === 0 ? 0 : Math.max(0, out - attempted);
}

function judge(
  history: History,
  keyed: KeyOperations,
  counts: readonly Count[],
  allowDuplicates: boolean,
): Verdict {
  // An argument that was not recorded may explain what came out, but nothing that is missing.
  const tooMuch = excused(
    judgeOut(history, keyed, counts, allowDuplicates),
    unrecorded(keyed.operations, ['enqueue']),
  );
  return tooMuch.kind === 'invalid' ? tooMuch : worst([tooMuch, judgeLost(keyed, counts)]);
}

/** Whether only what was put in came out. */
function judgeOut(
  history: History,
  { key }: KeyOperations,
  counts: readonly Count[],
  allowDuplicates: boolean,
): Verdict {
  const phantom = counts.find(({ attempted, out }) => attempted === 0 && out > 0);
  if (phantom?.dequeue != null) {
    const { invoke, complete } = phantom.dequeue;
    const who = nobody(
      history,
      { key: history.key.get(invoke), value: phantom.value, event: complete ?? invoke },
      PUT_IN,
    );
    const because = `${JSON.stringify(phantom.value)} came out (${where(phantom.dequeue)}), which ${who}`;
    return invalidBy(because, [phantom.dequeue], { key });
  }
  const twice = counts.find((each) => duplicatedOf(each) > 0);
  if (!allowDuplicates && twice?.dequeue != null) {
    const because =
      `${JSON.stringify(twice.value)} came out ${twice.out} times (last: ` +
      `${where(twice.dequeue)}), but went in ${twice.attempted} times`;
    return invalidBy(because, [twice.dequeue], { key });
  }
  return { kind: 'valid' };
}

/** Whether all that was acknowledged came out, or may have been taken. */
function judgeLost({ key, operations }: KeyOperations, counts: readonly Count[]): Verdict {
  const lost = counts.filter((each) => lostOf(each) > 0);
  const total = lost.reduce((sum, each) => sum + lostOf(each), 0);
  const [first] = lost;
  if (first?.enqueue == null) return judgeLeft(counts);
  const missing = `acknowledged values that never came out: ${someOf(lost.map((each) => each.value))}`;
  const crashed = operations.filter(({ f, type }) => type === 'info' && f === 'dequeue').length;
  const drained = operations.find(
    ({ f, type, result }) =>
      f === 'drain' && (type === 'info' || (type === 'ok' && result === null)),
  );
  if (drained !== undefined || total <= crashed) {
    const who = drained === undefined ? `${crashed} dequeues` : 'a drain';
    const how = drained?.type === 'ok' ? 'did not say what it took' : 'crashed';
    return { kind: 'unknown', because: `${missing}; but ${who} ${how} and may have taken them` };
  }
  return invalidBy(missing, [first.enqueue], {
    key,
    sentences: [`${JSON.stringify(first.value)} was acknowledged (${where(first.enqueue)}).`],
  });
}

/** Of what nobody asked for nobody knows that it is lost. */
function judgeLeft(counts: readonly Count[]): Verdict {
  const left = counts.filter((each) => missingOf(each) > 0);
  if (left.length === 0) return { kind: 'valid' };
  const because =
    `acknowledged values that never came out: ${someOf(left.map((each) => each.value))}; but ` +
    'nobody tried to take anything out after that (drain the queue at the end of the test)';
  return { kind: 'unknown', because };
}
