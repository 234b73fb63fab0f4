/** The one vocabulary of client operations: a system says which it serves, a workload which it needs. */

import type { Value } from '../checkers/history.ts';

/**
 * `read` → value; `write` v; `cas` [from, to]; `append` x → new length, on a list that `read`
 * returns; `add` n → nothing, to a counter that `read` returns;
 * `propose` v → the value decided, which is the first one proposed.
 */
export type OperationName = 'read' | 'write' | 'cas' | 'append' | 'add' | 'propose';

export interface Operation {
  readonly f: OperationName;
  readonly key: string;
  /** The argument: null for a read, `[from, to]` for a compare-and-set. */
  readonly value: Value;
}

/** Whether an operation changes nothing, so that repeating it needs no session. */
export function isRead(operation: Operation): boolean {
  return operation.f === 'read';
}

/**
 * How one operation ended. `fail` is for what provably never happened and never will;
 * everything a client cannot tell is `info`.
 */
export type Outcome =
  | {
      readonly type: 'ok';
      readonly value: Value;
      readonly position?: number;
      readonly node?: number;
    }
  | { readonly type: 'fail'; readonly error: string; readonly node?: number }
  | { readonly type: 'info'; readonly error: string; readonly node?: number };
