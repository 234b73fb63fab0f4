/** The one vocabulary of client operations: a system says which it serves, a workload which it needs. */

import type { Value } from '../checkers/history.ts';
import type { LogIndex, NodeId } from '../checkers/units.ts';

/**
 * Of protocols, whose state machine has them: `read` → value; `write` v; `cas` [from, to]; `append` x → new length, on a list that `read`
 * returns; `inc` n → nothing, on a counter that `read` returns (null before the first);
 * `add` x and `remove` x → whether that changed the set that `read` returns, as a list;
 * `propose` v → the value decided, which is the first one proposed;
 * `txn` [[f, key, value] ...] → the same with reads filled in, all at once, where f is `append`,
 * `w` or `r`, as in Jepsen's and Elle's transactions.
 */
export const PROTOCOL_OPERATIONS = [
  'read',
  'write',
  'cas',
  'append',
  'inc',
  'add',
  'remove',
  'propose',
  'txn',
] as const;

/**
 * Of programs (`workloads/programs`), whose sets and counters have no keys: `echo` x → x; `generate`
 * → an id that nobody else was given; `broadcast` x → nothing, to a set that `read` returns. Of logs
 * with offsets: `send` x → its offset; `assign` keys → where polls of them begin; `poll`, and `drain`,
 * which reads a log from its beginning → `[[key, from, [[offset, x] ...]] ...]`.
 */
const PROGRAM_OPERATIONS = [
  'echo',
  'generate',
  'broadcast',
  'send',
  'assign',
  'poll',
  'drain',
] as const;

/**
 * Of programs of others: `delete` → whether there was something; `watch` [from, listenMs, asks] → what
 * was heard of all keys (`checkers/watch`), where the key is the watcher's name; `hash` revision →
 * [revision, digest] of all that the member asked has.
 */
const MEMBER_OPERATIONS = ['delete', 'watch', 'hash'] as const;

export const OPERATIONS = [
  ...PROTOCOL_OPERATIONS,
  ...PROGRAM_OPERATIONS,
  ...MEMBER_OPERATIONS,
] as const;

export type OperationName = (typeof OPERATIONS)[number];

export interface Operation {
  readonly f: OperationName;
  /** Of a transaction, its first key: it names the others itself. */
  readonly key: string;
  /** The argument: null for a read, `[from, to]` for a compare-and-set. */
  readonly value: Value;
  /** The node to ask, where it matters which; the client's own where absent. */
  readonly node?: NodeId;
}

/** Whether an operation changes nothing, so that repeating it needs no session. */
export function isRead(operation: Operation): boolean {
  return operation.f === 'read';
}

/** Whether the answer says more than that it was done; the others repeat their argument. */
export function tellsMore(operation: Operation): boolean {
  const { f } = operation;
  return f !== 'write' && f !== 'cas' && f !== 'inc' && f !== 'broadcast';
}

/**
 * How one operation ended. `fail` is for what provably never happened and never will;
 * everything a client cannot tell is `info`.
 */
export type Outcome =
  | {
      readonly type: 'ok';
      readonly value: Value;
      readonly position?: LogIndex;
      readonly node?: NodeId;
    }
  | {
      readonly type: 'fail';
      readonly error: string;
      /** Where it was refused, if it reached the state at all. */
      readonly position?: LogIndex;
      readonly node?: NodeId;
    }
  | { readonly type: 'info'; readonly error: string; readonly node?: NodeId };
