/**
 * Drains of a queue as the dequeues that they are: a drain answers with all that it took, and took
 * each of them at some moment between its invocation and its answer.
 */

import { IntColumn } from '../../checkers/columns.ts';
import { History, INFO, INVOKE, NEMESIS, type NewEvent, OK } from '../../checkers/history.ts';
import { itemAt } from '../../checkers/item-at.ts';
import { describeOperation, type Model, showValue } from '../../checkers/linearizable/model.ts';
import { fifoQueue } from '../../checkers/linearizable/models/collections.ts';
import { elementsOf, isList, isSet, textOf, type Value } from '../../checkers/value.ts';
import { usage } from '../core/errors.ts';
import type { ForeignHistory } from '../formats/index.ts';

/** Numbers of the processes that stand for the parts of drains. */
const PARTS_FROM = 0x2000_0000;

/** A history with dequeues for drains. */
interface Expanded {
  readonly file: ForeignHistory;
  /**
   * The first drain of several elements, by its line, whose dequeues have no order in `file`, since what
   * others do to the queue meanwhile may lie between any two of them; null where there is none.
   */
  readonly unordered: number | null;
}

/** The same history where nothing was drained. */
export function expandDrains(file: ForeignHistory, name: string): Expanded {
  return expand(file, name, false);
}

/**
 * The same events, for `drainedQueue`: each part of a drain beside others says which it is, `[drain, place]`,
 * so that none comes before its turn.
 */
export function withPlaces(file: ForeignHistory, name: string): History {
  return expand(file, name, true).file.history;
}

function expand(file: ForeignHistory, name: string, places: boolean): Expanded {
  const { history, lines } = file;
  const drain = history.functions.find('drain');
  if (drain === -1) return { file, unordered: null };
  const expanded = new History();
  const from: number[] = [];
  const push = (event: NewEvent, line: number): void => {
    expanded.push(event);
    from.push(line);
  };
  let next = PARTS_FROM;
  let unordered: number | null = null;
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
      const answer = history.event(end).value;
      const taken = history.type[end] === OK ? (elementsOf(answer) ?? []) : [];
      const isOrdered = !isSet(answer) && taken.length > 1;
      if (isOrdered && isAlone(history, event.index, end)) {
        // It took them in the order of its list.
        for (const value of taken) {
          push({ ...event, f: 'dequeue', value: null }, line);
          push({ ...history.event(end), f: 'dequeue', value }, lines.get(end));
        }
        continue;
      }
      if (isOrdered) unordered ??= line;
      const processes = taken.map(() => next++);
      parts.set(event.process, processes);
      for (const [place, process] of processes.entries()) {
        const value = places && isOrdered ? [event.index, place] : null;
        push({ ...event, process, f: 'dequeue', value }, line);
      }
    } else if (event.type === 'ok' && parts.has(event.process)) {
      const processes = parts.get(event.process) ?? [];
      parts.delete(event.process);
      for (const [at, value] of (elementsOf(event.value) ?? []).entries()) {
        push({ ...event, process: itemAt(processes, at), f: 'dequeue', value }, line);
      }
    }
  }
  return { file: { ...file, history: expanded, lines: new IntColumn(from) }, unordered };
}

/** What a queue holds, and how much every drain has taken, where it has taken anything. */
interface Drained {
  readonly held: readonly Value[];
  readonly taken: Readonly<Record<string, number>>;
}

/** First in, first out, where the parts of a drain (`withPlaces`) come one after the other. */
export const drainedQueue: Model<Drained> = {
  name: 'fifo-queue',
  functions: fifoQueue.functions,
  initial: (value) => ({ held: fifoQueue.initial(value), taken: {} }),
  step({ held, taken }, operation) {
    const after = fifoQueue.step(held, operation);
    if (after === undefined) return undefined;
    const { input } = operation;
    if (operation.f !== 'dequeue' || !isList(input)) return { held: after, taken };
    const drain = textOf(input[0] ?? null);
    const before = taken[drain] ?? 0;
    return before === input[1]
      ? { held: after, taken: { ...taken, [drain]: before + 1 } }
      : undefined;
  },
  key: ({ held, taken }) => JSON.stringify([held, taken]),
  describeState: ({ held }) => showValue(held),
  describeOperation: (operation, name, verb) =>
    describeOperation(
      fifoQueue,
      operation.f === 'dequeue' ? { ...operation, input: null } : operation,
      name,
      verb,
    ),
};

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
