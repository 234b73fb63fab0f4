/** What a trace checker has found: the first violation of each property, with its lines. */

import { nodeName, type Violation } from '../trace.ts';

export class Findings {
  /** Position in the stream of the line that is being judged, from 0. */
  line = -1;
  readonly violations: Violation[] = [];
  readonly #reported = new Set<string>();

  /**
   * Records that `property` is broken by the current line and the `earlier` one (-1: by the
   * current line alone). Only the first time: what follows from a broken state says little.
   */
  report(property: string, earlier: number, because: string): void {
    if (this.#reported.has(property)) return;
    this.#reported.add(property);
    const lines = earlier < 0 || earlier === this.line ? [this.line] : [earlier, this.line];
    this.violations.push({ property, because: `${property}: ${because}`, lines });
  }
}

/** Nodes as a reader calls them: `n1, n2 and n5`, or `nobody`. */
export function nodeNames(nodes: readonly number[]): string {
  const names = nodes.map(nodeName);
  const last = names.pop();
  if (last === undefined) return 'nobody';
  return names.length === 0 ? last : `${names.join(', ')} and ${last}`;
}
