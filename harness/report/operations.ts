/** A history as operations: each invocation with its completion. */

import { IntColumn } from '../../checkers/columns.ts';
import { type History, type HistoryEvent, INVOKE, NEMESIS } from '../../checkers/history.ts';
import { NBSP, valueText } from './text.ts';

/** Operations by number, in order of invocation. */
export interface Operations {
  readonly count: number;
  /** Index of the invocation in the history. */
  readonly invoke: IntColumn;
  /** Index of the completion, or -1 where there is none. */
  readonly complete: IntColumn;
}

/** Pairs invocations with completions. O(events). */
export function pairOperations(history: History): Operations {
  const { length, process, type } = history;
  const invoke = new IntColumn(length);
  const complete = new IntColumn(length).fill(-1);
  const open = new Map<number, number>();
  let count = 0;
  for (let index = 0; index < length; index++) {
    const who = process.get(index);
    if (who === NEMESIS) continue;
    if (type[index] === INVOKE) {
      open.set(who, count);
      invoke[count++] = index;
      continue;
    }
    const operation = open.get(who);
    if (operation === undefined) continue;
    complete[operation] = index;
    open.delete(who);
  }
  return { count, invoke: invoke.subarray(0, count), complete: complete.subarray(0, count) };
}

/** How an operation ended, in the words of histories. */
export type Ending = 'ok' | 'fail' | 'info' | 'open';

export function endingOf(complete: HistoryEvent | null): Ending {
  return complete === null || complete.type === 'invoke' ? 'open' : complete.type;
}

/** `read → 3`, `write 4`, `cas 3 → 4`: an operation in a few characters, without its key. */
export function operationText(invoke: HistoryEvent, complete: HistoryEvent | null): string {
  const { f, value } = invoke;
  const ok = complete?.type === 'ok';
  if (value === null) return `${f}${NBSP}→${NBSP}${ok ? valueText(complete.value, 24) : '?'}`;
  if (f === 'cas' && Array.isArray(value) && value.length === 2) {
    return `cas${NBSP}${valueText(value[0], 12)}${NBSP}→${NBSP}${valueText(value[1], 12)}`;
  }
  const asked = `${f}${NBSP}${valueText(value, 24)}`;
  const same = !ok || JSON.stringify(complete.value) === JSON.stringify(value);
  return same ? asked : `${asked}${NBSP}→${NBSP}${valueText(complete.value, 24)}`;
}
