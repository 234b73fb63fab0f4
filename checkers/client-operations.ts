/** Client operations of a history, key by key: an invocation with its completion. */

import { FAIL, type History, INFO, INVOKE, NEMESIS, NONE, OK, type Value } from './history.ts';
import { itemAt } from './item-at.ts';
import type { ProcessId } from './units.ts';
import type { Verdict } from './verdict.ts';

/** `ok` operations have an answer; `info` ones may have happened; `fail` ones did not. */
export interface ClientOperation {
  readonly f: string;
  readonly process: ProcessId;
  readonly type: 'ok' | 'info' | 'fail';
  readonly invoke: number;
  /** Index of the completion; null when there is none. */
  readonly complete: number | null;
  /** Value of the invocation. */
  readonly argument: Value;
  /** Value of the completion; null without one. */
  readonly result: Value;
}

/** The operations on one key, in the order of their invocations. */
export interface KeyOperations {
  readonly key?: string;
  readonly operations: readonly ClientOperation[];
}

/**
 * Pairs events into operations and groups them by key; nemesis events are passed over.
 * A completion without an invocation counts as an operation of one event.
 */
export function clientOperations(history: History): KeyOperations[] {
  const open = new Map<number, number>();
  const keys = new Map<number, ClientOperation[]>();
  const add = (invoke: number, complete: number): void => {
    const key = history.key.get(invoke);
    const list = keys.get(key);
    const operation = toOperation(history, invoke, complete);
    if (list === undefined) keys.set(key, [operation]);
    else list.push(operation);
  };
  for (let at = 0; at < history.length; at++) {
    const process = history.process.get(at);
    if (process === NEMESIS) continue;
    const begun = open.get(process);
    if (history.type[at] === INVOKE) {
      if (begun !== undefined) add(begun, NONE);
      open.set(process, at);
    } else {
      open.delete(process);
      add(begun ?? at, at);
    }
  }
  for (const begun of open.values()) add(begun, NONE);
  return [...keys].map(([key, operations]) => {
    operations.sort((a, b) => a.invoke - b.invoke);
    return key === NONE ? { operations } : { key: itemAt(history.keys.names, key), operations };
  });
}

function toOperation(history: History, invoke: number, complete: number): ClientOperation {
  const code = complete === NONE ? INFO : history.type.get(complete);
  return {
    f: itemAt(history.functions.names, history.f.get(invoke)),
    process: history.process.get(invoke),
    type: code === OK ? 'ok' : code === FAIL ? 'fail' : 'info',
    invoke,
    complete: complete === NONE ? null : complete,
    argument: history.values.value(history.value.get(invoke)),
    result: complete === NONE ? null : history.values.value(history.value.get(complete)),
  };
}

/**
 * The first operation of these functions that may have happened and whose argument was not recorded
 * (nil): it may have been any.
 */
export function unrecorded(
  operations: readonly ClientOperation[],
  functions: readonly string[],
): ClientOperation | undefined {
  return operations.find(
    ({ f, type, argument }) => argument === null && type !== 'fail' && functions.includes(f),
  );
}

/** `unknown` in place of a violation that an argument might explain that was not recorded. */
export function excused(verdict: Verdict, lost: ClientOperation | undefined): Verdict {
  if (lost === undefined || verdict.kind !== 'invalid') return verdict;
  const because =
    `the argument of the ${lost.f} of ${where(lost)} was not recorded: it may have been any, and ` +
    `explain that ${verdict.because}`;
  return { kind: 'unknown', because };
}

/** Where an operation stands in the history, for a sentence: `process 3, events 4 to 7`. */
export function where({ process, invoke, complete }: ClientOperation): string {
  const events =
    complete === null || complete === invoke
      ? `event ${invoke}`
      : `events ${invoke} to ${complete}`;
  return `process ${process}, ${events}`;
}

/** The events of some operations, ascending and each once: what a verdict points at. */
function eventsOf(operations: readonly ClientOperation[]): number[] {
  const events = operations.flatMap(({ invoke, complete }) =>
    complete === null ? [invoke] : [invoke, complete],
  );
  return [...new Set(events)].sort((a, b) => a - b);
}

/** A primitive that stands for a value in a `Map` or `Set`: lists and maps are equal by content. */
export function identity(value: Value): Value {
  return typeof value === 'object' && value !== null ? `\u0000${JSON.stringify(value)}` : value;
}

/** Some values for a sentence, with how many more there are. */
export function someOf(values: readonly Value[]): string {
  const shown = values.slice(0, 8).map((value) => JSON.stringify(value));
  const more = values.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}

/** An invalid verdict with its witness: the operations that contradict each other. */
export function invalidBy(
  because: string,
  operations: readonly ClientOperation[],
  details: { readonly key?: string | undefined; readonly sentences?: readonly string[] } = {},
) {
  const { key, sentences = [] } = details;
  return {
    kind: 'invalid',
    because: key === undefined ? because : `key ${key}: ${because}`,
    events: eventsOf(operations),
    witness: {
      ...(key === undefined ? {} : { key }),
      operations: operations.map(({ invoke, complete }) => ({ invoke, complete })),
      sentences,
    },
  } as const;
}
