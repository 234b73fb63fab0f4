/**
 * Finds and classifies cycles of a dependency graph (Adya, "Weak Consistency", 1999; Cerone and
 * Gotsman, "Analysing Snapshot Isolation", 2016).
 *
 * Whether a kind of cycle exists is decided exactly: G0, G1c and G2 by components, G-single by
 * reachability in batches, G-nonadjacent by components of the graph in which a node remembers
 * whether the last edge was an anti-dependency. Only the search for the *shortest* cycle has a
 * budget. G-nonadjacent is looked for in a component without G-single, and G2-item in one without
 * either: they are implied.
 */

import { IntColumn } from '../columns.ts';
import { CYCLES, type CycleKind } from './anomalies.ts';
import { cyclicComponents } from './components.ts';
import {
  EdgeList,
  type Graph,
  type PROCESS,
  type REALTIME,
  RW,
  type Subgraph,
  subgraph,
  toGraph,
  VIA,
  WR,
  WW,
} from './graph.ts';
import { CycleSearch, closable, type EdgeAt, edgesOf, onCycles } from './search.ts';

/** A cycle: `nodes[i]` comes before `nodes[i + 1]` by `kinds[i]`, the last before the first. */
export interface Cycle {
  readonly kind: CycleKind;
  readonly nodes: readonly number[];
  readonly kinds: readonly number[];
}

/** A length that no cycle has: twice the edges of the longest in a product graph. */
const ANY_LENGTH = 0x3fff_ffff;

/** A cycle of the second kind is not looked for in a component that has one of the first kinds. */
const MILDER: Readonly<Record<CycleKind, readonly CycleKind[]>> = {
  G0: [],
  G1c: [],
  'G-single-item': [],
  'G-nonadjacent-item': ['G-single-item'],
  'G2-item': ['G-single-item', 'G-nonadjacent-item'],
};

/** Cycles as short as this are looked for before anything is proved about reachability. */
const SHORT = 4;

/** Shortest cycles of the kinds in `wanted`, at most one of a kind in each component. */
export function findCycles(
  graph: Graph,
  order: 0 | typeof PROCESS | typeof REALTIME,
  wanted: ReadonlySet<CycleKind> = new Set(CYCLES),
): Cycle[] {
  const always = order | VIA;
  const everything = WW | WR | RW | always;
  const scratch = new IntColumn(graph.nodes).fill(-1);
  const found: Cycle[] = [];
  for (const ids of cyclicComponents(graph, everything)) {
    const part = subgraph(graph, ids, everything, scratch);
    const kinds = new Set<CycleKind>();
    for (const kind of CYCLES) {
      if (!wanted.has(kind) || MILDER[kind].some((worse) => kinds.has(worse))) continue;
      const cycle = findCycle(part, kind, always);
      if (cycle === null) continue;
      kinds.add(kind);
      found.push(cycle);
    }
  }
  return found;
}

function findCycle(part: Subgraph, kind: CycleKind, always: number): Cycle | null {
  switch (kind) {
    case 'G0':
      return through(part, kind, WW, WW | always);
    case 'G1c':
      return through(part, kind, WR, WW | WR | always);
    case 'G-single-item':
      return single(part, WW | WR | always);
    case 'G-nonadjacent-item':
      return nonadjacent(part, WW | WR | always);
    case 'G2-item':
      return through(part, kind, RW, WW | WR | RW | always);
  }
}

/** A cycle of `mask` with at least one edge of `required`, which `mask` contains. */
function through(
  { graph, ids }: Subgraph,
  kind: CycleKind,
  required: number,
  mask: number,
): Cycle | null {
  const firsts = onCycles(graph, edgesOf(graph, required), mask);
  const path = new CycleSearch(graph).shortest(firsts, mask, ANY_LENGTH);
  return path === null ? null : toCycle(graph, path, kind, (node) => ids.get(node));
}

/** A cycle of `mask` with exactly one anti-dependency. */
function single({ graph, ids }: Subgraph, mask: number): Cycle | null {
  const edges = edgesOf(graph, RW);
  const search = new CycleSearch(graph);
  const path =
    search.shortest(edges, mask, SHORT) ??
    search.shortest(closable(graph, edges, mask), mask, ANY_LENGTH);
  return path === null ? null : toCycle(graph, path, 'G-single-item', (node) => ids.get(node));
}

/** A cycle in which no two anti-dependencies are neighbours. */
function nonadjacent({ graph, ids }: Subgraph, mask: number): Cycle | null {
  const n = graph.nodes;
  // Node v + n is v reached by an anti-dependency: another one may not follow.
  const edges = new EdgeList(2 * n);
  for (let from = 0; from < n; from++) {
    const end = graph.start.get(from + 1);
    for (let e = graph.start.get(from); e < end; e++) {
      const to = graph.to.get(e);
      const kind = graph.kind.get(e);
      if (kind === RW) edges.add(from, to + n, RW);
      else if ((kind & mask) !== 0) {
        edges.add(from, to, kind);
        edges.add(from + n, kind === VIA ? to + n : to, kind);
      }
    }
  }
  const product = toGraph(edges);
  const firsts = onCycles(product, edgesOf(product, RW), mask | RW);
  const path = new CycleSearch(product).shortest(firsts, mask | RW, ANY_LENGTH);
  return path === null
    ? null
    : toCycle(product, path, 'G-nonadjacent-item', (node) => ids.get(node % n));
}

/** A path as a cycle of transactions: an edge into a hub goes on to where the hub leads. */
function toCycle(
  graph: Graph,
  path: readonly EdgeAt[],
  kind: CycleKind,
  id: (node: number) => number,
): Cycle {
  const steps = path.filter(({ edge }) => graph.kind[edge] !== VIA);
  return {
    kind,
    nodes: steps.map(({ from }) => id(from)),
    kinds: steps.map(({ edge }) => graph.kind.get(edge)),
  };
}
