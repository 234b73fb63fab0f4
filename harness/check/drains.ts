/**
 * Drains of a queue as the dequeues that they are: a drain answers with all that it took, and took
 * each of them at some moment between its invocation and its answer.
 */

import { IntColumn } from '../../checkers/columns.ts';
import {
  History,
  INFO,
  INVOKE,
  NEMESIS,
  type NewEvent,
  OK,
  type Value,
} from '../../checkers/history.ts';
import { itemAt } from '../../checkers/item-at.ts';
import { isList } from '../../checkers/value.ts';
import { usage } from '../core/errors.ts';
import type { ForeignHistory } from '../formats/index.ts';

/** Numbers of the processes that stand for the parts of drains. */
const PARTS_FROM = 0x2000_0000;

/**
 * The history with dequeues for drains; the same one where nothing was drained. What others do to
 * the queue during a drain may lie between any two of its dequeues, so that these have no order then.
 */
export function expandDrains(
  file: ForeignHistory,
  name: string,
  isOrdered: boolean,
): ForeignHistory {
  const { history, lines } = file;
  const drain = history.functions.find('drain');
  if (drain === -1) return file;
  const expanded = new History();
  const from: number[] = [];
  const push = (event: NewEvent, line: number): void => {
    expanded.push(event);
    from.push(line);
  };
  let next = PARTS_FROM;
  let unordered: number | undefined;
  /** By process, who stands for the parts of its open drain. */
  const parts = new Map<number | 'nemesis', number[]>();
  for (const event of history) {
    const line = lines.get(event.index);
    if (history.f[event.index] !== drain) {
      push(event, line);
      continue;
    }
    if (event.type === 'invoke') {
      const end = endOf(history, event.index);
      if (end === null || history.type[end] === INFO) {
        throw usage(
          `${name}:${line}: a drain without an answer may have taken any number of elements: ` +
            'expected one with an answer, or --checker total-queue alone',
        );
      }
      const taken = history.type[end] === OK ? elementsOf(history.event(end).value) : [];
      if (isAlone(history, event.index, end)) {
        // It took them in the order of its list.
        for (const value of taken) {
          push({ ...event, f: 'dequeue', value: null }, line);
          push({ ...history.event(end), f: 'dequeue', value }, lines.get(end));
        }
        continue;
      }
      if (taken.length > 1) unordered ??= line;
      const processes = taken.map(() => next++);
      parts.set(event.process, processes);
      for (const process of processes) {
        push({ ...event, process, f: 'dequeue', value: null }, line);
      }
    } else if (event.type === 'ok' && parts.has(event.process)) {
      const processes = parts.get(event.process) ?? [];
      parts.delete(event.process);
      for (const [at, value] of elementsOf(event.value).entries()) {
        push({ ...event, process: itemAt(processes, at), f: 'dequeue', value }, line);
      }
    }
  }
  const note = `the drain of line ${unordered} was not alone: the order of its list was not judged`;
  const notes = unordered === undefined || !isOrdered ? file.notes : [...file.notes, note];
  return { ...file, history: expanded, lines: new IntColumn(from), notes };
}

/** Whether nothing else of its key begins or ends meanwhile. */
function isAlone({ process, key }: History, call: number, end: number): boolean {
  for (let event = call + 1; event < end; event++) {
    if (process[event] !== NEMESIS && key[event] === key[call]) return false;
  }
  return true;
}

function endOf({ process, type, length }: History, call: number): number | null {
  for (let event = call + 1; event < length; event++) {
    if (process[event] === process[call] && type[event] !== INVOKE) return event;
  }
  return null;
}

function elementsOf(value: Value): readonly Value[] {
  return isList(value) ? value : [];
}
