/** Shortest cycles through an edge of a given kind, and exact reachability for many pairs at once. */

import { IntColumn } from '../columns.ts';
import { itemAt } from '../item-at.ts';
import { components } from './components.ts';
import { type Graph, VIA } from './graph.ts';

/** An edge as its source and its position in the graph's columns. */
export interface EdgeAt {
  readonly from: number;
  readonly edge: number;
}

/** How many edges a search may look at before it starts no further one. */
const EDGES_MAX = 1_000_000;

/** All edges of `kind`. */
export function edgesOf(graph: Graph, kind: number): EdgeAt[] {
  const found: EdgeAt[] = [];
  for (let from = 0; from < graph.nodes; from++) {
    const end = graph.start.get(from + 1);
    for (let edge = graph.start.get(from); edge < end; edge++) {
      if ((graph.kind.get(edge) & kind) !== 0) found.push({ from, edge });
    }
  }
  return found;
}

/** Those edges that lie on a cycle of `mask`, which must contain the kind of the edges. Linear. */
export function onCycles(graph: Graph, edges: readonly EdgeAt[], mask: number): EdgeAt[] {
  if (edges.length === 0) return [];
  const { of } = components(graph, mask);
  return edges.filter(({ from, edge }) => of[from] === of[graph.to.get(edge)]);
}

/**
 * Those edges from whose target their source is reached along `mask`: exact, without a time-out.
 *
 * Components are passed in topological order, with one bit for each of 32 edges a pass. An edge
 * that leads on in topological order cannot be closed and needs no bit. Stops after the first pass
 * that finds any.
 */
export function closable(graph: Graph, edges: readonly EdgeAt[], mask: number): EdgeAt[] {
  const { of, count } = components(graph, mask);
  const component = (node: number): number => of.get(node);
  const target = (edge: EdgeAt): number => component(graph.to.get(edge.edge));
  const immediate = edges.filter((edge) => target(edge) === component(edge.from));
  if (immediate.length > 0) return immediate;
  const open = edges
    .filter((edge) => target(edge) > component(edge.from))
    .sort((a, b) => target(b) - target(a));
  if (open.length === 0) return [];
  const { order, begin } = byComponent(of, count);
  const bits = new IntColumn(count);
  for (let first = 0; first < open.length; first += 32) {
    const batch = open.slice(first, first + 32);
    bits.fill(0);
    let lowest = count;
    batch.forEach((edge, bit) => {
      bits[target(edge)] = bits.get(target(edge)) | (1 << bit);
      lowest = Math.min(lowest, component(edge.from));
    });
    for (let c = target(itemAt(batch, 0)); c > lowest; c--) {
      if (bits[c] === 0) continue;
      for (let i = begin.get(c); i < begin.get(c + 1); i++) {
        spread(graph, { node: order.get(i), mask, of, bits });
      }
    }
    const closed = batch.filter((edge, bit) => (bits.get(component(edge.from)) & (1 << bit)) !== 0);
    if (closed.length > 0) return closed;
  }
  return [];
}

/** Passes the bits of a node's component on to the components that its edges lead to. */
function spread(
  graph: Graph,
  by: {
    readonly node: number;
    readonly mask: number;
    readonly of: IntColumn;
    readonly bits: IntColumn;
  },
): void {
  const { node, mask, of, bits } = by;
  const reached = bits.get(of.get(node));
  const end = graph.start.get(node + 1);
  for (let e = graph.start.get(node); e < end; e++) {
    if ((graph.kind.get(e) & mask) === 0) continue;
    const next = of.get(graph.to.get(e));
    bits[next] = bits.get(next) | reached;
  }
}

/** Nodes sorted by component, with where each component begins. */
function byComponent(of: IntColumn, count: number): { order: IntColumn; begin: IntColumn } {
  const begin = new IntColumn(count + 1);
  for (const c of of) begin[c + 1] = begin.get(c + 1) + 1;
  for (let c = 0; c < count; c++) begin[c + 1] = begin.get(c + 1) + begin.get(c);
  const next = begin.slice();
  const order = new IntColumn(of.length);
  for (let node = 0; node < of.length; node++) {
    const c = of.get(node);
    order[next.get(c)] = node;
    next[c] = next.get(c) + 1;
  }
  return { order, begin };
}

/** Breadth-first search for short cycles, with its arrays kept between searches. */
export class CycleSearch {
  readonly #graph: Graph;
  readonly #seen: IntColumn;
  readonly #arrivedBy: IntColumn;
  readonly #cameFrom: IntColumn;
  #stamp = 0;
  #looked = 0;

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#seen = new IntColumn(graph.nodes);
    this.#arrivedBy = new IntColumn(graph.nodes);
    this.#cameFrom = new IntColumn(graph.nodes);
  }

  /**
   * The shortest cycle that begins with one of `firsts` and goes on along `mask`, of at most
   * `lengthMax` edges (`VIA` not counted); null when none was found. The search from the first of
   * `firsts` always runs to its end, those from the others only while the budget lasts.
   */
  shortest(firsts: readonly EdgeAt[], mask: number, lengthMax: number): EdgeAt[] | null {
    let best: EdgeAt[] | null = null;
    let most = lengthMax;
    this.#looked = 0;
    for (const first of firsts) {
      if (most < 2 || this.#looked > EDGES_MAX) break;
      const path = this.#search(first, mask, most);
      if (path === null) continue;
      best = path;
      most = length(this.#graph, path) - 1;
    }
    return best;
  }

  #search(first: EdgeAt, mask: number, lengthMax: number): EdgeAt[] | null {
    const { start, to, kind } = this.#graph;
    const seen = this.#seen;
    const stamp = ++this.#stamp;
    const source = to.get(first.edge);
    let level = [source];
    seen[source] = stamp;
    this.#arrivedBy[source] = -1;
    // The first edge counts one, and the cycle must close within `lengthMax`.
    for (let depth = 1; depth <= lengthMax && level.length > 0; depth++) {
      const next: number[] = [];
      for (let i = 0; i < level.length; i++) {
        const node = itemAt(level, i);
        if (node === first.from) return this.#unwind(first);
        const end = start.get(node + 1);
        this.#looked += end - start.get(node);
        for (let e = start.get(node); e < end; e++) {
          const edgeKind = kind.get(e);
          const target = to.get(e);
          if ((edgeKind & mask) === 0 || seen[target] === stamp) continue;
          if (edgeKind !== VIA && depth === lengthMax) continue;
          seen[target] = stamp;
          this.#arrivedBy[target] = e;
          this.#cameFrom[target] = node;
          (edgeKind === VIA ? level : next).push(target);
        }
      }
      level = next;
    }
    return null;
  }

  #unwind(first: EdgeAt): EdgeAt[] {
    const path: EdgeAt[] = [];
    let node = first.from;
    while (this.#arrivedBy[node] !== -1) {
      const from = this.#cameFrom.get(node);
      path.push({ from, edge: this.#arrivedBy.get(node) });
      node = from;
    }
    path.push(first);
    return path.reverse();
  }
}

/** Length of a path, `VIA` not counted. */
function length(graph: Graph, path: readonly EdgeAt[]): number {
  return path.filter(({ edge }) => graph.kind[edge] !== VIA).length;
}

/** A shortest path from a node to one that is wanted; empty when there is none. */
export function pathTo(graph: Graph, source: number, wanted: (node: number) => boolean): EdgeAt[] {
  const arrived = new Map<number, EdgeAt>();
  const queue = [source];
  for (const from of queue) {
    for (let edge = graph.start.get(from); edge < graph.start.get(from + 1); edge++) {
      const to = graph.to.get(edge);
      if (to === source || arrived.has(to)) continue;
      arrived.set(to, { from, edge });
      if (!wanted(to)) {
        queue.push(to);
        continue;
      }
      const path: EdgeAt[] = [];
      for (let step = arrived.get(to); step !== undefined; step = arrived.get(step.from))
        path.push(step);
      return path.reverse();
    }
  }
  return [];
}
