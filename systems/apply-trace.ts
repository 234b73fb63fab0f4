/** How a log whose positions are plain numbers reports that it has executed a command. */

import type { TraceEvent } from '../checkers/trace.ts';
import type { Command, KvMachine } from './kv.ts';

interface Tracer {
  trace(event: TraceEvent): void;
}

/** What was executed, and the state's hash after it. */
interface Applied {
  readonly position: number;
  readonly command: Command;
  readonly stateHash: number;
}

export function traceApply(env: Tracer, fate: KvMachine['fate'], applied: Applied): void {
  const { position, command, stateHash } = applied;
  const { id, valueHash } = command;
  switch (fate) {
    case 'executed':
      env.trace({ kind: 'apply', position, id, valueHash, stateHash });
      break;
    case 'duplicate':
      env.trace({ kind: 'apply', position, id, valueHash, stateHash, duplicate: true });
      break;
    case 'refused':
      // Not executed, so not under its own name: exactly-once is judged by names.
      env.trace({ kind: 'apply', position, id: 'refused', valueHash, stateHash });
      break;
  }
}
