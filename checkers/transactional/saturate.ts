/**
 * What must come before what in any serial order of register transactions that real time allows,
 * beyond what reads and real time say by themselves: of two writers of a key, neither may come
 * between the other and its readers.
 *
 * Every transaction gets a begin, the latest among all that must precede it, and an end, the
 * earliest among all that must follow it: one precedes another if its end comes before the begin of
 * the other. What that says of the writers of a key moves begins and ends again, until nothing
 * changes. (The zones of Gibbons and Korach, carried over from one register to many.)
 */

import { FloatColumn, IntColumn } from '../columns.ts';
import { INVOKE, OK } from '../history.ts';
import { itemAt } from '../item-at.ts';
import { COMMIT, EdgeList, type Graph, toGraph } from './graph.ts';
import { CycleSearch, edgesOf, onCycles } from './search.ts';
import { READ, type Transactions } from './transactions.ts';
import { INITIAL, type Versions } from './versions.ts';

const ROUNDS_MAX = 12;
/** So many edges are drawn at most from one version to other writers in a round. */
const EDGES_MAX = 64;

export interface Saturated {
  readonly edges: EdgeList;
  /** Per node, the event by which it must have taken effect; `Infinity` if nothing says so. */
  readonly end: FloatColumn;
}

/** Transactions that would have to come before themselves, at most a few of them. */
export interface Contradiction {
  readonly circle: readonly number[];
}

/** The edges of `mask` with all that follows from them, or what contradicts itself in them. */
export function saturate(
  t: Transactions,
  versions: Versions,
  edges: EdgeList,
  mask: number,
): Saturated | Contradiction {
  const all = new EdgeList(edges.nodes, edges.count + 1024);
  for (let e = 0; e < edges.count; e++) {
    const kind = edges.kind.get(e);
    if ((kind & mask) !== 0) all.add(edges.from.get(e), edges.to.get(e), kind);
  }
  const keys = byKey(t, versions);
  const known = new Set<number>();
  for (let round = 0; ; round++) {
    const zones = findZones(t, versions, toGraph(all));
    if ('circle' in zones) return zones;
    const before = known.size;
    const add = (from: number, to: number): void => {
      const id = from * edges.nodes + to;
      if (from === to || known.has(id)) return;
      known.add(id);
      all.add(from, to, COMMIT);
    };
    for (const key of keys) orderWriters(key, zones, add);
    if (known.size === before || round === ROUNDS_MAX) return { edges: all, end: zones.end };
  }
}

interface Key {
  readonly writers: number[];
  /** The readers of each version, by its writer. */
  readonly readers: Map<number, number[]>;
}

function byKey(t: Transactions, { committed, readFrom }: Versions): Key[] {
  const keys = t.keys.map((): Key => ({ writers: [], readers: new Map() }));
  for (let m = 0; m < t.mops; m++) {
    const txn = t.owner.get(m);
    if (committed[txn] === 0) continue;
    const { writers, readers } = itemAt(keys, t.key.get(m));
    if (t.kind[m] !== READ) {
      if (writers.at(-1) !== txn) writers.push(txn);
      continue;
    }
    const from = readFrom.get(m);
    if (from <= INITIAL || t.outcome[txn] !== OK) continue;
    const list = readers.get(from);
    if (list === undefined) readers.set(from, [txn]);
    else list.push(txn);
  }
  return keys;
}

interface Zones {
  readonly begin: FloatColumn;
  readonly end: FloatColumn;
}

/** Begins and ends of all nodes, unless the graph has a cycle, or one that real time closes. */
function findZones(t: Transactions, { committed }: Versions, graph: Graph): Zones | Contradiction {
  const begin = new FloatColumn(graph.nodes).fill(-1);
  const end = new FloatColumn(graph.nodes).fill(Number.POSITIVE_INFINITY);
  for (let txn = 0; txn < t.count; txn++) {
    if (committed[txn] === 0) continue;
    const invoke = t.invoke.get(txn);
    if (t.history.type[invoke] === INVOKE) begin[txn] = invoke;
    if (t.outcome[txn] === OK) end[txn] = t.complete.get(txn);
  }
  const order = topological(graph);
  if (order === null) {
    const search = new CycleSearch(graph);
    const path = search.shortest(onCycles(graph, edgesOf(graph, COMMIT), 0xff), 0xff, graph.nodes);
    return { circle: (path ?? []).map(({ from }) => from).filter((node) => node < t.count) };
  }
  for (const node of order) {
    for (let e = graph.start.get(node); e < graph.start.get(node + 1); e++) {
      const to = graph.to.get(e);
      if (begin.get(node) > begin.get(to)) begin[to] = begin.get(node);
    }
  }
  for (let i = order.length - 1; i >= 0; i--) {
    const node = order.get(i);
    for (let e = graph.start.get(node); e < graph.start.get(node + 1); e++) {
      const to = graph.to.get(e);
      if (end.get(to) < end.get(node)) end[node] = end.get(to);
    }
    if (node < t.count && end.get(node) < begin.get(node)) {
      return { circle: [node] };
    }
  }
  return { begin, end };
}

function topological(graph: Graph): IntColumn | null {
  const waitsFor = new IntColumn(graph.nodes);
  for (const to of graph.to) waitsFor[to] = waitsFor.get(to) + 1;
  const order = new IntColumn(graph.nodes);
  let count = 0;
  for (let node = 0; node < graph.nodes; node++) if (waitsFor[node] === 0) order[count++] = node;
  for (let i = 0; i < count; i++) {
    const node = order.get(i);
    for (let e = graph.start.get(node); e < graph.start.get(node + 1); e++) {
      const to = graph.to.get(e);
      waitsFor[to] = waitsFor.get(to) - 1;
      if (waitsFor[to] === 0) order[count++] = to;
    }
  }
  return count === graph.nodes ? order : null;
}

/** Draws the edges between the writers of a key, and from readers to writers, that zones imply. */
function orderWriters(
  { writers, readers }: Key,
  { begin, end }: Zones,
  add: (from: number, to: number) => void,
): void {
  const byEnd = writers.toSorted((a, b) => end.get(a) - end.get(b));
  const byBegin = writers.toSorted((a, b) => begin.get(a) - begin.get(b));
  for (const [writer, list] of readers) {
    const begun = list.reduce((latest, txn) => Math.max(latest, begin.get(txn)), -1);
    // Another writer that precedes a reader of this version precedes the version.
    const before = partition(byEnd, (other) => end.get(other) < begun);
    for (let i = before - 1; i >= 0 && i >= before - EDGES_MAX; i--) {
      const other = itemAt(byEnd, i);
      if (end.get(other) < begin.get(writer)) break;
      add(other, writer);
    }
    // Another writer that follows this version follows its readers.
    const after = partition(byBegin, (other) => begin.get(other) <= end.get(writer));
    for (const reader of list) {
      for (let i = after; i < byBegin.length && i < after + EDGES_MAX; i++) {
        const other = itemAt(byBegin, i);
        if (begin.get(other) > end.get(reader)) break;
        if (other !== writer) add(reader, other);
      }
    }
  }
}

/** How many of the first entries satisfy a condition that holds for a first part of them. */
function partition(list: readonly number[], holds: (entry: number) => boolean): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(itemAt(list, middle))) low = middle + 1;
    else high = middle;
  }
  return low;
}
