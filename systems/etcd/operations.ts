/** Operations on etcd: each the exchange that a careful client of its own would have. */

import type { Value } from '../../checkers/history.ts';
import type { LogIndex, Millis } from '../../checkers/units.ts';
import { textOf } from '../../checkers/value.ts';
import { execute } from '../kv-operations.ts';
import type { Exchange } from '../member.ts';
import type { Operation, Outcome } from '../operations.ts';
import { asked, Refused } from './asked.ts';
import {
  type Comparison,
  Garbled,
  get,
  hash,
  hashIn,
  heardIn,
  heldIn,
  isDeleted,
  put,
  remove,
  revisionIn,
  type Step,
  transaction,
  transactionIn,
  watch,
} from './gateway.ts';
import { type Hold, holding } from './lock.ts';

/** How a client goes about its operations. */
export interface Habits {
  /** Reads need not be of the latest state. */
  readonly serializable: boolean;
  /**
   * What keeps others from changing in between what needs the old value first: that its revision is
   * compared, a lock, or a lock whose hold is compared.
   */
  readonly guard: 'revision' | 'lock' | 'fenced-lock';
  /** How long a lock is held that nobody lets go of. */
  readonly leaseS: number;
}

/** Carries an operation out, at one member. */
export function* perform(operation: Operation, habits: Habits): Exchange<Outcome> {
  try {
    return yield* begin(operation, habits);
  } catch (error) {
    if (error instanceof Garbled) return { type: 'info', error: `garbled: ${error.message}` };
    if (error instanceof Refused) return error.outcome;
    throw error;
  }
}

function begin(operation: Operation, habits: Habits): Exchange<Outcome> {
  switch (operation.f) {
    case 'read':
      return read(operation.key, habits.serializable);
    case 'write':
      return write(operation);
    case 'cas':
      return compareAndSet(operation);
    case 'propose':
      return propose(operation);
    case 'delete':
      return erase(operation.key);
    case 'watch':
      return listen(operation.value);
    case 'hash':
      return digest(operation.value);
    default:
      return change(operation, habits);
  }
}

function* read(key: string, serializable: boolean): Exchange<Outcome> {
  const body = yield* asked(get(key, serializable), 'changes nothing');
  return { type: 'ok', value: heldIn(body).value, position: revisionIn(body) };
}

function* write({ key, value }: Operation): Exchange<Outcome> {
  const body = yield* asked(put(key, value), 'changes something');
  return { type: 'ok', value: null, position: revisionIn(body) };
}

function* compareAndSet({ key, value }: Operation): Exchange<Outcome> {
  const [from, to] = value as readonly [Value, Value];
  const ask = transaction([{ key, value: from }], [{ do: 'put', key, value: to }]);
  const body = yield* asked(ask, 'changes something');
  const position = revisionIn(body);
  if (transactionIn(body).succeeded) return { type: 'ok', value: null, position };
  return { type: 'fail', error: 'another value', position };
}

/** Where there was nothing, nothing has changed, and it stands at no position of its own. */
function* erase(key: string): Exchange<Outcome> {
  const body = yield* asked(remove(key), 'changes something');
  const value = isDeleted(body);
  return value ? { type: 'ok', value, position: revisionIn(body) } : { type: 'ok', value };
}

function* listen(argument: Value): Exchange<Outcome> {
  const [from, listenMs, asks] = argument as readonly [LogIndex, Millis, boolean];
  const heard = heardIn(yield* asked(watch(from, listenMs, asks), 'changes nothing'));
  return { type: 'ok', value: [['began', from], ...heard] };
}

/** Asked twice: revision and digest are not taken at one moment, and nothing may move in between. */
function* digest(revision: Value): Exchange<Outcome> {
  const first = hashIn(yield* asked(hash(Number(revision)), 'changes nothing'));
  const second = hashIn(yield* asked(hash(Number(revision)), 'changes nothing'));
  const isStill = first[0] === second[0] && first[1] === second[1];
  return isStill ? { type: 'ok', value: first } : { type: 'fail', error: 'its state is moving' };
}

/** The first value stays. */
function* propose({ key, value }: Operation): Exchange<Outcome> {
  const isNew = { key, modified: 0 };
  const ask = transaction([isNew], [{ do: 'put', key, value }], [{ do: 'get', key }]);
  const body = yield* asked(ask, 'changes something');
  const { succeeded, held } = transactionIn(body);
  const decided = succeeded ? value : (held[0]?.value ?? null);
  return { type: 'ok', value: decided, position: revisionIn(body) };
}

/** What needs the old value first. */
function change(operation: Operation, { guard, leaseS }: Habits): Exchange<Outcome> {
  if (guard === 'revision') return changeUnder(operation, null);
  // Transactions that share a key share the lock.
  const name = operation.f === 'txn' ? 'lock of all' : `lock of ${operation.key}`;
  const isFenced = guard === 'fenced-lock';
  return holding(name, { leaseS, isFenced }, (hold) => changeUnder(operation, hold));
}

/**
 * Reads at one revision, and writes what follows if nobody has changed any of it meanwhile, or the
 * lock is still held. Where that is not so, nothing has happened, and it is not tried again: the
 * history would not know of that.
 */
function* changeUnder(operation: Operation, hold: Hold | null): Exchange<Outcome> {
  const keys = keysOf(operation);
  const gets = keys.map((key): Step => ({ do: 'get', key }));
  const found = yield* asked(transaction([], gets), 'changes nothing');
  const { held } = transactionIn(found);
  if (held.length !== keys.length) throw new Garbled(`${held.length} of ${keys.length} keys`);
  const before = new Map(keys.map((key, at) => [key, held[at]?.value ?? null]));
  const after = new Map(before);
  const executed = execute(after, operation);
  if (executed.refused) return { type: 'fail', error: executed.error };
  const { value } = executed;
  const puts = [...after]
    .filter(([key, now]) => now !== before.get(key))
    .map(([key, now]): Step => ({ do: 'put', key, value: now }));
  if (puts.length === 0) return { type: 'ok', value, position: revisionIn(found) };
  const unchanged = keys.map((key, at) => ({ key, modified: held[at]?.modified ?? 0 }));
  const body = yield* asked(
    transaction(hold === null ? unchanged : stillHeld(hold), puts),
    'changes something',
  );
  const position = revisionIn(body);
  if (transactionIn(body).succeeded) return { type: 'ok', value, position };
  const error = hold === null ? 'changed meanwhile' : 'the lock was lost';
  return { type: 'fail', error, position };
}

function stillHeld({ key, created }: Hold): readonly Comparison[] {
  return created === null ? [] : [{ key, created }];
}

function keysOf({ f, key, value }: Operation): readonly string[] {
  if (f !== 'txn') return [key];
  const named = value as readonly (readonly [f: string, key: Value, value: Value])[];
  return [...new Set(named.map(([, each]) => textOf(each)))];
}
