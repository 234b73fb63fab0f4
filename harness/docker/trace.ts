/** Collects the nodes' traces from where they write them, and merges them. */

import { existsSync, readFileSync } from 'node:fs';
import { compareLines, type TraceLine } from '../../checkers/trace.ts';

/** The lines that a node has written so far; one that is just being written is left out. */
export function readTrace(path: string): TraceLine[] {
  if (!existsSync(path)) return [];
  const text = readFileSync(path, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  return whole
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as TraceLine);
}

/**
 * The line that the harness writes for a node that it killed: follows the last line of that life.
 * Null when the node died before it said anything, or has said itself that it stopped.
 */
export function crashLine(last: TraceLine | undefined, timeNs: number): TraceLine | null {
  if (last === undefined || last.event.kind === 'panic') return null;
  return { ...last, time: timeNs, sequence: last.sequence + 1, event: { kind: 'crash' } };
}

/** All lines in one order that is consistent with causality, the harness's own among them. */
export function mergeTraces(
  nodes: readonly (readonly TraceLine[])[],
  crashes: readonly TraceLine[],
): TraceLine[] {
  // A node killed before the first line of its next life leaves two crash lines of one life.
  const seen = new Set<string>();
  const once = crashes.filter(({ node, incarnation }) => {
    const life = `${node}:${incarnation}`;
    return !seen.has(life) && seen.add(life);
  });
  return [...nodes.flat(), ...once].sort(compareLines);
}
