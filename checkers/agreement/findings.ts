/** What a trace checker has found: the first violation of each property, with its lines. */

import { nodeName, type Violation } from '../trace.ts';
import type { NodeId } from '../units.ts';
import { PROPERTIES, type PropertyName } from './properties.ts';

export class Findings {
  /** Position in the stream of the line that is being judged, from 0. */
  line = -1;
  /** The node of that line. */
  #node = 0;
  readonly violations: Violation[] = [];
  readonly #reported = new Set<string>();

  /** Goes on to the next line, which is of this node. */
  next(node: NodeId): void {
    this.line++;
    this.#node = node;
  }

  /**
   * Records that `property` is broken by the current line and the `earlier` one (-1: by the
   * current line alone). Only the first time: what follows from a broken state says little.
   * `because` says it in the protocol's terms. `told`, for people: where more can be said than the
   * property's own sentence does, or that would not be true of this case.
   */
  report(property: PropertyName, earlier: number, because: string, told?: string): void {
    if (this.#reported.has(property)) return;
    this.#reported.add(property);
    const lines = earlier < 0 || earlier === this.line ? [this.line] : [earlier, this.line];
    const sentence = told ?? PROPERTIES[property].broken(nodeName(this.#node));
    this.violations.push({ property, told: sentence, because, lines });
  }
}

/** What is wrong with a certificate, in the protocol's terms and for people. */
export interface Fault {
  readonly because: string;
  readonly told: string;
}

/** A leader that answers a read must have been told that it still leads: why it had not been. */
export function unconfirmed(
  name: string,
  { mode, acks }: { readonly mode: string; readonly acks: readonly object[] },
): string {
  if (mode === 'lease') return `${name} answered a read on a lease that it did not hold`;
  return acks.length === 0
    ? `${name} answered a read as leader before anybody had confirmed, after the read came, that it led`
    : `${name} answered a read as leader although too few had confirmed that it still led`;
}

/** Nodes as a reader calls them: `n1, n2 and n5`, or `nobody`. */
export function nodeNames(nodes: readonly NodeId[]): string {
  const names = nodes.map(nodeName);
  const last = names.pop();
  if (last === undefined) return 'nobody';
  return names.length === 0 ? last : `${names.join(', ')} and ${last}`;
}
