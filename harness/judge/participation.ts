/**
 * Whether a run put its nodes to work: where most of them never take part, faults hit only such ones,
 * or nothing is ever changed, that nothing went wrong says little, and a reader is told.
 */

import { faultWindows } from '../../checkers/fault-windows.ts';
import { type History, NEMESIS, OK } from '../../checkers/history.ts';
import { nodeName } from '../../checkers/trace.ts';

/** `idle`: nodes that exchanged no message, stored nothing and answered nobody in the whole run. */
interface Participation {
  readonly idle: readonly number[];
  readonly nodes: number;
}

/** Why the faults of a run tested nothing; null where some did, or there were none. */
export function untestedByFaults(history: History, { idle, nodes }: Participation): string | null {
  if (idle.length === 0) return null;
  const windows = faultWindows(history).filter(({ counts }) => counts);
  if (windows.length === 0) return null;
  const isAtWork = (number: string | undefined) => !idle.includes(Number(number) - 1);
  for (const { targets } of windows) {
    const cuts = [...targets.matchAll(/n(\d+)→n(\d+)/g)];
    // Of a cut, both ends must have something to say to each other.
    if (cuts.some(([, from, to]) => isAtWork(from) && isAtWork(to))) return null;
    if (cuts.length > 0) continue;
    const hit = [...targets.matchAll(/\bn(\d+)\b/g)];
    if (hit.length === 0 || hit.some(([, node]) => isAtWork(node))) return null;
  }
  return `no fault hit anything at work: ${idleText({ idle, nodes })}`;
}

/** Why what clients were answered tested nothing; null where more than reads succeeded. */
export function untestedByReads(history: History): string | null {
  const read = history.functions.find('read');
  for (let event = 0; event < history.length; event++) {
    const succeeded = history.type[event] === OK && history.process[event] !== NEMESIS;
    if (succeeded && history.f[event] !== read) return null;
  }
  return 'only reads succeeded: nothing was changed, so that no answer could be out of date';
}

/** What a reader must know of a valid run in which at most half of the nodes were at work. */
export function idlenessNote({ idle, nodes }: Participation): string | null {
  return 2 * idle.length < nodes || nodes === 1 ? null : idleText({ idle, nodes });
}

function idleText({ idle, nodes }: Participation): string {
  const names = idle.map(nodeName).join(', ');
  const was = idle.length === 1 ? 'was' : 'were';
  const did = 'neither exchanged a message nor stored a record nor answered a client';
  return `${names} of ${nodes} nodes ${was} idle (${did})`;
}
