/**
 * Register histories for the weaker promises: per key, the versions that were written and who met
 * them when.
 *
 * A compare-and-set that succeeded is a read and a write in one. One that failed says that the
 * register held another value, where it is to be read so: no version is met, so that only a search
 * can judge it.
 */

import { nobody, WRITE } from '../attempts.ts';
import {
  type ClientOperation,
  clientOperations,
  identity,
  type KeyOperations,
  unrecorded,
  where,
} from '../client-operations.ts';
import { type History, NONE, type Value } from '../history.ts';
import { CAS_MISMATCH, type FailedCas, type NilReads } from '../linearizable/index.ts';
import type { ProcessId } from '../units.ts';
import { isList } from '../value.ts';

/** How a history is to be read, and what a key holds before it is written. */
export interface RegisterReading {
  readonly initial: Value;
  readonly failedCas: FailedCas;
  readonly nilReads: NilReads;
}

/** The version that a key has before it is written. */
export const INITIAL_VERSION = 0;

export interface RegisterOperation {
  readonly process: ProcessId;
  readonly invoke: number;
  /** Index of the completion; `Infinity` for a write that crashed and was seen. */
  readonly complete: number;
  /** Version that was read, or null. */
  readonly reads: number | null;
  /** Version that was written, or null. */
  readonly writes: number | null;
  /** What was recorded, for sentences. */
  readonly recorded: ClientOperation;
}

/** An operation in a sentence: `the read of 5 by process 3, events 10 to 12`. */
export function label({ recorded }: RegisterOperation): string {
  const { f, argument, result } = recorded;
  return `the ${f} of ${JSON.stringify(f === 'read' ? result : argument)} by ${where(recorded)}`;
}

/** One key: versions are numbered from 0, the initial one. */
export interface Register {
  readonly history: History;
  readonly key?: string;
  readonly values: readonly Value[];
  /** In the order of their invocations. */
  readonly operations: readonly RegisterOperation[];
  /** The write of each version; null for the initial one. */
  readonly writers: readonly (RegisterOperation | null)[];
  /** When the first write began that crashed and that nobody saw; `Infinity` without one. */
  readonly unseenSince: number;
}

/** What is known of every key: its name, and a write whose value was not recorded, if there is one. */
interface Named {
  readonly key?: string;
  readonly lost?: ClientOperation;
}

export type RegisterKey = Named &
  (
    | {
        readonly kind: 'register';
        readonly register: Register;
        /** What says something; with `mismatches` also the failed compare-and-sets. */
        readonly operations: KeyOperations['operations'];
        /** Compare-and-sets that failed and saw another value: the register says nothing of them. */
        readonly mismatches: ReadonlySet<ClientOperation>;
      }
    /** Not to be judged: values written twice, unknown functions. */
    | {
        readonly kind: 'ambiguous';
        readonly because: string;
        readonly operations: KeyOperations['operations'];
        readonly mismatches: ReadonlySet<ClientOperation>;
      }
    /** A read of something that nobody wrote: no promise at all is kept. */
    | {
        readonly kind: 'unwritten';
        readonly because: string;
        readonly events: readonly number[];
      }
  );

/** Splits a history of `read`, `write` and `cas` by key and finds who read whose write. */
export function registers(history: History, reading: RegisterReading): RegisterKey[] {
  const isMismatch = mismatchOf(history, reading);
  return clientOperations(history).map((keyed) => {
    const operations = keyed.operations.filter(
      ({ f, type, result }) =>
        reading.nilReads === 'observed' || f !== 'read' || type !== 'ok' || result !== null,
    );
    const mismatches = new Set(operations.filter(isMismatch));
    return toRegister(history, { ...keyed, operations }, reading.initial, mismatches);
  });
}

/** As for linearizability: by the error text, or any failure where there is no such text. */
function mismatchOf(
  history: History,
  { failedCas }: RegisterReading,
): (operation: ClientOperation) => boolean {
  const mismatch = history.errors.find(CAS_MISMATCH);
  return ({ f, type, complete }) =>
    failedCas === 'observed' &&
    f === 'cas' &&
    type === 'fail' &&
    history.error[complete ?? NONE] === mismatch;
}

function toRegister(
  history: History,
  { key, operations }: KeyOperations,
  initial: Value,
  mismatches: ReadonlySet<ClientOperation>,
): RegisterKey {
  const lost = unrecorded(operations, ['write', 'cas']);
  const named = { ...(key === undefined ? {} : { key }), ...(lost === undefined ? {} : { lost }) };
  const versions = new Map<Value, number>([[identity(initial), INITIAL_VERSION]]);
  const values: Value[] = [initial];
  for (const { f, type, argument, invoke } of operations) {
    if (f !== 'read' && f !== 'write' && f !== 'cas') {
      const because = `event ${invoke}: expected read, write or cas, got ${f}`;
      return { kind: 'ambiguous', ...named, because, operations, mismatches };
    }
    if (f === 'read' || type === 'fail') continue;
    const value = f === 'write' ? argument : pair(argument)[1];
    if (versions.has(identity(value))) {
      const because =
        `${JSON.stringify(value)} was written twice (again at event ${invoke}): the ` +
        'weaker promises are judged for unique values';
      return { kind: 'ambiguous', ...named, because, operations, mismatches };
    }
    versions.set(identity(value), values.length);
    values.push(value);
  }
  const read: RegisterOperation[] = [];
  for (const operation of operations) {
    const { f, type, process, invoke, complete, argument, result } = operation;
    if (type === 'fail' || (type === 'info' && f === 'read')) continue;
    const [from, to] = f === 'cas' ? pair(argument) : [result, argument];
    const reads = f === 'write' ? null : versions.get(identity(from));
    if (reads === undefined && type === 'ok') {
      const event = complete ?? invoke;
      const id = history.key.get(invoke);
      const who = nobody(history, { key: id, value: from, event }, WRITE);
      const because = `the ${f} of ${where(operation)} found ${JSON.stringify(from)}, which ${who}`;
      return { kind: 'unwritten', ...named, because, events: [invoke, complete ?? invoke] };
    }
    read.push({
      process,
      invoke,
      complete: type === 'ok' && complete !== null ? complete : Number.POSITIVE_INFINITY,
      reads: reads ?? null,
      writes: f === 'read' ? null : (versions.get(identity(to)) ?? null),
      recorded: operation,
    });
  }
  const { kept, unseenSince } = dropUnseen(read);
  const writers: (RegisterOperation | null)[] = values.map(() => null);
  for (const operation of kept)
    if (operation.writes !== null) writers[operation.writes] = operation;
  const register: Register = {
    history,
    ...(key === undefined ? {} : { key }),
    values,
    operations: kept,
    writers,
    unseenSince,
  };
  return { kind: 'register', ...named, register, operations, mismatches };
}

/** A crashed write whose value nobody met can always be left out; one that was met did happen. */
function dropUnseen(operations: readonly RegisterOperation[]): {
  readonly kept: RegisterOperation[];
  readonly unseenSince: number;
} {
  const crashed = new Map<number, RegisterOperation>();
  for (const operation of operations) {
    if (operation.complete === Number.POSITIVE_INFINITY && operation.writes !== null) {
      crashed.set(operation.writes, operation);
    }
  }
  const kept = new Set<RegisterOperation>();
  const wanted = operations.filter(({ complete }) => complete !== Number.POSITIVE_INFINITY);
  // What a crashed compare-and-set read must have been written too.
  for (const operation of wanted) {
    kept.add(operation);
    const writer = operation.reads === null ? undefined : crashed.get(operation.reads);
    if (writer !== undefined && !kept.has(writer)) {
      kept.add(writer);
      wanted.push(writer);
    }
  }
  return {
    kept: operations.filter((operation) => kept.has(operation)),
    unseenSince:
      operations.find((operation) => !kept.has(operation))?.invoke ?? Number.POSITIVE_INFINITY,
  };
}

function pair(argument: Value): readonly [Value, Value] {
  if (!isList(argument)) return [null, argument];
  return [argument[0] ?? null, argument[1] ?? null];
}
