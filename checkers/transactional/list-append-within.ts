/** Anomalies of lists that show within one transaction, and lost updates. */

import { NONE, OK, type Value } from '../history.ts';
import { itemAt } from '../item-at.ts';
import { same } from '../transaction-answers.ts';
import { type Lists, readList } from './lists.ts';
import { READ, type Transactions } from './transactions.ts';
import { show } from './versions.ts';

/** Reads that contradict their own transaction: `internal` and `future-read`. */
export function findInternal(lists: Lists): void {
  const { t, anomalies, name } = lists;
  const describe = (m: number): string =>
    `${name(t.owner.get(m))} read key ${show(t.keys[t.key.get(m)])} as ${show(readList(t, m))}`;
  for (const m of t.reads) {
    const expected = expectedRead(t, m);
    if (expected === null || agrees(readList(t, m), expected)) continue;
    anomalies.add('internal', [t.owner.get(m)], () => [
      `${describe(m)}; after its own earlier steps it had to find ` +
        `${expected.prefix === null ? 'a list that ends with ' : ''}` +
        `${show([...(expected.prefix ?? []), ...expected.own])}.`,
    ]);
  }
  for (let m = 0; m < t.mops; m++) {
    const read = t.readBefore.get(m);
    if (read === NONE || t.kind[m] === READ || !isOk(t, m) || !saw(lists, read, m)) continue;
    anomalies.add('future-read', [t.owner.get(m)], () => [
      `${describe(read)}, with ${show(t.value[m])}, which it appended only afterwards.`,
    ]);
  }
}

function isOk(t: Transactions, m: number): boolean {
  return t.outcome[t.owner.get(m)] === OK;
}

interface Expected {
  /** What the transaction read before, or null when it did not. */
  readonly prefix: readonly Value[] | null;
  /** What it appended since. */
  readonly own: readonly Value[];
}

/** What a transaction's own earlier steps on the key say of a read; null when there are none. */
function expectedRead(t: Transactions, m: number): Expected | null {
  const read = t.readBefore.get(m);
  let write = t.writeBefore.get(m);
  if (read === NONE && write === NONE) return null;
  const own: Value[] = [];
  for (; write > read; write = t.writeBefore.get(write)) own.push(itemAt(t.value, write));
  return { prefix: read === NONE ? null : readList(t, read), own: own.reverse() };
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
  const p = position.get(write);
  const common = shared.get(m);
  if (p >= 0 && p < common) return true;
  return common < list.length && list.slice(common).some((each) => same(each, t.value[write]));
}

/** Two committed transactions that read the same version of a key before they appended to it. */
export function findLostUpdates(lists: Lists): void {
  const { t, anomalies, name, shared } = lists;
  const first = new Map<string | number, number>();
  const stride = 1 + lists.keys.reduce((most, key) => Math.max(most, key.order.length), 0);
  for (let write = 0; write < t.mops; write++) {
    const m = updatedRead(t, write);
    if (m === NONE) continue;
    const txn = t.owner.get(m);
    const k = t.key.get(m);
    const list = readList(t, m);
    // Lists that are prefixes of one longest list are told apart by their length alone.
    const version =
      shared[m] === list.length ? k * stride + list.length : `${k} ${JSON.stringify(list)}`;
    const other = first.get(version);
    if (other === undefined) {
      first.set(version, txn);
      continue;
    }
    anomalies.add('lost-update', [other, txn], () => [
      `${name(other)} and ${name(txn)} both read key ${show(t.keys[k])} as ${show(list)}, then both ` +
        "appended to it and committed: one of them did not see the other's update.",
    ]);
  }
}

/**
 * The read that a write may have been computed from: the first step of its successful transaction
 * on its key, where `write` is the first write of that key. `NONE` for all other micro-operations.
 */
export function updatedRead(t: Transactions, write: number): number {
  if (t.kind[write] === READ || t.writeBefore[write] !== NONE || !isOk(t, write)) return NONE;
  let read = t.readBefore.get(write);
  while (read !== NONE && t.readBefore[read] !== NONE) read = t.readBefore.get(read);
  return read;
}
