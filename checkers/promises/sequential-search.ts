/**
 * Sequential consistency of one register where values are written more than once: NP-hard, so a
 * search with a budget (Gibbons and Korach, "Testing Shared Memories", 1997, theorem 4.2).
 *
 * A configuration is how far each session is, and what the register holds. Reads of what it holds
 * are taken at once: they change nothing and can only clear the way.
 */

import { type ClientOperation, identity } from '../client-operations.ts';
import type { Value } from '../history.ts';

/** Configurations that are looked at when the caller says nothing. */
export const SEARCH_STEPS_MAX = 200_000;

export type SequentialAnswer =
  | { readonly kind: 'sequential' }
  | { readonly kind: 'not-sequential'; readonly stuck: readonly ClientOperation[] }
  | { readonly kind: 'unknown'; readonly placed: number; readonly total: number };

interface Step {
  readonly operation: ClientOperation;
  readonly reads: Value | undefined;
  readonly writes: Value | undefined;
  /** What it must not find, where it is a compare-and-set that failed; else undefined. */
  readonly misses: Value | undefined;
}

export interface SearchOptions {
  readonly initial: Value;
  readonly stepsMax?: number;
  /** Compare-and-sets that failed because they found another value. */
  readonly mismatches?: ReadonlySet<ClientOperation>;
}

/** Searches for an order of all operations that every session agrees with. */
export function searchSequential(
  operations: readonly ClientOperation[],
  { initial, stepsMax = SEARCH_STEPS_MAX, mismatches = new Set() }: SearchOptions,
): SequentialAnswer {
  const sessions = [...toSessions(operations, mismatches).values()];
  const total = sessions.reduce((sum, steps) => sum + steps.length, 0);
  const seen = new Set<string>();
  const stack = [{ at: sessions.map(() => 0), holds: identity(initial) }];
  let furthest: readonly number[] = sessions.map(() => 0);
  let most = -1;
  let steps = 0;
  for (;;) {
    const config = stack.pop();
    if (config === undefined) {
      return { kind: 'not-sequential', stuck: waiting(sessions, furthest) };
    }
    absorb(sessions, config);
    const key = `${config.at.join(' ')} ${typeof config.holds} ${String(config.holds)}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const placed = config.at.reduce((sum, at) => sum + at, 0);
    if (placed > most) {
      most = placed;
      furthest = config.at;
    }
    if (isDone(sessions, config.at)) return { kind: 'sequential' };
    if (++steps > stepsMax) return { kind: 'unknown', placed: most, total };
    sessions.forEach((session, i) => {
      const step = session[config.at[i] as number];
      if (step?.writes === undefined) return;
      const at = config.at.slice();
      at[i] = (at[i] as number) + 1;
      // What crashed need not have happened, also where its session went on.
      if (step.operation.type === 'info') stack.push({ at: at.slice(), holds: config.holds });
      if (step.reads === undefined || step.reads === config.holds) {
        stack.push({ at, holds: step.writes });
      }
    });
  }
}

/** Reads of what the register holds, and failures that it explains, in every session, until none is next. */
function absorb(sessions: readonly Step[][], config: { at: number[]; holds: Value }): void {
  sessions.forEach((session, i) => {
    for (;;) {
      const step = session[config.at[i] as number];
      if (step === undefined || step.writes !== undefined) return;
      const fits =
        step.misses === undefined ? step.reads === config.holds : step.misses !== config.holds;
      if (!fits) return;
      config.at[i] = (config.at[i] as number) + 1;
    }
  });
}

/** A write that crashed need not happen. */
function isDone(sessions: readonly Step[][], at: readonly number[]): boolean {
  return sessions.every((session, i) =>
    session.slice(at[i] as number).every(({ operation }) => operation.type === 'info'),
  );
}

function waiting(sessions: readonly Step[][], at: readonly number[]): ClientOperation[] {
  return sessions.flatMap((session, i) => {
    const step = session[at[i] as number];
    return step === undefined || step.operation.type === 'info' ? [] : [step.operation];
  });
}

function toSessions(
  operations: readonly ClientOperation[],
  mismatches: ReadonlySet<ClientOperation>,
): Map<number, Step[]> {
  const sessions = new Map<number, Step[]>();
  for (const operation of operations) {
    const { f, type, process, argument, result } = operation;
    const missed = mismatches.has(operation);
    if ((type === 'fail' && !missed) || (f === 'read' && type === 'info')) continue;
    const list = f === 'cas' && typeof argument === 'object' && argument !== null ? argument : null;
    const from = list === null ? undefined : identity(list[0] ?? null);
    const to = identity(list === null ? argument : (list[1] ?? null));
    const step: Step = {
      operation,
      reads: f === 'read' ? identity(result) : missed ? undefined : from,
      writes: f === 'read' || missed ? undefined : to,
      misses: missed ? from : undefined,
    };
    const session = sessions.get(process);
    if (session === undefined) sessions.set(process, [step]);
    else session.push(step);
  }
  return sessions;
}
