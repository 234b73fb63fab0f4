/** Which lines of a trace count for which node: its lives, one after the other. */

import { nodeName, type TraceEvent } from '../trace.ts';
import type { NodeId } from '../units.ts';
import type { Replica } from './applied-log.ts';
import type { Findings } from './findings.ts';

/** Node numbers are bits of a 32-bit integer in certificates. */
export const NODES_MAX = 31;

/** One node, after its latest line. */
export interface Member extends Replica {
  /** The life that it is in, from 1; 0 before the first. */
  incarnation: number;
  /** Line of its latest start; -1 before any. */
  bootLine: number;
}

export interface Cluster<Node extends Member> {
  readonly findings: Findings;
  /** By number; holes where nothing has booted. */
  readonly nodes: (Node | undefined)[];
  /** `orphans`: lines of nodes that never said that they were started. */
  readonly stats: { orphans: number };
}

/**
 * Takes the next line. Returns the node that it counts for, which `make` builds at its first
 * start; null where the line is of no life that is known to be under way. NodeIdMatch: at any time
 * at most one incarnation of a node is alive.
 */
export function memberOf<Node extends Member>(
  cluster: Cluster<Node>,
  event: TraceEvent,
  node: NodeId,
  incarnation: number,
  make: (node: NodeId) => Node,
): Node | null {
  const { nodes, stats, findings } = cluster;
  findings.next(node);
  let member = nodes[node];
  if (event.kind !== 'boot') {
    // Written by the harness, which may not know the incarnation.
    if (event.kind === 'crash') return member ?? null;
    if (member === undefined) stats.orphans++;
    else if (incarnation === member.incarnation) return member;
    else stray(cluster, member, incarnation);
    return null;
  }
  if (node < 0 || node >= NODES_MAX) {
    stats.orphans++;
    return null;
  }
  if (member === undefined) {
    member = make(node);
    nodes[node] = member;
  } else if (incarnation <= member.incarnation) {
    stray(cluster, member, incarnation);
    return null;
  }
  return member;
}

function stray({ findings, stats }: Cluster<Member>, member: Member, incarnation: number): void {
  if (incarnation > member.incarnation) {
    stats.orphans++;
    return;
  }
  findings.report(
    'NodeIdMatch',
    member.bootLine,
    `incarnation ${incarnation} of ${nodeName(member.node)} was active after incarnation ` +
      `${member.incarnation} had started`,
  );
}

/** PANIC: a node's own assertion failed, or code of a variant threw in it. */
export function onPanic(
  { findings }: Cluster<Member>,
  member: Member,
  event: Extract<TraceEvent, { kind: 'panic' }>,
): void {
  reportPanic(findings, member.node, event);
}

export function reportPanic(
  findings: Findings,
  node: NodeId,
  { reason, blame }: Extract<TraceEvent, { kind: 'panic' }>,
): void {
  const name = nodeName(node);
  if (blame === undefined) findings.report('PANIC', -1, `${name} stopped itself: ${reason}`);
  // Whoever wrote the code that threw looks for its file and line first.
  else findings.report('PANIC', -1, `${name} crashed: ${reason}`, `${reason}, and ended ${name}`);
}

/** How many nodes a set of bits holds. */
export function countNodes(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++;
  return count;
}

export function bitsOf(nodes: readonly NodeId[]): number {
  let bits = 0;
  for (const node of nodes) bits |= 1 << node;
  return bits;
}

/** The nodes in a set of bits, in order. */
export function nodesIn(bits: number): number[] {
  const nodes: NodeId[] = [];
  for (let node = 0; node < NODES_MAX; node++) if ((bits & (1 << node)) !== 0) nodes.push(node);
  return nodes;
}
