/** Edges that do not depend on data: the order within a process, and real time. */

import { type ByteColumn, IntColumn } from '../columns.ts';
import { INVOKE, NEMESIS, NONE, OK } from '../history.ts';
import { type EdgeList, PROCESS, REALTIME, VIA } from './graph.ts';
import type { Transactions } from './transactions.ts';

/** Adds an edge from each committed transaction to the next one of its process. Linear. */
export function addProcessEdges(t: Transactions, committed: ByteColumn, edges: EdgeList): void {
  const last = new Map<number, number>();
  for (const txn of byInvocation(t)) {
    if (committed[txn] === 0) continue;
    const process = t.process.get(txn);
    const previous = last.get(process);
    if (previous !== undefined) edges.add(previous, txn, PROCESS);
    last.set(process, txn);
  }
}

/**
 * Adds real time: a transaction that completed before another began comes before it.
 *
 * Completions lead into a chain of hubs and the chain leads to what began later: three edges a
 * transaction whatever the concurrency, where the transitive reduction through the frontier of
 * completed transactions (Elle) takes as many as there are processes.
 */
export function addRealtimeEdges(t: Transactions, committed: ByteColumn, edges: EdgeList): void {
  const { history } = t;
  const began = new IntColumn(history.length).fill(NONE);
  const ended = new IntColumn(history.length).fill(NONE);
  for (let txn = 0; txn < t.count; txn++) {
    if (committed[txn] === 0) continue;
    const invoke = t.invoke.get(txn);
    const complete = t.complete.get(txn);
    // Without its invocation in the history, nobody knows when a transaction began.
    if (history.type[invoke] === INVOKE) began[invoke] = txn;
    // One that crashed may still take effect later: it is before nothing.
    if (t.outcome[txn] === OK) ended[complete] = txn;
  }
  let tail = -1;
  let waiting: number[] = [];
  for (let at = 0; at < history.length; at++) {
    if (history.process[at] === NEMESIS) continue;
    const end = ended.get(at);
    if (end !== NONE) waiting.push(end);
    const begin = began.get(at);
    if (begin === NONE) continue;
    if (waiting.length > 0) {
      const hub = edges.hub();
      if (tail >= 0) edges.add(tail, hub, VIA);
      for (const txn of waiting) edges.add(txn, hub, REALTIME);
      tail = hub;
      waiting = [];
    }
    if (tail >= 0) edges.add(tail, begin, VIA);
  }
}

/** Transactions in the order in which they began. */
export function byInvocation(t: Transactions): IntColumn {
  const at = new IntColumn(t.history.length).fill(NONE);
  for (let txn = 0; txn < t.count; txn++) at[t.invoke.get(txn)] = txn;
  return new IntColumn(at.filter((txn) => txn !== NONE));
}
