/** What the operations of the vocabulary do to a store of values by key. Pure but for the store. */

import type { Value } from '../checkers/history.ts';
import type { Operation } from './operations.ts';

/** Values by key. A value is never changed in place: readers and snapshots may hold it. */
export type Store = Map<string, Value>;

/** `refused`: nothing was changed. */
export type Executed =
  | { readonly refused: false; readonly value: Value }
  | { readonly refused: true; readonly error: string };

/** Executes one operation and says what it came to. */
export function execute(data: Store, { f, key, value }: Operation): Executed {
  switch (f) {
    case 'read':
      return done(valueAt(data, key));
    case 'write':
      data.set(key, value);
      return done(null);
    case 'cas':
      return compareAndSet(data, key, value);
    case 'append':
      return done(append(data, key, value));
    case 'inc': {
      const old = valueAt(data, key);
      data.set(key, (typeof old === 'number' ? old : 0) + (typeof value === 'number' ? value : 0));
      return done(null);
    }
    case 'add': {
      const old = listAt(data, key);
      if (old.some((element) => equalValues(element, value))) return done(false);
      data.set(key, [...old, value]);
      return done(true);
    }
    case 'remove': {
      const old = listAt(data, key);
      const left = old.filter((element) => !equalValues(element, value));
      data.set(key, left);
      return done(left.length < old.length);
    }
    case 'propose': {
      const decided = valueAt(data, key) ?? value;
      data.set(key, decided);
      return done(decided);
    }
    case 'txn':
      return transaction(data, value);
    case 'echo':
    case 'generate':
    case 'broadcast':
    case 'send':
    case 'assign':
    case 'poll':
    case 'drain':
    case 'delete':
    case 'watch':
    case 'hash':
      return { refused: true, error: `no state machine has ${f}` };
  }
}

function done(value: Value): Executed {
  return { refused: false, value };
}

function valueAt(data: Store, key: string): Value {
  return data.get(key) ?? null;
}

function listAt(data: Store, key: string): readonly Value[] {
  const value = valueAt(data, key);
  return Array.isArray(value) ? value : [];
}

/** The new length. */
function append(data: Store, key: string, element: Value): number {
  const list = [...listAt(data, key), element];
  data.set(key, list);
  return list.length;
}

function compareAndSet(data: Store, key: string, argument: Value): Executed {
  if (!Array.isArray(argument)) return { refused: true, error: 'cas-argument' };
  const [from = null, to = null] = argument as readonly Value[];
  if (!equalValues(valueAt(data, key), from)) return { refused: true, error: 'cas-mismatch' };
  data.set(key, to);
  return done(null);
}

/** Runs micro-operations in order; refuses all of them if one is malformed. */
function transaction(data: Store, argument: Value): Executed {
  const steps = Array.isArray(argument) ? (argument as readonly Value[]) : [];
  if (steps.length === 0 || !steps.every(isMicroOperation)) {
    return { refused: true, error: 'txn-argument' };
  }
  return done(
    steps.map(([f, key, value]) => {
      if (f === 'r') return [f, key, valueAt(data, key)];
      if (f === 'w') data.set(key, value);
      else append(data, key, value);
      return [f, key, value];
    }),
  );
}

type MicroOperation = readonly ['append' | 'w' | 'r', string, Value];

function isMicroOperation(value: Value): value is MicroOperation {
  if (!Array.isArray(value) || value.length !== 3) return false;
  const [f, key] = value as readonly Value[];
  return (f === 'append' || f === 'w' || f === 'r') && typeof key === 'string';
}

function equalValues(one: Value, other: Value): boolean {
  if (!Array.isArray(one) || !Array.isArray(other)) return one === other;
  return one.length === other.length && one.every((item, at) => equalValues(item, other[at]));
}
