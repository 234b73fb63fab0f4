/**
 * Weak levels for unique written values, by the axioms of Biswas and Enea ("On the Complexity of
 * Checking Transactional Consistency", 2019) with the algorithms of AWDIT (Møldrup and Pavlogiannis,
 * "AWDIT: An Optimal Weak Database Isolation Tester", 2025). Each axiom infers that one transaction
 * committed before another; the level holds exactly when the inferred order has no cycle.
 *
 * What these papers call Read Committed says that, having seen a transaction, later reads see all of
 * it: that is Bailis' monotonic atomic view, and stronger than Adya's read committed (G1), which is
 * judged by cycles. Sessions count for causal consistency only, so that a snapshot-isolated
 * database without session guarantees is not accused.
 */

import { type ByteColumn, IntColumn } from '../columns.ts';
import { OK } from '../history.ts';
import { itemAt } from '../item-at.ts';
import type { AnomalyList } from './anomalies.ts';
import { components } from './components.ts';
import { COMMIT, EdgeList, PROCESS, toGraph, WR, WW } from './graph.ts';
import { byInvocation } from './order.ts';
import { CycleSearch, edgesOf, onCycles } from './search.ts';
import { READ, type Transactions } from './transactions.ts';
import { INITIAL, show, type Versions } from './versions.ts';

/** More clock entries than this (transactions times sessions) are not kept. */
const CLOCKS_MAX = 100_000_000;

interface Axiom {
  readonly kind: 'non-monotonic-view' | 'fractured-read' | 'causality-violation-process';
  readonly because: string;
}

const MONOTONIC: Axiom = {
  kind: 'non-monotonic-view',
  because: 'once something of a transaction is seen, later reads must see all of it',
};
const ATOMIC: Axiom = {
  kind: 'fractured-read',
  because: 'who sees something of a transaction must see all of it',
};
const CAUSAL: Axiom = {
  kind: 'causality-violation-process',
  because: 'who is causally after a transaction must see all of it',
};

/** What is needed of the history, with the write sets that all three axioms use. */
interface Weak {
  readonly t: Transactions;
  readonly versions: Versions;
  /** Keys that each transaction wrote. */
  readonly writes: readonly ReadonlySet<number>[];
  readonly name: (txn: number) => string;
}

/** Commit order inferred so far: who, before whom, from which read of whom. */
class Inferred {
  readonly edges: EdgeList;
  /** Per `COMMIT` edge, in order: the micro-operation that read the later write. */
  readonly read: number[] = [];

  constructor(nodes: number) {
    this.edges = new EdgeList(nodes);
  }

  add(earlier: number, later: number, read: number): void {
    if (earlier === later) return;
    this.edges.add(earlier, later, COMMIT);
    this.read.push(read);
  }
}

/** Adds the anomalies of monotonic atomic view, read atomic and causal consistency. */
export function findWeakAnomalies(
  t: Transactions,
  versions: Versions,
  anomalies: AnomalyList,
  sessions: EdgeList,
  name: (txn: number) => string,
): { readonly causalDecided: boolean } {
  const writes = Array.from({ length: t.count }, () => new Set<number>());
  for (let txn = 0; txn < t.count; txn++) {
    for (let m = t.start.get(txn); m < t.start.get(txn + 1); m++) {
      if (t.kind[m] !== READ) itemAt(writes, txn).add(t.key.get(m));
    }
  }
  const weak: Weak = { t, versions, writes, name };
  judge(weak, MONOTONIC, inferFromReads(weak, true), null, anomalies);
  judge(weak, ATOMIC, inferFromReads(weak, false), null, anomalies);
  const causal = inferFromCauses(weak, sessions);
  if (causal === null) return { causalDecided: false };
  judge(weak, CAUSAL, causal, sessions, anomalies);
  return { causalDecided: true };
}

/** For each transaction, whom it read from, as external reads in order. */
function readsOf({ t, versions }: Weak, txn: number): number[] {
  const reads: number[] = [];
  if (t.outcome[txn] !== OK) return reads;
  for (let m = t.start.get(txn); m < t.start.get(txn + 1); m++) {
    if (t.kind[m] === READ && versions.readFrom.get(m) >= INITIAL) reads.push(m);
  }
  return reads;
}

/**
 * A transaction that read something of `seen` and key x of another: if `seen` wrote x too, it wrote
 * it earlier. With `onlyLater`, x must have been read after something of `seen` was.
 */
function inferFromReads(weak: Weak, onlyLater: boolean): Inferred {
  const { t, versions, writes } = weak;
  const inferred = new Inferred(t.count + 1);
  for (let txn = 0; txn < t.count; txn++) {
    const reads = readsOf(weak, txn);
    if (reads.length < 2) continue;
    const byKey = new Map<number, number[]>();
    for (const m of reads) {
      const list = byKey.get(t.key.get(m));
      if (list === undefined) byKey.set(t.key.get(m), [m]);
      else list.push(m);
    }
    const done = new Set<number>();
    for (const first of reads) {
      const seen = versions.readFrom.get(first);
      if (seen === INITIAL || done.has(seen)) continue;
      done.add(seen);
      const wrote = itemAt(writes, seen);
      // The smaller of the two sets bounds the work: n^1.5 over all transactions.
      const keys = wrote.size < byKey.size ? wrote : byKey.keys();
      for (const key of keys) {
        const met = wrote.has(key) ? (byKey.get(key) ?? []) : [];
        for (const m of onlyLater ? met.filter((at) => at > first) : met) {
          inferred.add(seen, node(t, versions.readFrom.get(m)), m);
        }
      }
    }
  }
  return inferred;
}

/** The initial state is a node of its own. */
function node(t: Transactions, writer: number): number {
  return writer === INITIAL ? t.count : writer;
}

/**
 * The same for everything that causally precedes a transaction, through sessions and reads, by
 * vector clocks: per session only its last writer of a key matters. Null when there are too many
 * sessions for the budget; nothing is inferred when causality itself has a cycle (that is G1c).
 */
function inferFromCauses(weak: Weak, sessions: EdgeList): Inferred | null {
  const { t, versions } = weak;
  const { session, place, count } = numberSessions(t, versions.committed);
  if (t.count * count > CLOCKS_MAX) return null;
  const causes = new EdgeList(t.count);
  for (let e = 0; e < sessions.count; e++) {
    causes.add(sessions.from.get(e), sessions.to.get(e), PROCESS);
  }
  for (let txn = 0; txn < t.count; txn++) {
    for (const m of readsOf(weak, txn)) {
      const writer = versions.readFrom.get(m);
      if (writer !== INITIAL) causes.add(writer, txn, WR);
    }
  }
  const inferred = new Inferred(t.count + 1);
  const graph = toGraph(causes);
  const { of, count: parts } = components(graph, PROCESS | WR);
  if (parts < t.count) return inferred;
  const order = new IntColumn(t.count);
  for (let txn = 0; txn < t.count; txn++) order[t.count - 1 - of.get(txn)] = txn;
  const writers = writersBySession(weak, session, place, count);
  // clocks[txn * count + s]: how many transactions of session s come before txn.
  const clocks = new IntColumn(t.count * count);
  for (const txn of order) {
    const base = txn * count;
    for (const m of readsOf(weak, txn)) {
      const later = node(t, versions.readFrom.get(m));
      for (const [s, list] of itemAt(writers, t.key.get(m))) {
        const earlier = lastBefore(list, place, clocks.get(base + s));
        if (earlier >= 0) inferred.add(earlier, later, m);
      }
    }
    for (let e = graph.start.get(txn); e < graph.start.get(txn + 1); e++) {
      const next = graph.to.get(e) * count;
      for (let s = 0; s < count; s++) {
        const known = clocks.get(base + s);
        if (known > clocks.get(next + s)) clocks[next + s] = known;
      }
      const own = next + session.get(txn);
      clocks[own] = Math.max(clocks.get(own), place.get(txn) + 1);
    }
  }
  return inferred;
}

/** A session is what one process did, in order. */
function numberSessions(t: Transactions, committed: ByteColumn) {
  const ids = new Map<number, number>();
  const lengths: number[] = [];
  const session = new IntColumn(t.count);
  const place = new IntColumn(t.count);
  for (const txn of byInvocation(t)) {
    if (committed[txn] === 0) continue;
    const process = t.process.get(txn);
    const id = ids.get(process) ?? ids.size;
    ids.set(process, id);
    session[txn] = id;
    place[txn] = lengths[id] ?? 0;
    lengths[id] = (lengths[id] ?? 0) + 1;
  }
  return { session, place, count: ids.size };
}

/** Per key and session, the transactions that wrote the key, in session order. */
function writersBySession(
  { t, versions, writes }: Weak,
  session: IntColumn,
  place: IntColumn,
  count: number,
): Map<number, number[]>[] {
  const writers = t.keys.map(() => new Map<number, number[]>());
  const perSession = Array.from({ length: count }, (): number[] => []);
  for (let txn = 0; txn < t.count; txn++) {
    if (versions.committed[txn] === 1) itemAt(perSession, session.get(txn)).push(txn);
  }
  perSession.forEach((txns, s) => {
    txns.sort((a, b) => place.get(a) - place.get(b));
    for (const txn of txns) {
      for (const key of itemAt(writes, txn)) {
        const bySession = itemAt(writers, key);
        const list = bySession.get(s);
        if (list === undefined) bySession.set(s, [txn]);
        else list.push(txn);
      }
    }
  });
  return writers;
}

/** The last transaction of `list` whose place in its session is below `limit`, or -1. */
function lastBefore(list: readonly number[], place: IntColumn, limit: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (place.get(itemAt(list, middle)) < limit) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? -1 : itemAt(list, low - 1);
}

/** Looks for a cycle through inferred commit order, and reports the shortest. */
function judge(
  { t, versions, name }: Weak,
  axiom: Axiom,
  inferred: Inferred,
  sessions: EdgeList | null,
  anomalies: AnomalyList,
): void {
  const { edges, read } = inferred;
  for (let e = 0; e < read.length; e++) {
    // The initial state comes before what was inferred to come before it.
    if (edges.to[e] === t.count) edges.add(t.count, edges.from.get(e), WW);
  }
  for (const [list, mask] of [
    [versions.edges, WW | WR],
    [sessions, PROCESS],
  ] as const) {
    for (let e = 0; list !== null && e < list.count; e++) {
      const kind = list.kind.get(e);
      if ((kind & mask) !== 0) edges.add(list.from.get(e), list.to.get(e), kind);
    }
  }
  const graph = toGraph(edges);
  const firsts = onCycles(graph, edgesOf(graph, COMMIT), 0xff);
  const path = new CycleSearch(graph).shortest(firsts, 0xff, graph.nodes);
  if (path === null) return;
  const nodes = path.map(({ from }) => from);
  const who = (id: number): string => (id === t.count ? 'the initial state' : name(id));
  anomalies.addCycle(
    axiom.kind,
    nodes.filter((id) => id < t.count),
    () => {
      const why = path.map(({ from, edge }) => {
        const to = graph.to.get(edge);
        const kind = graph.kind.get(edge);
        if (from === t.count) return `The initial state came before ${who(to)}.`;
        if (kind === COMMIT) {
          const at = read.findIndex((_, e) => edges.from[e] === from && edges.to[e] === to);
          return whyInferred(t, axiom, who, { from, to, m: itemAt(read, at) });
        }
        if (kind === PROCESS)
          return `${who(from)} and ${who(to)} are of one process, in this order.`;
        return versions.why(from, to, kind) ?? `${who(from)} comes before ${who(to)}.`;
      });
      return { sentences: why, why };
    },
  );
}

function whyInferred(
  t: Transactions,
  axiom: Axiom,
  who: (node: number) => string,
  { from, to, m }: { readonly from: number; readonly to: number; readonly m: number },
): string {
  const key = show(t.keys[t.key.get(m)]);
  return (
    `${who(ownerOf(t, m))} came after ${who(from)}, which wrote key ${key}, but read that key as ` +
    `${show(t.value[m])} from ${who(to)}: ${axiom.because}, so ${who(from)} wrote ` +
    `it before ${who(to)}.`
  );
}

/** The transaction of a micro-operation, by bisection. */
function ownerOf(t: Transactions, m: number): number {
  let low = 0;
  let high = t.count;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (t.start.get(middle) <= m) low = middle;
    else high = middle;
  }
  return low;
}
