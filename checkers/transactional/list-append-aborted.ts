/** Reads of lists that show what no committed transaction appended, or only half of it. */

import { NONE, OK, type Value } from '../history.ts';
import { itemAt } from '../item-at.ts';
import { same } from '../transaction-answers.ts';
import { type ListKey, type Lists, readList } from './lists.ts';
import { failed, mapKey } from './transactions.ts';
import { show, type Writes } from './versions.ts';

/**
 * How much of the longest read of a key was there before the test: elements at its beginning that
 * nobody appended. Lists only grow, so that every read shows all of it; a shorter one says that
 * there was less.
 */
export function placePriors({ t, keys, initial }: Lists): void {
  if (initial === 'empty') return;
  for (const key of keys) {
    const end = key.writes.findIndex((write) => write !== NONE);
    key.prior = end === NONE ? key.order.length : end;
  }
  for (const m of t.reads) {
    const key = itemAt(keys, t.key.get(m));
    const { length } = readList(t, m);
    if (length >= key.prior) continue;
    key.prior = length;
    key.priorRead = m;
  }
}

/** Aborted, intermediate, unwritten and garbage reads. */
export function findAborted(lists: Lists): void {
  const { t, writes, keys, shared, anomalies, name } = lists;
  // The first position of each key that no reader may see.
  const suspect = keys.map((key) => {
    const at = key.writes.findIndex((write, p) => isSuspect(lists, key, p, write));
    return at === -1 ? key.order.length : at;
  });
  // Positions in one read of what nobody appended: what was there before the test, and the rest.
  const prior: number[] = [];
  const garbage: number[] = [];
  for (const m of t.reads) {
    const txn = t.owner.get(m);
    const k = t.key.get(m);
    const list = readList(t, m);
    if (list.length === 0) continue;
    const byValue = itemAt(writes.byValue, k);
    const certain = shared.get(m);
    findIntermediate(lists, m, byValue);
    const saw = () => `${name(txn)} read key ${show(t.keys[k])} as ${show(list)}, with`;
    prior.length = 0;
    garbage.length = 0;
    for (let p = Math.min(itemAt(suspect, k), certain); p < list.length; p++) {
      const write = byValue.get(mapKey(itemAt(list, p)));
      if (write === undefined) {
        (p < certain && p < itemAt(keys, k).prior ? prior : garbage).push(p);
      } else if (failed(t, t.owner.get(write))) {
        const writer = t.owner.get(write);
        anomalies.add('G1a', [txn, writer], () => [
          `${saw()} ${show(list[p])}: ${name(writer)} appended that, and failed.`,
        ]);
      }
    }
    const elements = (at: readonly number[]) => at.map((p) => show(list[p])).join(', ');
    if (prior.length > 0) {
      anomalies.add('unwritten-read', [txn], () => [
        `${saw()} ${elements(prior)}, which nobody appended.`,
      ]);
    }
    if (garbage.length > 0) {
      anomalies.add('garbage-read', [txn], () => [
        `${saw()} ${elements(garbage)}, which nobody appended.`,
        whyNotPrior(lists, m, itemAt(garbage, 0)),
      ]);
    }
  }
}

/** A read that ends with an element after which its writer appended more. */
function findIntermediate(lists: Lists, m: number, byValue: ReadonlyMap<Value, number>): void {
  const { t, writes, keys, shared, anomalies, name } = lists;
  const txn = t.owner.get(m);
  const k = t.key.get(m);
  const list = readList(t, m);
  const certain = shared.get(m);
  const last =
    certain === list.length
      ? itemAt(keys, k).writes[certain - 1]
      : byValue.get(mapKey(itemAt(list, list.length - 1)));
  if (last === undefined || last === NONE || writes.intermediate[last] !== 1) return;
  const writer = t.owner.get(last);
  if (writer === txn) return;
  anomalies.add('G1b', [txn, writer], () => [
    `${name(txn)} read key ${show(t.keys[k])} as ${show(list)}, which ends with ` +
      `${show(t.value[last])}: ` +
      `${name(writer)} appended that, and then more to the same key in the same transaction.`,
  ]);
}

function isSuspect(lists: Lists, key: ListKey, p: number, write: number): boolean {
  if (write !== NONE) return failed(lists.t, lists.t.owner.get(write));
  // A repeated element has its write at its first position.
  return !key.order.slice(0, p).some((element) => same(element, key.order[p]));
}

/** Why element `p` of a read cannot have been there before the test, as a sentence. */
function whyNotPrior(
  { t, keys, writes, shared, initial, name }: Lists,
  m: number,
  p: number,
): string {
  const k = t.key.get(m);
  const not = 'It was not there before the test either:';
  if (initial === 'empty') return `${not} the database was empty.`;
  const behind = readList(t, m)
    .slice(0, p)
    .findLast((element) => writes.byValue[k]?.has(mapKey(element)) === true);
  if (behind !== undefined) {
    const writer = t.owner.get(writerOf(writes, k, behind));
    return `${not} it stands behind ${show(behind)}, which ${name(writer)} appended.`;
  }
  const { priorRead, orderRead } = itemAt(keys, k);
  const other = p < shared.get(m) ? priorRead : orderRead;
  return `${not} ${name(t.owner.get(other))} read the key as ${show(readList(t, other))}.`;
}

function writerOf(writes: Writes, k: number, element: Value): number {
  return writes.byValue[k]?.get(mapKey(element)) as number;
}

/** Committed appends on top of those of failed transactions. */
export function findDirtyUpdates(lists: Lists): void {
  const { t, keys, anomalies, name } = lists;
  for (let k = 0; k < keys.length; k++) {
    let dirty = NONE;
    for (const write of itemAt(keys, k).writes) {
      if (write === NONE) continue;
      const txn = t.owner.get(write);
      if (failed(t, txn)) dirty = write;
      if (t.outcome[txn] !== OK) continue;
      if (dirty !== NONE) {
        const aborted = dirty;
        const writer = t.owner.get(aborted);
        anomalies.add('dirty-update', [writer, txn], () => [
          `${name(txn)} appended ${show(t.value[write])} to key ${show(t.keys[k])} on top of ` +
            `${show(t.value[aborted])}, which ${name(writer)} appended and which failed.`,
        ]);
      }
      dirty = NONE;
    }
  }
}
