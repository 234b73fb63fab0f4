/**
 * Dependency graphs: which transaction must come before which, and why.
 *
 * Nodes are transactions, and above them hubs: nodes that stand for "any of these before any of
 * those" so that n readers before m writers take n + m edges. An edge into a hub has the kind of
 * the dependency, edges that leave it are `VIA` and cost nothing in the length of a cycle.
 */

import { ByteColumn, IntColumn } from '../columns.ts';
import { itemAt } from '../item-at.ts';

/** Write-write: the target installed a later version of something that the source wrote. */
export const WW = 1;
/** Write-read: the target read what the source wrote. */
export const WR = 2;
/** Read-write, an anti-dependency: the source read a version that the target replaced. */
export const RW = 4;
/** One process completed the source before it began the target. */
export const PROCESS = 8;
/** The source completed before the target began. */
export const REALTIME = 16;
/** Out of a hub. */
export const VIA = 32;
/** Inferred commit order (`weak.ts`). */
export const COMMIT = 64;

/** Edges while they are being found. */
export class EdgeList {
  nodes: number;
  count = 0;
  from: IntColumn;
  to: IntColumn;
  kind: ByteColumn;

  constructor(nodes: number, capacity = 1024) {
    this.nodes = nodes;
    this.from = new IntColumn(capacity);
    this.to = new IntColumn(capacity);
    this.kind = new ByteColumn(capacity);
  }

  /** Adds an edge; one from a node to itself says nothing and is left out. */
  add(from: number, to: number, kind: number): void {
    if (from === to) return;
    const at = this.count;
    if (at === this.from.length) this.#grow();
    this.from[at] = from;
    this.to[at] = to;
    this.kind[at] = kind;
    this.count = at + 1;
  }

  hub(): number {
    return this.nodes++;
  }

  /** Adds `kind` edges from each of `sources` to each of `targets`, never from a node to itself. */
  product(sources: readonly number[], targets: readonly number[], kind: number): void {
    if (sources.length * targets.length <= 2 * (sources.length + targets.length)) {
      for (const source of sources) for (const target of targets) this.add(source, target, kind);
      return;
    }
    const targetAt = new Map(targets.map((target, i) => [target, i]));
    const all = this.hub();
    for (const target of targets) this.add(all, target, VIA);
    // A node on both sides must reach all targets but itself: those before it and those after it.
    const both = sources.filter((source) => targetAt.has(source));
    const before = both.length > 0 ? this.#chain(targets) : [];
    const after = both.length > 0 ? this.#chain(targets.toReversed()).toReversed() : [];
    for (const source of sources) {
      const at = targetAt.get(source);
      if (at === undefined) {
        this.add(source, all, kind);
        continue;
      }
      if (at > 0) this.add(source, itemAt(before, at - 1), kind);
      if (at + 1 < targets.length) this.add(source, itemAt(after, at + 1), kind);
    }
  }

  /** Hubs of which the i-th leads to targets 0 to i. */
  #chain(targets: readonly number[]): number[] {
    const hubs: number[] = [];
    for (const target of targets) {
      const hub = this.hub();
      const previous = hubs.at(-1);
      if (previous !== undefined) this.add(hub, previous, VIA);
      this.add(hub, target, VIA);
      hubs.push(hub);
    }
    return hubs;
  }

  #grow(): void {
    const capacity = this.from.length * 2;
    this.from = this.from.grown(capacity);
    this.to = this.to.grown(capacity);
    this.kind = this.kind.grown(capacity);
  }
}

/** Compressed sparse rows: the edges of node n are `start[n]` to `start[n + 1]`. */
export interface Graph {
  readonly nodes: number;
  readonly start: IntColumn;
  readonly to: IntColumn;
  readonly kind: ByteColumn;
}

/** Sorts edges by their source, keeping only kinds of `mask`. Linear. */
export function toGraph(edges: EdgeList, mask = 0xff): Graph {
  const { nodes, count, from, to, kind } = edges;
  const start = new IntColumn(nodes + 1);
  let kept = 0;
  for (let e = 0; e < count; e++) {
    if ((kind.get(e) & mask) === 0) continue;
    const node = from.get(e);
    start[node] = start.get(node) + 1;
    kept++;
  }
  let sum = 0;
  for (let node = 0; node <= nodes; node++) {
    const degree = start.get(node);
    start[node] = sum;
    sum += degree;
  }
  const next = start.slice();
  const sortedTo = new IntColumn(kept);
  const sortedKind = new ByteColumn(kept);
  for (let e = 0; e < count; e++) {
    if ((kind.get(e) & mask) === 0) continue;
    const node = from.get(e);
    const at = next.get(node);
    sortedTo[at] = to.get(e);
    sortedKind[at] = kind.get(e);
    next[node] = at + 1;
  }
  return { nodes, start, to: sortedTo, kind: sortedKind };
}

/** A part of a graph with nodes of its own; `ids` leads back. */
export interface Subgraph {
  readonly graph: Graph;
  readonly ids: IntColumn;
}

/**
 * The part of `graph` between `ids`, with edges of `mask`.
 * `scratch` has an entry per node, all -1, and is left so: many small parts need one allocation.
 */
export function subgraph(graph: Graph, ids: IntColumn, mask: number, scratch: IntColumn): Subgraph {
  for (let i = 0; i < ids.length; i++) scratch[ids.get(i)] = i;
  const edges = new EdgeList(ids.length);
  for (let i = 0; i < ids.length; i++) {
    const node = ids.get(i);
    const end = graph.start.get(node + 1);
    for (let e = graph.start.get(node); e < end; e++) {
      const target = scratch.get(graph.to.get(e));
      const kind = graph.kind.get(e);
      if (target >= 0 && (kind & mask) !== 0) edges.add(i, target, kind);
    }
  }
  for (const id of ids) scratch[id] = -1;
  return { graph: toGraph(edges), ids };
}
