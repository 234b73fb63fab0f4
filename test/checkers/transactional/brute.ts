/** Serializability by its definition: tries every order of a handful of transactions. */

import type { History, Value } from '../../../checkers/history.ts';

interface Txn {
  readonly mops: readonly (readonly [string, Value, Value])[];
  readonly invoke: number;
  /** `null` when it never completed or ended in `info`: it may be left out, and precedes nothing. */
  readonly complete: number | null;
}

/** Which transactions may not be put before others that were over when they began. */
type RealTime = 'none' | 'all' | 'those of a key';

/**
 * Whether some order of the transactions, with any crashed ones left out, explains all reads, from
 * what the keys held before them: nothing, unless `prior` says.
 */
export function isSerializable(
  history: History,
  realTime: RealTime,
  prior: ReadonlyMap<Value, Value> = new Map(),
): boolean {
  const txns = transactions(history);
  const state = new Map<Value, Value>(prior);
  const extend = (left: readonly Txn[]): boolean => {
    if (left.every(({ complete }) => complete === null)) return true;
    return left.some((txn) => {
      const rest = left.filter((other) => other !== txn);
      const over = rest.filter(({ complete }) => complete !== null && complete < txn.invoke);
      if (realTime === 'all' && over.length > 0) return false;
      if (realTime === 'those of a key' && over.some((other) => sharesKey(txn, other)))
        return false;
      const before = new Map(state);
      const possible = apply(txn, state) && extend(rest);
      state.clear();
      for (const [key, value] of before) state.set(key, value);
      return possible;
    });
  };
  return extend(txns);
}

/**
 * The same where nobody knows what the keys held before: from any state of values that nobody wrote,
 * of which only those matter that were read.
 */
export function isSerializableFromSome(history: History, realTime: RealTime): boolean {
  const mops = [...history].flatMap(({ value }) => value as unknown as Txn['mops']);
  const written = (key: Value, value: Value): boolean =>
    mops.some(([f, other, wrote]) => f !== 'r' && other === key && wrote === value);
  const candidates = new Map<Value, Value[]>();
  for (const [f, key, value] of mops) {
    const known = candidates.get(key) ?? [null];
    candidates.set(key, known);
    if (f !== 'r' || value === null) continue;
    if (!Array.isArray(value)) {
      if (!written(key, value)) known.push(value);
      continue;
    }
    for (let length = 1; length <= value.length; length++) {
      if (written(key, value[length - 1] as Value)) break;
      known.push(value.slice(0, length));
    }
  }
  const tryFrom = (keys: readonly Value[], prior: ReadonlyMap<Value, Value>): boolean => {
    const [key, ...rest] = keys;
    if (key === undefined) return isSerializable(history, realTime, prior);
    return (candidates.get(key) ?? []).some((value) =>
      tryFrom(rest, new Map([...prior, [key, value]])),
    );
  };
  return tryFrom([...candidates.keys()], new Map());
}

function sharesKey(a: Txn, b: Txn): boolean {
  return a.mops.some(([, key]) => b.mops.some(([, other]) => other === key));
}

function transactions(history: History): Txn[] {
  const open = new Map<number | 'nemesis', number>();
  const txns: Txn[] = [];
  for (const { index, type, process, value } of history) {
    if (type === 'invoke') {
      open.set(process, index);
      continue;
    }
    const invoke = open.get(process) as number;
    const mops = type === 'ok' ? value : history.event(invoke).value;
    if (type !== 'fail') {
      txns.push({
        mops: mops as unknown as Txn['mops'],
        invoke,
        complete: type === 'ok' ? index : null,
      });
    }
  }
  return txns;
}

function apply({ mops, complete }: Txn, state: Map<Value, Value>): boolean {
  return mops.every(([f, key, value]) => {
    const current = state.get(key) ?? null;
    if (f === 'append') state.set(key, [...((current as Value[] | null) ?? []), value]);
    else if (f === 'w') state.set(key, value);
    else if (complete !== null) {
      const empty = (seen: Value): Value =>
        Array.isArray(seen) && seen.length === 0 ? null : seen;
      return JSON.stringify(empty(value)) === JSON.stringify(empty(current));
    }
    return true;
  });
}

/**
 * Whether the transactions can have begun and committed in some order, each reading a snapshot from
 * its beginning, and none committing on top of a version that it had not seen.
 */
export function isSnapshotIsolated(history: History): boolean {
  const state = new Map<Value, { readonly value: Value; readonly commit: number }>();
  const extend = (
    left: readonly Txn[],
    open: readonly (readonly [Txn, number])[],
    at: number,
  ): boolean => {
    if (open.length === 0 && left.every(({ complete }) => complete === null)) return true;
    const begins = left.some((txn) => {
      const snapshot = new Map([...state].map(([key, { value }]) => [key, value]));
      if (!apply(txn, snapshot)) return false;
      return extend(
        left.filter((other) => other !== txn),
        [...open, [txn, at]],
        at + 1,
      );
    });
    if (begins) return true;
    return open.some((entry) => {
      const [txn, began] = entry;
      const written = txn.mops.filter(([f]) => f !== 'r').map(([, key]) => key);
      if (written.some((key) => (state.get(key)?.commit ?? -1) > began)) return false;
      const before = new Map(state);
      for (const [f, key, value] of txn.mops) {
        if (f === 'r') continue;
        const current = (state.get(key)?.value ?? []) as readonly Value[];
        state.set(key, { value: f === 'append' ? [...current, value] : value, commit: at });
      }
      const possible = extend(
        left,
        open.filter((other) => other !== entry),
        at + 1,
      );
      state.clear();
      for (const [key, version] of before) state.set(key, version);
      return possible;
    });
  };
  return extend(transactions(history), [], 0);
}
