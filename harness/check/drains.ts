/**
 * Drains of a queue as the dequeues that they are: a drain answers with all that it took, and took
 * each of them at some moment between its invocation and its answer.
 */

import { IntColumn } from '../../checkers/columns.ts';
import { History, INFO, INVOKE, type NewEvent, OK, type Value } from '../../checkers/history.ts';
import { itemAt } from '../../checkers/item-at.ts';
import { isList } from '../../checkers/value.ts';
import { usage } from '../core/errors.ts';
import type { ForeignHistory } from '../formats/index.ts';

/** Numbers of the processes that stand for the parts of drains. */
const PARTS_FROM = 0x2000_0000;

/** The history with dequeues for drains; the same one where nothing was drained. */
export function expandDrains(file: ForeignHistory, name: string): ForeignHistory {
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
      const processes = taken.map(() => next++);
      parts.set(event.process, processes);
      for (const process of processes) {
        push({ ...event, process, f: 'dequeue', value: null }, line);
      }
    } else if (event.type === 'ok') {
      const processes = parts.get(event.process) ?? [];
      for (const [at, value] of elementsOf(event.value).entries()) {
        push({ ...event, process: itemAt(processes, at), f: 'dequeue', value }, line);
      }
    }
  }
  return { ...file, history: expanded, lines: new IntColumn(from) };
}

function endOf({ process, type, length }: History, call: number): number | null {
  for (let event = call + 1; event < length; event++) {
    if (process[event] === process[call] && type[event] !== INVOKE) return event;
  }
  return null;
}

/** A drain that answers one value rather than a list took that one. */
function elementsOf(value: Value): readonly Value[] {
  if (value === null) return [];
  return isList(value) ? value : [value];
}
