/**
 * Nodes that differ in nothing but their names are folded: of two to which nothing has happened yet, and
 * on the way to which there is the same, what happens to the second first is what happens to the first
 * first, by other names. So the second waits for the first.
 */

import type { NodeId } from '../../checkers/units.ts';
import type { Nodes } from './nodes.ts';
import type { Layout, Row } from './row.ts';

export class Symmetry {
  readonly #layout: Layout;
  readonly #nodes: Nodes;

  constructor(layout: Layout, nodes: Nodes) {
    this.#layout = layout;
    this.#nodes = nodes;
  }

  /** Something happens to a node. */
  touch(row: Row, node: NodeId): void {
    const { touched } = this.#layout;
    row.set(touched, row.get(touched) | (1 << node));
  }

  /** Whether another node stands for this one. */
  isFolded(row: Row, node: NodeId): boolean {
    if (!this.#isUntouched(row, node)) return false;
    for (let other = 0; other < node; other++) {
      if (this.#isUntouched(row, other) && this.#areToldTheSame(row, node, other)) return true;
    }
    return false;
  }

  #isUntouched(row: Row, node: NodeId): boolean {
    return ((row.get(this.#layout.touched) >> node) & 1) === 0;
  }

  /** Datagrams, and so they may come in any order. */
  #areToldTheSame(row: Row, node: NodeId, other: NodeId): boolean {
    const words = (to: NodeId): string => {
      const found: number[] = [];
      for (let at = this.#layout.flights; at < row.length; at++) {
        const flight = row.get(at);
        if (this.#nodes.flight(flight).to === to) found.push(this.#nodes.wordsOf(flight));
      }
      return found.sort((a, b) => a - b).join();
    };
    return words(node) === words(other);
  }
}
