/** The operations of a history with watches, in the order of their invocations. */

import { type ClientOperation, clientOperations } from '../client-operations.ts';
import type { History } from '../history.ts';
import type { LogIndex } from '../units.ts';
import { type Heard, heardOf } from './heard.ts';

/** One of them; `key` is empty where it names its keys itself. */
export interface WatchOperation extends ClientOperation {
  readonly key: string;
  /** The revision at which it took effect; null where nobody said. */
  readonly position: LogIndex | null;
}

/** A watch that heard something, or could have. */
export interface Watch {
  readonly operation: WatchOperation;
  readonly from: LogIndex;
  readonly heard: readonly Heard[];
}

export function operationsOf(history: History): WatchOperation[] {
  const all = clientOperations(history).flatMap(({ key = '', operations }) =>
    operations.map((operation): WatchOperation => {
      const at =
        operation.complete === null ? Number.NaN : history.position.get(operation.complete);
      return { ...operation, key, position: Number.isNaN(at) ? null : at };
    }),
  );
  return all.sort((a, b) => a.invoke - b.invoke);
}

/** Those that were answered; a text says which answer is none. */
export function watchesOf(operations: readonly WatchOperation[]): Watch[] | string {
  const watches: Watch[] = [];
  for (const operation of operations) {
    if (operation.f !== 'watch' || operation.type !== 'ok') continue;
    const heard = heardOf(operation.result);
    const [first] = heard ?? [];
    if (heard === null || first?.[0] !== 'began') {
      return `event ${operation.complete} does not say what a watch has heard, and where it began`;
    }
    watches.push({ operation, from: first[1], heard: heard.slice(1) });
  }
  return watches;
}
