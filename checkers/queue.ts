/** Queue: whatever comes out must have been put in before. */

import { nobody, PUT_IN } from './attempts.ts';
import {
  type ClientOperation,
  clientOperations,
  excused,
  identity,
  invalidBy,
  type KeyOperations,
  unrecorded,
  where,
} from './client-operations.ts';
import type { History, Value } from './history.ts';
import { elementsOf } from './value.ts';
import { type CheckResult, type Verdict, worst } from './verdict.ts';

/**
 * Takes every enqueue that did not fail as done when it began, and only answered dequeues as done:
 * a value that comes out more often than it had gone in by then is a violation. The order of the
 * queue is not looked at (`linearizable/` judges FIFO queues).
 */
export function checkQueue(history: History): CheckResult {
  const keyed = clientOperations(history);
  const dequeued = keyed
    .flatMap(({ operations }) => operations)
    .filter(({ type }) => type === 'ok')
    .reduce((sum, operation) => sum + takenBy(operation).length, 0);
  const verdict: Verdict =
    dequeued === 0
      ? { kind: 'unknown', because: 'nothing was dequeued' }
      : worst(
          keyed.map((each) => excused(judge(history, each), unrecorded(each.operations, INSERTS))),
        );
  return { checker: 'queue', verdict, stats: { dequeued } };
}

/** What a dequeue, or a drain, took out. */
function takenBy({ f, result }: ClientOperation): readonly Value[] {
  if (result === null || (f !== 'dequeue' && f !== 'drain')) return [];
  return (f === 'drain' ? elementsOf(result) : null) ?? [result];
}

const INSERTS = ['enqueue'];

function judge(history: History, { key, operations }: KeyOperations): Verdict {
  const steps = operations.flatMap((operation) => {
    if (operation.f === 'enqueue' && operation.type !== 'fail') {
      return [{ at: operation.invoke, value: operation.argument, operation }];
    }
    if (operation.type !== 'ok') return [];
    return takenBy(operation).map((value) => ({ at: operation.complete ?? 0, value, operation }));
  });
  steps.sort((a, b) => a.at - b.at);
  const inside = new Map<Value, ClientOperation[]>();
  const taken = new Map<Value, ClientOperation>();
  for (const { value, operation } of steps) {
    const id = identity(value);
    if (operation.f === 'enqueue') {
      const list = inside.get(id);
      if (list === undefined) inside.set(id, [operation]);
      else list.push(operation);
      continue;
    }
    const enqueue = inside.get(id)?.pop();
    const before = taken.get(id);
    taken.set(id, operation);
    if (enqueue !== undefined) continue;
    const what = `${JSON.stringify(value)} came out (${where(operation)})`;
    return before === undefined
      ? invalidBy(`${what}, which ${whoPut(history, operation, value)}`, [operation], { key })
      : invalidBy(
          `${what} although it had been taken out before (${where(before)})`,
          [before, operation],
          { key },
        );
  }
  return { kind: 'valid' };
}

function whoPut(history: History, { invoke, complete }: ClientOperation, value: Value): string {
  const key = history.key.get(invoke);
  return nobody(history, { key, value, event: complete ?? invoke }, PUT_IN);
}
