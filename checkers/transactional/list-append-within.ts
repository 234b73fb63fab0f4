/** Anomalies of lists that show within one transaction, and lost updates. */

import type { Value } from '../history.ts';
import { type Lists, readList } from './list-append.ts';
import { READ, same, type Transactions } from './transactions.ts';
import { show } from './versions.ts';

/** Reads that contradict their own transaction: `internal` and `future-read`. */
export function findInternal(lists: Lists): void {
  const { t, anomalies, name } = lists;
  for (const m of t.reads) {
    const txn = t.owner[m] as number;
    const list = readList(t, m);
    const expected = expectedRead(t, txn, m);
    if (expected !== null && !agrees(list, expected)) {
      anomalies.add('internal', [txn], () => [
        `${name(txn)} read key ${show(t.keys[t.key[m] as number])} as ${show(list)}; after its own ` +
          `earlier steps it had to find ${expected.prefix === null ? 'a list that ends with ' : ''}` +
          `${show([...(expected.prefix ?? []), ...expected.own])}.`,
      ]);
    }
    for (let later = m + 1; later < (t.start[txn + 1] as number); later++) {
      if (t.kind[later] === READ || t.key[later] !== t.key[m] || !saw(lists, m, later)) continue;
      anomalies.add('future-read', [txn], () => [
        `${name(txn)} read key ${show(t.keys[t.key[m] as number])} as ${show(list)}, with ` +
          `${show(t.value[later])}, which it appended only afterwards.`,
      ]);
      break;
    }
  }
}

interface Expected {
  /** What the transaction read before, or null when it did not. */
  readonly prefix: readonly Value[] | null;
  /** What it appended since. */
  readonly own: readonly Value[];
}

/** What a transaction's own earlier steps on the key say of a read; null when there are none. */
function expectedRead(t: Transactions, txn: number, m: number): Expected | null {
  let own: Value[] | null = null;
  for (let earlier = m - 1; earlier >= (t.start[txn] as number); earlier--) {
    if (t.key[earlier] !== t.key[m]) continue;
    if (t.kind[earlier] === READ) {
      return { prefix: readList(t, earlier), own: own?.reverse() ?? [] };
    }
    own ??= [];
    own.push(t.value[earlier] as Value);
  }
  return own === null ? null : { prefix: null, own: own.reverse() };
}

function agrees(list: readonly Value[], { prefix, own }: Expected): boolean {
  const from = list.length - own.length;
  if (from < 0 || (prefix !== null && from !== prefix.length)) return false;
  return (
    own.every((element, i) => same(element, list[from + i])) &&
    (prefix === null || prefix.every((element, i) => same(element, list[i])))
  );
}

/** Whether read `m` shows the element of write `write` of the same key. */
function saw(lists: Lists, m: number, write: number): boolean {
  const { t, position, shared } = lists;
  const list = readList(t, m);
  const p = position[write] as number;
  const common = shared[m] as number;
  if (p >= 0 && p < common) return true;
  return list.slice(common).some((element) => same(element, t.value[write]));
}

/** Two committed transactions that read the same version of a key before they appended to it. */
export function findLostUpdates(lists: Lists): void {
  const { t, anomalies, name, shared } = lists;
  const first = new Map<string | number, number>();
  const stride = 1 + lists.keys.reduce((most, key) => Math.max(most, key.order.length), 0);
  for (const m of t.reads) {
    const txn = t.owner[m] as number;
    if (!isReadBeforeWrite(t, txn, m)) continue;
    const k = t.key[m] as number;
    const list = readList(t, m);
    // Lists that are prefixes of one longest list are told apart by their length alone.
    const version =
      shared[m] === list.length ? k * stride + list.length : `${k} ${JSON.stringify(list)}`;
    const other = first.get(version);
    if (other === undefined) first.set(version, txn);
    else {
      anomalies.add('lost-update', [other, txn], () => [
        `${name(other)} and ${name(txn)} both read key ${show(t.keys[k])} as ${show(list)}, then both ` +
          "appended to it and committed: one of them did not see the other's update.",
      ]);
    }
  }
}

/** Whether `m` is the transaction's first step on its key, and a write of the key follows. */
export function isReadBeforeWrite(t: Transactions, txn: number, m: number): boolean {
  for (let earlier = t.start[txn] as number; earlier < m; earlier++) {
    if (t.key[earlier] === t.key[m]) return false;
  }
  for (let later = m + 1; later < (t.start[txn + 1] as number); later++) {
    if (t.key[later] === t.key[m] && t.kind[later] !== READ) return true;
  }
  return false;
}
