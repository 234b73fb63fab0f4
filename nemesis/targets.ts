/** Choosing nodes from one 32-bit draw. Pure: the same draw gives the same choice. */

import { itemAt } from '../checkers/item-at.ts';
import type { NodeId } from '../checkers/units.ts';
import type { ClusterView, Cut, Form } from './fault.ts';

/** The next draw from a draw: an integer hash, so that one number settles a whole choice. */
export function next(draw: number): number {
  let h = (draw + 0x9e37_79b9) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x21f0_aaad);
  h = Math.imul(h ^ (h >>> 15), 0x735a_2d97);
  return (h ^ (h >>> 15)) >>> 0;
}

/** A whole number from the first of these to the second, by a draw. */
export function between([least, most]: readonly [number, number], draw: number): number {
  return least + (draw % (most - least + 1));
}

/** The nodes in an order that follows from the draw (Fisher and Yates). */
export function shuffled(nodes: readonly NodeId[], draw: number): number[] {
  const order = [...nodes];
  let state = draw;
  for (let i = order.length - 1; i > 0; i--) {
    state = next(state);
    const j = state % (i + 1);
    const swapped = itemAt(order, i);
    order[i] = itemAt(order, j);
    order[j] = swapped;
  }
  return order;
}

/** A draw that follows from another, by which a node of these comes first wherever nodes are drawn. */
export function drawFor(node: NodeId, nodes: readonly NodeId[], draw: number): number {
  let state = draw;
  while (nodes.includes(node) && shuffled(nodes, state)[0] !== node) state = next(state);
  return state;
}

/** How many nodes are the largest minority. */
export function minorityOf(size: number): number {
  return Math.ceil(size / 2) - 1;
}

/** How many nodes are the smallest majority. */
export function majorityOf(size: number): number {
  return Math.floor(size / 2) + 1;
}

/** The cluster as if somebody led, whom the draw names: for who would rather hit anybody than nobody. */
export function withStandIn(view: ClusterView, draw: number): ClusterView {
  return { ...view, leader: view.leader ?? shuffled(view.nodes, draw)[0] ?? null };
}

/** The first in the order that does not lead. */
export function followerOf(order: readonly number[], leader: NodeId | null): number {
  return order.find((node) => node !== leader) ?? itemAt(order, 0);
}

/** Roles of whom an operator takes out of a cluster; of fewer than three, one would be left. */
export const OPERATED_FORMS: readonly Form[] = ['one', 'leader', 'follower'].map((form) => ({
  form,
  minNodes: 3,
}));

/** The least cluster in which somebody has the role, and somebody else has not where that matters. */
const NODES_MIN = { one: 1, leader: 1, minority: 3, majority: 3, all: 1 } as const;

/** Roles of `chosen` as forms of a nemesis, in this order: which of them a fault has is drawn by place. */
export function nodeForms(...roles: readonly (keyof typeof NODES_MIN)[]): readonly Form[] {
  return roles.map((form) => ({ form, minNodes: NODES_MIN[form] }));
}

/** Nodes by role: `one`, `leader`, `follower`, `minority`, `majority`, `all`; null when nobody has the role. */
export function chosen(role: string, view: ClusterView, draw: number): readonly number[] | null {
  const order = shuffled(view.nodes, draw);
  switch (role) {
    case 'one':
      return order.slice(0, 1);
    case 'leader':
      return view.leader === null ? null : [view.leader];
    case 'follower':
      return [followerOf(order, view.leader)];
    case 'minority':
      return order.slice(0, minorityOf(order.length)).sort((a, b) => a - b);
    case 'majority':
      return order.slice(0, majorityOf(order.length)).sort((a, b) => a - b);
    case 'all':
      return [...view.nodes];
    default:
      throw new Error(`no such role: ${role}`);
  }
}

/** Both directions of every link between two groups of nodes. */
export function linksBetween(one: readonly NodeId[], other: readonly NodeId[]): Cut[] {
  return one.flatMap((a) =>
    other.flatMap((b) => [
      { from: a, to: b },
      { from: b, to: a },
    ]),
  );
}

/** All links of a node with the rest of the cluster, both ways. */
export function linksAround(node: NodeId, { nodes }: ClusterView): Cut[] {
  return linksBetween(
    [node],
    nodes.filter((other) => other !== node),
  );
}

/** The roles of `chosenLinks` as forms of a nemesis. */
export const LINK_FORMS: readonly Form[] = ['one', 'leader', 'link', 'all'].map((form) => ({
  form,
  minNodes: 2,
}));

/** Links by role: `one` and `leader`: all of a node; `link`: between two; `all`; null where nobody has the role. */
export function chosenLinks(role: string, view: ClusterView, draw: number): readonly Cut[] | null {
  const order = shuffled(view.nodes, draw);
  switch (role) {
    case 'one':
      return linksAround(itemAt(order, 0), view);
    case 'leader':
      return view.leader === null ? null : linksAround(view.leader, view);
    case 'link':
      return linksBetween([itemAt(order, 0)], [itemAt(order, 1)]);
    case 'all':
      return view.nodes.flatMap((from) =>
        view.nodes.filter((to) => to !== from).map((to) => ({ from, to })),
      );
    default:
      throw new Error(`no such role: ${role}`);
  }
}
