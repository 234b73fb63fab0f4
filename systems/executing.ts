/** Executing one command of a replicated log, and reporting it. */

import type { ApplyFacts, TraceEvent } from '../checkers/trace.ts';
import type { LogIndex, Micros } from '../checkers/units.ts';
import type { Command, Execution, KvMachine, KvState } from './kv.ts';

interface Executing {
  readonly state: { readonly kv: KvState; applied: LogIndex };
  readonly env: { wallUs(): Micros; trace(event: TraceEvent): void };
  readonly machine: KvMachine;
}

/**
 * Executes the command at `position` of the log, which is the one behind what is executed; `facts` are
 * what the protocol reports of it besides.
 */
export function executeCommand(
  { state, env, machine }: Executing,
  position: LogIndex,
  command: Command,
  facts: ApplyFacts | null = null,
): Execution {
  const execution = machine.execute(state.kv, position, command, env.wallUs());
  state.applied = position;
  const { valueHash } = command;
  const stateHash = state.kv.hash;
  // What was refused is not executed, so not under its own name: exactly-once is judged by names.
  const id = execution.fate === 'refused' ? 'refused' : command.id;
  const applied = { kind: 'apply', position, id, valueHash, stateHash } as const;
  const event = facts === null ? applied : { ...applied, ...facts };
  env.trace(execution.fate === 'duplicate' ? { ...event, duplicate: true } : event);
  return execution;
}
