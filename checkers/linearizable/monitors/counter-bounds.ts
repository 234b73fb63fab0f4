/**
 * What a counter of any steps can have held: at least what was certainly added, less what may have
 * been taken away, and at most the reverse. Necessary, and enough to refuse most wrong answers.
 */

import { FloatColumn } from '../../columns.ts';
import { entryOf } from '../../item-at.ts';
import { said } from '../explain.ts';
import { counter, delta } from '../models/counter.ts';
import { NEVER, type Operations, operationAt } from '../operations.ts';
import { eventOrder } from './event-order.ts';
import { type MonitorResult, violation } from './monitor.ts';

/** An operation under way that answers a count, and the bounds over its time so far. */
interface Window {
  least: number;
  most: number;
}

/**
 * The first answer that no increments and decrements explain; O(n times the open operations).
 * Nothing is said where sums are inexact.
 */
export function outsideBounds(operations: Operations, start: number): MonitorResult | undefined {
  const { count, ret } = operations;
  const steps = new FloatColumn(count);
  const answers: (number | undefined)[] = [];
  for (let i = 0; i < count; i++) {
    const operation = operationAt(operations, i);
    if (operation.f !== 'read') steps[i] = delta(operation);
    answers.push(answerOf(operation));
  }
  if (!isExact(steps, start)) return undefined;
  let least = start;
  let most = start;
  const open = new Map<number, Window>();
  for (const entry of eventOrder(operations)) {
    const i = entry >> 1;
    const step = steps.get(i);
    const isCall = (entry & 1) === 0;
    const answer = answers[i];
    if (!isCall && answer !== undefined) {
      // Its own step counts before its answer: the bounds at its answer do not have it yet.
      const window = entryOf(open, i);
      const [from, to] = [window.least + Math.max(step, 0), window.most + Math.min(step, 0)];
      if (answer < from || answer > to) return outside(operations, i, from, to);
      open.delete(i);
    }
    if (isCall === step > 0) most += step;
    else least += step;
    if (isCall && answer !== undefined && ret[i] !== NEVER) open.set(i, { least, most });
    if (step === 0) continue;
    for (const window of open.values()) {
      window.least = Math.min(window.least, least);
      window.most = Math.max(window.most, most);
    }
  }
  return undefined;
}

/** Whether sums do not depend on their order, as those of fractions and huge numbers do. */
function isExact(steps: FloatColumn, start: number): boolean {
  const most = steps.reduce((sum, step) => sum + Math.abs(step), Math.abs(start));
  return Number.isSafeInteger(most) && Number.isInteger(start) && steps.every(Number.isInteger);
}

function answerOf({ f, output, outcome }: ReturnType<typeof operationAt>): number | undefined {
  if (outcome !== 'ok' || (f !== 'read' && f !== 'inc-and-get')) return undefined;
  if (output === null) return f === 'read' ? 0 : undefined;
  return typeof output === 'number' ? output : undefined;
}

function outside(operations: Operations, i: number, from: number, to: number): MonitorResult {
  const because =
    `${said(operations, counter, i)} although everything asked for and answered by then ` +
    `leaves between ${from} and ${to} only`;
  return violation([i], because, i);
}
