/** Why one transaction on lists comes before another, as a sentence. */

import { NONE, OK, type Value } from '../history.ts';
import { RW, WR, WW } from './graph.ts';
import { type ListKey, type Lists, readList } from './list-append.ts';
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
  for (const [m, key, k] of steps(lists, from, false)) {
    const p = position[m] as number;
    if (p === NONE || p >= key.agreed) continue;
    for (const [n, , other] of steps(lists, to, false)) {
      if (other !== k) continue;
      const q = position[n] as number;
      const appended =
        `${name(from)} appended ${show(t.value[m])} to key ${show(t.keys[k])} before ` +
        `${name(to)} appended ${show(t.value[n])}`;
      if (q === NONE && (keys[k] as ListKey).total) {
        return `${appended}: the longest read has the former and not the latter.`;
      }
      if (q > p && q < key.agreed) return `${appended}: a read shows them in this order.`;
    }
  }
  return null;
}

function whyRead(lists: Lists, from: number, to: number): string | null {
  const { t, writes, name } = lists;
  for (const [m, , k] of steps(lists, to, true)) {
    const list = readList(t, m);
    const byValue = writes.byValue[k] as Map<Value, number>;
    for (let p = list.length - 1; p >= 0; p--) {
      const write = byValue.get(mapKey(list[p] as Value));
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
  for (const [m, key, k] of steps(lists, from, true)) {
    const list = readList(t, m);
    if (list.length > (shared[m] as number)) continue;
    for (const [n, , other] of steps(lists, to, false)) {
      if (other !== k) continue;
      const p = position[n] as number;
      const unobserved = p === NONE && key.total;
      if (unobserved || (p >= list.length && p < key.agreed)) {
        return (
          `${name(from)} read key ${show(t.keys[k])} as ${show(list)}, without ` +
          `${show(t.value[n])}, which ${name(to)} appended.`
        );
      }
    }
  }
  return null;
}

/** The reads, or the writes, of a transaction: micro-operation, key, number of the key. */
function* steps(lists: Lists, txn: number, reads: boolean): Iterable<[number, ListKey, number]> {
  const { t, keys } = lists;
  if (reads && t.outcome[txn] !== OK) return;
  for (let m = t.start[txn] as number; m < (t.start[txn + 1] as number); m++) {
    if ((t.kind[m] === READ) !== reads) continue;
    const k = t.key[m] as number;
    yield [m, keys[k] as ListKey, k];
  }
}
