/** Why one transaction on lists comes before another, as a sentence. */

import { NONE, OK } from '../history.ts';
import { itemAt } from '../item-at.ts';
import { RW, WR, WW } from './graph.ts';
import { type ListKey, type Lists, readList } from './lists.ts';
import { mapKey, READ } from './transactions.ts';
import { show } from './versions.ts';

/**
 * Searches the two transactions for the steps that make the dependency, so that edges need not
 * carry them. Returns null when there is none.
 */
export function whyListEdge(lists: Lists, from: number, to: number, kind: number): string | null {
  switch (kind) {
    case WW:
      return whyOverwritten(lists, from, to);
    case WR:
      return whyRead(lists, from, to);
    case RW:
      return whyNotSeen(lists, from, to);
    default:
      return null;
  }
}

function whyOverwritten(lists: Lists, from: number, to: number): string | null {
  const { t, position, keys, name } = lists;
  const firsts = new Map<number, number>();
  for (const [m, key, k] of steps(lists, from, false)) {
    const p = position.get(m);
    const known = firsts.get(k);
    const isFirst = known === undefined || p < position.get(known);
    if (p !== NONE && p < key.agreed && isFirst) firsts.set(k, m);
  }
  for (const [n, key, k] of steps(lists, to, false)) {
    const m = firsts.get(k);
    if (m === undefined) continue;
    const q = position.get(n);
    const appended =
      `${name(from)} appended ${show(t.value[m])} to key ${show(t.keys[k])} before ` +
      `${name(to)} appended ${show(t.value[n])}`;
    if (q === NONE && itemAt(keys, k).total) {
      return `${appended}: the longest read has the former and not the latter.`;
    }
    if (q > position.get(m) && q < key.agreed) {
      return `${appended}: a read shows them in this order.`;
    }
  }
  return null;
}

function whyRead(lists: Lists, from: number, to: number): string | null {
  const { t, writes, name } = lists;
  for (const [m, , k] of steps(lists, to, true)) {
    const list = readList(t, m);
    const byValue = itemAt(writes.byValue, k);
    for (let p = list.length - 1; p >= 0; p--) {
      const write = byValue.get(mapKey(itemAt(list, p)));
      if (write === undefined || t.owner[write] !== from) continue;
      return (
        `${name(to)} read key ${show(t.keys[k])} as ${show(list)}, with ${show(list[p])}, ` +
        `which ${name(from)} appended.`
      );
    }
  }
  return null;
}

function whyNotSeen(lists: Lists, from: number, to: number): string | null {
  const { t, position, shared, name } = lists;
  const shortest = new Map<number, number>();
  for (const [m, , k] of steps(lists, from, true)) {
    const length = readList(t, m).length;
    const known = shortest.get(k);
    const isShortest = known === undefined || length < readList(t, known).length;
    if (length <= shared.get(m) && isShortest) shortest.set(k, m);
  }
  for (const [n, key, k] of steps(lists, to, false)) {
    const m = shortest.get(k);
    if (m === undefined) continue;
    const list = readList(t, m);
    const p = position.get(n);
    if ((p === NONE && key.total) || (p >= list.length && p < key.agreed)) {
      return (
        `${name(from)} read key ${show(t.keys[k])} as ${show(list)}, without ` +
        `${show(t.value[n])}, which ${name(to)} appended.`
      );
    }
  }
  return null;
}

/** The reads, or the writes, of a transaction: micro-operation, key, number of the key. */
function* steps(lists: Lists, txn: number, reads: boolean): Iterable<[number, ListKey, number]> {
  const { t, keys } = lists;
  if (reads && t.outcome[txn] !== OK) return;
  for (let m = t.start.get(txn); m < t.start.get(txn + 1); m++) {
    if ((t.kind[m] === READ) !== reads) continue;
    const k = t.key.get(m);
    yield [m, itemAt(keys, k), k];
  }
}
