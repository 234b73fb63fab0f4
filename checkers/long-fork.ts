/**
 * Long fork: two readers that disagree on which of two independent writes came first. Snapshot
 * isolation forbids it, parallel snapshot isolation does not.
 *
 * Each key is written once, by a transaction of one write; readers read groups of keys.
 */

import { type History, NONE, OK, type Value } from './history.ts';
import { itemAt } from './item-at.ts';
import {
  mapKey,
  parseTransactions,
  READ,
  type Transactions,
} from './transactional/transactions.ts';
import type { CheckResult, Verdict } from './verdict.ts';

/** Finds two reads of the same keys of which each saw a write that the other missed. */
export function checkLongFork(history: History): CheckResult {
  const parsed = parseTransactions(history);
  const answer = (verdict: Verdict): CheckResult => ({ checker: 'long-fork', verdict });
  if (parsed.kind === 'malformed') return answer({ kind: 'unknown', because: parsed.because });
  const t = parsed.transactions;
  const [foreign] = t.wrongAnswers;
  if (foreign !== undefined) return answer(wrongAnswer(t, ...foreign));
  const problem = misuse(t);
  if (problem !== null) return answer({ kind: 'unknown', because: problem });
  const groups = groupReads(t);
  if (groups.size === 0) {
    return answer({ kind: 'unknown', because: 'no transaction that reads succeeded' });
  }
  for (const txns of groups.values()) {
    const verdict = judge(t, txns);
    if (verdict !== null) return answer(verdict);
  }
  return answer({ kind: 'valid' });
}

/** Why this is no long-fork history, or null. */
function misuse(t: Transactions): string | null {
  const written = new Map<number, number>();
  for (let txn = 0; txn < t.count; txn++) {
    const first = t.start.get(txn);
    const end = t.start.get(txn + 1);
    for (let m = first; m < end; m++) {
      if (t.kind[m] === READ) continue;
      const key = t.key.get(m);
      if (t.value[m] === null) {
        return `event ${t.invoke[txn]}: what it wrote to key ${show(t.keys[key])} was not recorded`;
      }
      if (end - first > 1) {
        return `event ${t.invoke[txn]}: a transaction must write one key, or read`;
      }
      const other = written.get(key);
      if (other !== undefined) {
        return (
          `events ${t.invoke[other]} and ${t.invoke[txn]} both write key ` +
          `${show(t.keys[key])}: each key must be written once`
        );
      }
      written.set(key, txn);
    }
  }
  return null;
}

/** Transactions that read, by the set of keys that they read. */
function groupReads(t: Transactions): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (let txn = 0; txn < t.count; txn++) {
    const first = t.start.get(txn);
    const end = t.start.get(txn + 1);
    if (t.outcome[txn] !== OK || first === end || t.kind[first] !== READ) continue;
    const group = [...new Set(t.key.subarray(first, end))].sort((a, b) => a - b).join(' ');
    const list = groups.get(group);
    if (list === undefined) groups.set(group, [txn]);
    else list.push(txn);
  }
  return groups;
}

/** Reads must form a chain: in the order of how much they saw, each saw all that the last did. */
function judge(t: Transactions, txns: number[]): Verdict | null {
  const sorted = txns
    .map((txn) => ({ txn, seen: seenBy(t, txn) }))
    .sort((a, b) => count(a.seen) - count(b.seen));
  for (let i = 1; i < sorted.length; i++) {
    const less = itemAt(sorted, i - 1);
    const more = itemAt(sorted, i);
    let onlyLess = NONE;
    let onlyMore = NONE;
    for (const [key, value] of less.seen) {
      const other = more.seen.get(key) ?? null;
      if (value !== null && other !== null && mapKey(value) !== mapKey(other)) {
        return { kind: 'unknown', because: `key ${show(t.keys[key])} was read with two values` };
      }
      if (value !== null && other === null) onlyLess = key;
      if (value === null && other !== null) onlyMore = key;
    }
    if (onlyLess === NONE) continue;
    return fork(t, [less.txn, more.txn], [onlyLess, onlyMore]);
  }
  return null;
}

function seenBy(t: Transactions, txn: number): Map<number, Value> {
  const seen = new Map<number, Value>();
  for (let m = t.start.get(txn); m < t.start.get(txn + 1); m++) {
    seen.set(t.key.get(m), itemAt(t.value, m));
  }
  return seen;
}

function count(seen: ReadonlyMap<number, Value>): number {
  return [...seen.values()].filter((value) => value !== null).length;
}

function fork(t: Transactions, [a, b]: [number, number], [x, y]: [number, number]): Verdict {
  const name = (txn: number): string =>
    `the read of process ${t.process[txn]} (events ${t.invoke[txn]} to ${t.complete[txn]})`;
  const because =
    `long fork: ${name(a)} saw the write of ${show(t.keys[x])} but not that of ` +
    `${show(t.keys[y])}, ` +
    `${name(b)} saw ${show(t.keys[y])} but not ${show(t.keys[x])}`;
  const operations = [a, b].map((txn) => ({
    invoke: t.invoke.get(txn),
    complete: t.complete.get(txn),
  }));
  return {
    kind: 'invalid',
    because,
    events: operations.flatMap(({ invoke, complete }) => [invoke, complete]).sort((p, q) => p - q),
    property: 'long-fork',
    witness: {
      operations,
      sentences: [
        `${because}.`,
        'One of the two writes would have to come before the other, and after it.',
      ],
    },
  };
}

/** An answer that has other steps than the question. */
function wrongAnswer(t: Transactions, txn: number, how: string): Verdict {
  const [invoke, complete] = [t.invoke.get(txn), t.complete.get(txn)];
  const because = `the transaction of process ${t.process[txn]} (events ${invoke} to ${complete}) ${how}`;
  return {
    kind: 'invalid',
    because,
    events: [invoke, complete],
    property: 'wrong-answer',
    witness: { operations: [{ invoke, complete }], sentences: [] },
  };
}

function show(value: Value | undefined): string {
  return JSON.stringify(value ?? null);
}
