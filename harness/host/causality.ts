/**
 * What happened before what, over all processes of a run: a Lamport clock, and how many lines of
 * every node's trace came earlier.
 *
 * Each frame between processes carries both, and so does each line of a trace whose writer had
 * heard something new. Traces that are read one after another while their nodes run end at
 * different moments, so that a message's effect may have been read and its cause not; from the
 * stamps a reader knows, and leaves such effects out. Protocols never see any of it.
 */

import { itemAt } from '../../checkers/item-at.ts';
import type { TraceLine } from '../../checkers/trace.ts';
import type { NodeId } from '../../checkers/units.ts';
import { count, fields, list } from '../core/shape.ts';

/** What a process knew when it sent a frame. */
export interface Stamp {
  readonly lamport: number;
  /** By node: so many lines of its trace, over all its lives, had been written. */
  readonly lines: readonly number[];
}

export const stamp = fields<Stamp>({ lamport: count, lines: list(count) });

/** A line as a node writes it. */
export interface StampedLine extends TraceLine {
  /** As `Stamp.lines`, where the node had heard of more since its line before this one. */
  readonly after?: readonly number[];
}

/** The knowledge of one process. */
export class CausalClock {
  #lamport = 0;
  readonly #lines: number[];

  constructor(nodes: number) {
    this.#lines = Array.from({ length: nodes }, () => 0);
  }

  get lamport(): number {
    return this.#lamport;
  }

  stamp(): Stamp {
    return { lamport: this.#lamport, lines: [...this.#lines] };
  }

  /** What happens from now on happened after this; tells whether it had heard of less before. */
  witness({ lamport, lines }: Stamp): boolean {
    let isNews = false;
    if (lamport > this.#lamport) this.#lamport = lamport;
    for (const [node, count] of lines.entries()) {
      if (count <= (this.#lines[node] ?? 0)) continue;
      this.#lines[node] = count;
      isNews = true;
    }
    return isNews;
  }

  /** A line is being written to the trace of `node`; the line's Lamport time. */
  tick(node: NodeId): number {
    this.#lines[node] = (this.#lines[node] ?? 0) + 1;
    return ++this.#lamport;
  }
}

/** The largest consistent cut of traces that may each end anywhere. */
export interface Cut {
  /** By node: so many of its lines have all their causes among the lines in the cut. */
  readonly kept: readonly number[];
  /** By node: so many lines of it must exist, for another node has heard of them. */
  readonly heardOf: readonly number[];
}

/** What is cut off depends on lines that are not there. Lines are all of a node, from its first. */
export function consistentCut(nodes: readonly (readonly StampedLine[])[]): Cut {
  const kept = nodes.map((lines) => lines.length);
  const heardOf = nodes.map(() => 0);
  const stamps = nodes.map(stampsOf);
  for (const { after } of stamps.flatMap((all) => all.slice(-1))) {
    for (const [node, count] of after.entries()) {
      heardOf[node] = Math.max(heardOf[node] ?? 0, count);
    }
  }
  const lacks = ({ after }: LineStamp, node: NodeId) =>
    after.some((count, of) => of !== node && count > (kept[of] ?? 0));
  for (let changed = true; changed; ) {
    changed = false;
    for (const [node, own] of stamps.entries()) {
      // Stamps only grow: the last one in the cut binds.
      let last = own.at(-1);
      for (; last !== undefined && last.at >= itemAt(kept, node); last = own.at(-1)) own.pop();
      if (last === undefined || !lacks(last, node)) continue;
      kept[node] = last.at;
      changed = true;
    }
  }
  return { kept, heardOf };
}

/** From the line `at` on, up to the next one of these, a node had heard of so many lines. */
interface LineStamp {
  readonly at: number;
  readonly after: readonly number[];
}

/** What a node had heard of in an earlier life binds the lines of later ones, too. */
function stampsOf(lines: readonly StampedLine[]): LineStamp[] {
  const stamps: LineStamp[] = [];
  for (const [at, { after }] of lines.entries()) {
    if (after === undefined) continue;
    const before = stamps.at(-1)?.after;
    stamps.push({ at, after: after.map((count, node) => Math.max(count, before?.[node] ?? 0)) });
  }
  return stamps;
}
