/** Operations on etcd: each the exchange that a careful client of its own would have. */

import type { Value } from '../../checkers/history.ts';
import type { LogIndex, Millis } from '../../checkers/units.ts';
import { textOf } from '../../checkers/value.ts';
import { execute } from '../kv-operations.ts';
import type { Answer, Ask, Exchange } from '../member.ts';
import type { Operation, Outcome } from '../operations.ts';
import {
  Garbled,
  get,
  hash,
  hashIn,
  heardIn,
  heldIn,
  isDeleted,
  put,
  type Refusal,
  refusalIn,
  remove,
  revisionIn,
  type Step,
  transaction,
  transactionIn,
  watch,
} from './gateway.ts';

/** Carries an operation out, at one member. `serializable`: reads need not be of the latest state. */
export function* perform(operation: Operation, serializable: boolean): Exchange<Outcome> {
  try {
    return yield* begin(operation, serializable);
  } catch (error) {
    if (error instanceof Garbled) return { type: 'info', error: `garbled: ${error.message}` };
    if (error instanceof Refused) return error.outcome;
    throw error;
  }
}

function begin(operation: Operation, serializable: boolean): Exchange<Outcome> {
  switch (operation.f) {
    case 'read':
      return read(operation.key, serializable);
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
      return change(operation);
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

/**
 * Reads at one revision, and writes what follows if nobody has changed any of it meanwhile. Where
 * somebody has, nothing has happened, and it is not tried again: the history would not know of that.
 */
function* change(operation: Operation): Exchange<Outcome> {
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
  const body = yield* asked(transaction(unchanged, puts), 'changes something');
  const position = revisionIn(body);
  if (transactionIn(body).succeeded) return { type: 'ok', value, position };
  return { type: 'fail', error: 'changed meanwhile', position };
}

function keysOf({ f, key, value }: Operation): readonly string[] {
  if (f !== 'txn') return [key];
  const named = value as readonly (readonly [f: string, key: Value, value: Value])[];
  return [...new Set(named.map(([, each]) => textOf(each)))];
}

/** The body of an answer that is what was asked for; ends the operation where it is not. */
function* asked(ask: Ask, does: 'changes nothing' | 'changes something'): Exchange<unknown> {
  const answer: Answer = yield ask;
  const refusal = refusalIn(answer);
  if (refusal !== null) throw new Refused(refusal, does);
  return answer.kind === 'answered' ? answer.body : undefined;
}

/** What ends an operation before its last answer. */
class Refused extends Error {
  override readonly name = 'Refused';
  readonly outcome: Outcome;

  /** What changes nothing has not happened, whatever became of it. */
  constructor({ error, definite }: Refusal, does: 'changes nothing' | 'changes something') {
    super(error);
    this.outcome = { type: definite || does === 'changes nothing' ? 'fail' : 'info', error };
  }
}
