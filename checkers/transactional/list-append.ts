/**
 * Lists that are only appended to: every read shows the whole order of the appends before it, so
 * that the order of versions is known up to the longest read (Kingsbury and Alvaro, "Elle", 2020,
 * section 4).
 *
 * Where reads of a key contradict each other, only the part of its order on which all reads agree
 * is used: what is built on the rest would be an accusation without evidence.
 */

import { ByteColumn, IntColumn } from '../columns.ts';
import { INFO, NONE, OK, type Value } from '../history.ts';
import { itemAt } from '../item-at.ts';
import { same } from '../transaction-answers.ts';
import type { AnomalyList } from './anomalies.ts';
import { EdgeList, RW, WR, WW } from './graph.ts';
import { findAborted, findDirtyUpdates, placePriors } from './list-append-aborted.ts';
import { whyListEdge } from './list-append-why.ts';
import { findInternal, findLostUpdates } from './list-append-within.ts';
import { type ListKey, type Lists, readList } from './lists.ts';
import { mapKey, READ, type Transactions } from './transactions.ts';
import {
  INITIAL,
  type InitialState,
  NOBODY,
  show,
  type Versions,
  type Writes,
} from './versions.ts';

/** Finds versions, dependencies and the anomalies that are no cycles. */
export function analyseLists(
  t: Transactions,
  writes: Writes,
  anomalies: AnomalyList,
  { initial, name }: { readonly initial: InitialState; readonly name: (txn: number) => string },
): Versions {
  const lists: Lists = {
    t,
    writes,
    keys: longestReads(t),
    committed: new ByteColumn(t.count),
    shared: new IntColumn(t.mops),
    position: new IntColumn(t.mops).fill(NONE),
    initial,
    anomalies,
    name,
  };
  placeWrites(lists);
  placePriors(lists);
  compareReads(lists);
  for (let txn = 0; txn < t.count; txn++) if (t.outcome[txn] === OK) lists.committed[txn] = 1;
  findAborted(lists);
  findDirtyUpdates(lists);
  findInternal(lists);
  findLostUpdates(lists);
  const edges = new EdgeList(t.count, 2 * t.mops + 4 * t.count + 1);
  const readFrom = addEdges(lists, edges);
  return {
    committed: lists.committed,
    readFrom,
    edges,
    why: (from, to, kind) => whyListEdge(lists, from, to, kind),
  };
}

function longestReads(t: Transactions): ListKey[] {
  const keys = t.keys.map(
    (): ListKey => ({
      order: [],
      orderRead: NONE,
      writes: new IntColumn(0),
      agreed: 0,
      repeat: 0,
      prior: 0,
      priorRead: NONE,
      total: true,
    }),
  );
  for (const m of t.reads) {
    const key = itemAt(keys, t.key.get(m));
    const list = readList(t, m);
    if (list.length > key.order.length) {
      key.order = list;
      key.orderRead = m;
    }
  }
  return keys;
}

/** Finds the write behind each position of each order, and where an element stands twice. */
function placeWrites(lists: Lists): void {
  const { t, writes, keys, position } = lists;
  for (let k = 0; k < t.keys.length; k++) {
    const key = itemAt(keys, k);
    const byValue = itemAt(writes.byValue, k);
    const length = key.order.length;
    key.writes = new IntColumn(length).fill(NONE);
    let repeat = length;
    for (let p = 0; p < length; p++) {
      const element = mapKey(itemAt(key.order, p));
      const write = byValue.get(element);
      if (write === undefined) continue;
      if (position[write] !== NONE) repeat = Math.min(repeat, p);
      else {
        position[write] = p;
        key.writes[p] = write;
        commitIfSeen(lists, write);
      }
    }
    key.repeat = repeat;
    key.agreed = repeat;
    key.total = repeat === length;
  }
}

/** A crashed transaction of which anything was seen did take effect. */
function commitIfSeen(lists: Lists, write: number): void {
  const txn = lists.t.owner.get(write);
  if (lists.t.outcome[txn] === INFO) lists.committed[txn] = 1;
}

/** Compares every read with the longest of its key. */
function compareReads(lists: Lists): void {
  const { t, keys, shared, anomalies, name, writes } = lists;
  for (const m of t.reads) {
    const txn = t.owner.get(m);
    const k = t.key.get(m);
    const key = itemAt(keys, k);
    const list = readList(t, m);
    const { order } = key;
    const length = list.length;
    let common = 0;
    // Nearly all elements are numbers: compared in place, this is the hottest loop of all.
    while (
      common < length &&
      (list[common] === order[common] || same(list[common], order[common]))
    ) {
      common++;
    }
    shared[m] = common;
    let twice = key.repeat;
    if (common < list.length) {
      key.agreed = Math.min(key.agreed, common);
      key.total = false;
      const other = t.owner.get(key.orderRead);
      anomalies.add('incompatible-order', [txn, other], () => [
        `${name(txn)} read key ${show(t.keys[k])} as ${show(list)}, and ${name(other)} ` +
          'read it as ' +
          `${show(key.order)}: neither is a beginning of the other, so no order of the ` +
          'appends explains both.',
      ]);
      for (let p = common; p < list.length; p++) {
        const write = itemAt(writes.byValue, k).get(mapKey(itemAt(list, p)));
        if (write !== undefined) commitIfSeen(lists, write);
      }
      twice = firstRepeat(list, itemAt(writes.byValue, k));
    }
    if (twice < list.length) {
      anomalies.add('duplicate-elements', [txn], () => [
        `${name(txn)} read key ${show(t.keys[k])} as ${show(list)}, in which ` +
          `${show(list[twice])} ` +
          'stands twice; it was appended once.',
      ]);
    }
  }
}

/** Position of the first appended element that stands earlier in the list too; else its length. */
function firstRepeat(list: readonly Value[], byValue: ReadonlyMap<Value, number>): number {
  const seen = new Set<Value>();
  for (let p = 0; p < list.length; p++) {
    const element = mapKey(itemAt(list, p));
    if (seen.has(element)) return p;
    if (byValue.has(element)) seen.add(element);
  }
  return list.length;
}

/** Adds `WW`, `WR` and `RW` edges; returns whom each external read read from. */
function addEdges(lists: Lists, edges: EdgeList): IntColumn {
  const { t, keys } = lists;
  const before: IntColumn[] = [];
  const after: IntColumn[] = [];
  for (const key of keys) {
    const writers = committedWriters(lists, key);
    before.push(previousWriter(writers));
    after.push(nextWriter(writers, key.agreed));
    let last = NONE;
    for (let p = 0; p < key.agreed; p++) {
      const writer = writers.get(p);
      if (writer === NONE) continue;
      if (last !== NONE) edges.add(last, writer, WW);
      last = writer;
    }
  }
  const readFrom = new IntColumn(t.mops).fill(NOBODY);
  for (const m of t.reads) {
    const txn = t.owner.get(m);
    const k = t.key.get(m);
    const writer = sawLast(lists, itemAt(before, k), m);
    if (writer >= 0) edges.add(writer, txn, WR);
    if (writer === txn) continue;
    if (t.writeBefore[m] === NONE) readFrom[m] = writer;
    const list = readList(t, m);
    // A read that leaves the common order still saw its beginning, and so precedes what follows.
    if (list.length > lists.shared.get(m)) continue;
    const next = itemAt(after, k)[list.length] ?? NONE;
    if (next !== NONE) edges.add(txn, next, RW);
  }
  addUnobserved(lists, edges, before);
  return readFrom;
}

function committedWriters(lists: Lists, key: ListKey): IntColumn {
  return key.writes.map((write) => {
    const writer = write === NONE ? NONE : lists.t.owner.get(write);
    return writer !== NONE && lists.committed[writer] === 1 ? writer : NONE;
  });
}

/** Per position, the last committed writer up to and with it. */
function previousWriter(writers: IntColumn): IntColumn {
  let last = NONE;
  return writers.map((writer) => {
    if (writer !== NONE) last = writer;
    return last;
  });
}

/** Per position below `agreed`, the first committed writer from it on. */
function nextWriter(writers: IntColumn, agreed: number): IntColumn {
  const next = new IntColumn(agreed);
  let first = NONE;
  for (let p = agreed - 1; p >= 0; p--) {
    if (writers[p] !== NONE) first = writers.get(p);
    next[p] = first;
  }
  return next;
}

/** The committed transaction whose append a read saw last. */
function sawLast(lists: Lists, before: IntColumn, m: number): number {
  const { t, writes, shared } = lists;
  const list = readList(t, m);
  const byValue = itemAt(writes.byValue, t.key.get(m));
  for (let p = list.length - 1; p >= shared.get(m); p--) {
    const write = byValue.get(mapKey(itemAt(list, p)));
    const writer = write === undefined ? NONE : t.owner.get(write);
    if (writer !== NONE && lists.committed[writer] === 1) return writer;
  }
  const p = Math.min(list.length, shared.get(m)) - 1;
  const writer = p < 0 ? NONE : before.get(p);
  return writer === NONE ? INITIAL : writer;
}

/** Committed appends that no read shows come after everything that was read. */
function addUnobserved(lists: Lists, edges: EdgeList, before: readonly IntColumn[]): void {
  const { t, keys, committed, position } = lists;
  const unobserved = keys.map((): number[] => []);
  for (let txn = 0; txn < t.count; txn++) {
    if (committed[txn] === 0) continue;
    for (let m = t.start.get(txn); m < t.start.get(txn + 1); m++) {
      if (t.kind[m] === READ || position[m] !== NONE) continue;
      const k = t.key.get(m);
      const list = itemAt(unobserved, k);
      if (itemAt(keys, k).total && list.at(-1) !== txn) list.push(txn);
    }
  }
  const readers = keys.map((): number[] => []);
  for (const m of t.reads) {
    const txn = t.owner.get(m);
    const k = t.key.get(m);
    const key = itemAt(keys, k);
    if (itemAt(unobserved, k).length === 0 || readList(t, m).length < key.order.length) continue;
    const list = itemAt(readers, k);
    if (list.at(-1) !== txn) list.push(txn);
  }
  for (let k = 0; k < keys.length; k++) {
    const later = itemAt(unobserved, k);
    if (later.length === 0) continue;
    const last = before[k]?.at(-1) ?? NONE;
    if (last !== NONE) for (const txn of later) edges.add(last, txn, WW);
    edges.product(itemAt(readers, k), later, RW);
  }
}
