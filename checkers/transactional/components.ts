/** Strongly connected components: Tarjan's algorithm without recursion. */

import type { Graph } from './graph.ts';

export interface Components {
  /**
   * Component of each node. Components are numbered in reverse topological order: an edge never
   * leads to a component with a higher number.
   */
  readonly of: Int32Array;
  readonly count: number;
}

/** The components of `graph` along edges of `mask`. Linear. */
export function components(graph: Graph, mask: number): Components {
  const { nodes, start, to, kind } = graph;
  const of = new Int32Array(nodes).fill(-1);
  const index = new Int32Array(nodes);
  const low = new Int32Array(nodes);
  const stack = new Int32Array(nodes);
  const path = new Int32Array(nodes);
  const edge = start.slice(0, nodes);
  let stacked = 0;
  let seen = 0;
  let count = 0;
  for (let root = 0; root < nodes; root++) {
    if (index[root] !== 0) continue;
    let depth = 0;
    path[0] = root;
    index[root] = low[root] = ++seen;
    stack[stacked++] = root;
    while (depth >= 0) {
      const node = path[depth] as number;
      const end = start[node + 1] as number;
      let e = edge[node] as number;
      let child = -1;
      let lowest = low[node] as number;
      for (; e < end; e++) {
        if (((kind[e] as number) & mask) === 0) continue;
        const next = to[e] as number;
        if (of[next] !== -1) continue;
        const nextIndex = index[next] as number;
        if (nextIndex === 0) {
          child = next;
          break;
        }
        if (nextIndex < lowest) lowest = nextIndex;
      }
      low[node] = lowest;
      edge[node] = e + 1;
      if (child >= 0) {
        index[child] = low[child] = ++seen;
        stack[stacked++] = child;
        path[++depth] = child;
        continue;
      }
      if (lowest === index[node]) {
        let member: number;
        do {
          member = stack[--stacked] as number;
          of[member] = count;
        } while (member !== node);
        count++;
      }
      depth--;
      if (depth >= 0) {
        const parent = path[depth] as number;
        if (lowest < (low[parent] as number)) low[parent] = lowest;
      }
    }
  }
  return { of, count };
}

/** The components that hold a cycle: those of more than one node, each as ascending node numbers. */
export function cyclicComponents(graph: Graph, mask: number): Int32Array[] {
  const { of, count } = components(graph, mask);
  if (count === graph.nodes) return [];
  const size = new Int32Array(count);
  for (let node = 0; node < graph.nodes; node++) {
    const component = of[node] as number;
    size[component] = (size[component] as number) + 1;
  }
  const members = new Map<number, Int32Array>();
  const filled = new Int32Array(count);
  for (let node = 0; node < graph.nodes; node++) {
    const component = of[node] as number;
    if ((size[component] as number) < 2) continue;
    let list = members.get(component);
    if (list === undefined) {
      list = new Int32Array(size[component] as number);
      members.set(component, list);
    }
    list[filled[component] as number] = node;
    filled[component] = (filled[component] as number) + 1;
  }
  return [...members.values()].sort((a, b) => (a[0] as number) - (b[0] as number));
}
