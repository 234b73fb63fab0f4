/**
 * Quorums: by majority, by weights, or by a majority of groups with their weights. Sets of nodes
 * are bit masks: bit i is node i.
 */

import { assert } from '../../checkers/assert.ts';
import type { NodeId, NodeSet } from '../../checkers/units.ts';

export interface QuorumSpec {
  readonly kind: 'majority' | 'weighted' | 'hierarchical';
  /** By node; what is missing is 1. A node of weight 0 does not count. */
  readonly weights: readonly number[];
  /** The number of each node's group; what is missing is 0. */
  readonly groups: readonly number[];
}

/** Which sets of these voters are quorums, by mask. Throws if two of them do not meet. */
export function quorumTable(spec: QuorumSpec, voters: readonly NodeId[]): readonly boolean[] {
  const size = 2 ** (Math.max(...voters) + 1);
  const table = Array.from({ length: size }, (_, mask) => isQuorum(spec, voters, mask));
  assertMeeting(table);
  return table;
}

export function weightOf(spec: QuorumSpec, node: NodeId): number {
  return spec.kind === 'majority' ? 1 : (spec.weights[node] ?? 1);
}

function isQuorum(spec: QuorumSpec, voters: readonly NodeId[], mask: NodeSet): boolean {
  if (spec.kind !== 'hierarchical') return outweighs(spec, voters, mask);
  const members = new Map<number, number[]>();
  for (const node of voters) {
    if (weightOf(spec, node) === 0) continue;
    const group = spec.groups[node] ?? 0;
    members.set(group, [...(members.get(group) ?? []), node]);
  }
  let won = 0;
  for (const nodes of members.values()) if (outweighs(spec, nodes, mask)) won++;
  return won > members.size / 2;
}

/** Whether the nodes in the set have more than half of the weight of all these. */
function outweighs(spec: QuorumSpec, nodes: readonly NodeId[], mask: NodeSet): boolean {
  let all = 0;
  let present = 0;
  for (const node of nodes) {
    const weight = weightOf(spec, node);
    all += weight;
    if (has(mask, node)) present += weight;
  }
  return present > all / 2;
}

/** Two sets meet unless one lies within the complement of the other, so that is all to look at. */
function assertMeeting(table: readonly boolean[]): void {
  const all = table.length - 1;
  assert(table[all] === true, 'all voters together are no quorum');
  for (let mask = 0; mask <= all; mask++) {
    assert(!(table[mask] === true && table[all & ~mask] === true), 'two quorums do not meet');
  }
}

export function maskOf(nodes: readonly NodeId[]): number {
  let mask = 0;
  for (const node of nodes) mask |= 1 << node;
  return mask;
}

export function has(mask: NodeSet, node: NodeId): boolean {
  return (mask & (1 << node)) !== 0;
}

/** The nodes of a set, in order. */
export function nodesOf(mask: NodeSet): number[] {
  const nodes: NodeId[] = [];
  for (let node = 0; mask >> node !== 0; node++) if (has(mask, node)) nodes.push(node);
  return nodes;
}
