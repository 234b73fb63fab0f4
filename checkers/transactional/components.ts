/** Strongly connected components: Tarjan's algorithm without recursion. */

import { IntColumn } from '../columns.ts';
import type { Graph } from './graph.ts';

export interface Components {
  /**
   * Component of each node. Components are numbered in reverse topological order: an edge never
   * leads to a component with a higher number.
   */
  readonly of: IntColumn;
  readonly count: number;
}

/** The components of `graph` along edges of `mask`. Linear. */
export function components(graph: Graph, mask: number): Components {
  const { nodes, start, to, kind } = graph;
  const of = new IntColumn(nodes).fill(-1);
  const index = new IntColumn(nodes);
  const low = new IntColumn(nodes);
  const stack = new IntColumn(nodes);
  const path = new IntColumn(nodes);
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
      const node = path.get(depth);
      const end = start.get(node + 1);
      let e = edge.get(node);
      let child = -1;
      let lowest = low.get(node);
      for (; e < end; e++) {
        if ((kind.get(e) & mask) === 0) continue;
        const next = to.get(e);
        if (of[next] !== -1) continue;
        const nextIndex = index.get(next);
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
          member = stack.get(--stacked);
          of[member] = count;
        } while (member !== node);
        count++;
      }
      depth--;
      if (depth >= 0) {
        const parent = path.get(depth);
        if (lowest < low.get(parent)) low[parent] = lowest;
      }
    }
  }
  return { of, count };
}

/** The components that hold a cycle: those of more than one node, each as ascending node numbers. */
export function cyclicComponents(graph: Graph, mask: number): IntColumn[] {
  const { of, count } = components(graph, mask);
  if (count === graph.nodes) return [];
  const size = new IntColumn(count);
  for (let node = 0; node < graph.nodes; node++) {
    const component = of.get(node);
    size[component] = size.get(component) + 1;
  }
  const members = new Map<number, IntColumn>();
  const filled = new IntColumn(count);
  for (let node = 0; node < graph.nodes; node++) {
    const component = of.get(node);
    if (size.get(component) < 2) continue;
    let list = members.get(component);
    if (list === undefined) {
      list = new IntColumn(size.get(component));
      members.set(component, list);
    }
    list[filled.get(component)] = node;
    filled[component] = filled.get(component) + 1;
  }
  return [...members.values()].sort((a, b) => a.get(0) - b.get(0));
}
