/** Cuts links: into halves, around one node or the leader, in a ring, over a bridge, one way only. */

import { itemAt } from '../checkers/item-at.ts';
import type { NodeId } from '../checkers/units.ts';
import type { Cut, Nemesis } from './fault.ts';
import { followerOf, linksBetween, majorityOf, minorityOf, shuffled } from './targets.ts';

export const partition: Nemesis = {
  name: 'partition',
  describe: 'cuts links between nodes: halves, one node, the leader, a bridge, a ring, one way',
  needs: 'partition',
  harms: 'its-links',
  words: { begins: 'the network is cut ({form})', ends: 'the network is whole again' },
  forms: [
    { form: 'halves', minNodes: 2 },
    { form: 'isolate-one', minNodes: 2 },
    { form: 'isolate-leader', minNodes: 2 },
    { form: 'bridge', minNodes: 4 },
    { form: 'majorities-ring', minNodes: 4 },
    { form: 'one-way', minNodes: 2 },
    { form: 'one-way-leader', minNodes: 2 },
  ],
  lagging: { form: 'isolate-follower', minNodes: 3 },
  resolve: (planned, view) => {
    const order = shuffled(view.nodes, planned.draw);
    const cuts = cutsOf(planned.form, order, view.leader, planned.draw);
    return cuts === null ? null : { kind: 'partition', shape: planned.form, cuts };
  },
};

/** The cuts of a form over the nodes in a drawn order; null when the form finds no target. */
function cutsOf(
  form: string,
  order: readonly number[],
  leader: NodeId | null,
  draw: number,
): Cut[] | null {
  const size = order.length;
  const [first = 0] = order;
  switch (form) {
    case 'halves': {
      const small = minorityOf(size) || 1;
      return linksBetween(order.slice(0, small), order.slice(small));
    }
    case 'isolate-one':
      return linksBetween([first], order.slice(1));
    case 'isolate-leader':
      return leader === null ? null : linksBetween([leader], without(order, leader));
    case 'isolate-follower': {
      const follower = followerOf(order, leader);
      return linksBetween([follower], without(order, follower));
    }
    case 'bridge': {
      // Two sides that reach each other only through the node in the middle.
      const side = Math.floor((size - 1) / 2);
      return linksBetween(order.slice(1, 1 + side), order.slice(1 + side));
    }
    case 'majorities-ring':
      return ringCuts(order);
    case 'one-way':
      return oneWay(first, order.slice(1), draw);
    case 'one-way-leader':
      return leader === null ? null : oneWay(leader, without(order, leader), draw);
    default:
      throw new Error(`partition has no form ${form}`);
  }
}

function without(nodes: readonly NodeId[], node: NodeId): number[] {
  return nodes.filter((other) => other !== node);
}

/** Cuts either what the node says or what it hears, by a bit of the draw. */
function oneWay(node: NodeId, others: readonly NodeId[], draw: number): Cut[] {
  const speaks = (draw & 1) === 0;
  return others.map((other) => (speaks ? { from: node, to: other } : { from: other, to: node }));
}

/** Every node keeps its neighbours on a ring, enough for a majority, and no two see the same one. */
function ringCuts(order: readonly number[]): Cut[] {
  const size = order.length;
  const reach = Math.ceil((majorityOf(size) - 1) / 2);
  const cuts: Cut[] = [];
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      const apart = Math.min((i - j + size) % size, (j - i + size) % size);
      if (apart > reach) cuts.push({ from: itemAt(order, i), to: itemAt(order, j) });
    }
  }
  return cuts;
}
