/**
 * Sequential consistency of registers by search, within a budget: of one where values are written
 * more than once, and of several together, which is NP-hard also for unique values (Gibbons and
 * Korach, "Testing Shared Memories", 1997, theorem 4.2).
 *
 * A configuration is how far each session is, and what the registers hold. Reads of what a register
 * holds are taken at once: they change nothing and can only clear the way.
 */

import { type ClientOperation, identity } from '../client-operations.ts';
import type { Value } from '../history.ts';
import { itemAt } from '../item-at.ts';
import { isList } from '../value.ts';

/** Configurations that are looked at when the caller says nothing. */
export const SEARCH_STEPS_MAX = 200_000;

export type SequentialAnswer =
  | { readonly kind: 'sequential' }
  | { readonly kind: 'not-sequential'; readonly stuck: readonly ClientOperation[] }
  | {
      readonly kind: 'unknown';
      /** Configurations that were looked at. */
      readonly steps: number;
      /** Operations of the longest order that was found, of how many. */
      readonly placed: number;
      readonly total: number;
    };

interface Step {
  readonly operation: ClientOperation;
  /** Index of the register. */
  readonly register: number;
  /** Values are numbered: the one that it finds, the one that it leaves, if any. */
  readonly reads: number | undefined;
  readonly writes: number | undefined;
  /** What it must not find, where it is a compare-and-set that failed; else undefined. */
  readonly misses: number | undefined;
}

/** Characters that the configurations seen may take together: with many sessions, each is long. */
const SEEN_CHARACTERS_MAX = 1 << 27;

export interface SearchOptions {
  readonly initial: Value;
  readonly stepsMax?: number;
  /** Whether all that completed before a write began must precede it: ordered sequential. */
  readonly ordered?: boolean;
  /** Compare-and-sets that failed because they found another value. */
  readonly mismatches?: ReadonlySet<ClientOperation>;
}

interface Configuration {
  /** By session, how many of its operations are placed. */
  readonly at: number[];
  /** By register, the number of its value. */
  readonly holds: number[];
}

/**
 * Searches for an order of all operations of some registers that every session agrees with. Tries
 * the operations in the order in which they began, and those without an answer last.
 */
export function searchSequential(
  registers: readonly (readonly ClientOperation[])[],
  { initial, stepsMax = SEARCH_STEPS_MAX, ordered = false, mismatches = new Set() }: SearchOptions,
): SequentialAnswer {
  const numbers = new Map<Value, number>();
  const numberOf = (value: Value): number => {
    const name = identity(value);
    const number = numbers.get(name) ?? numbers.size;
    numbers.set(name, number);
    return number;
  };
  const sessions = toSessions(registers, mismatches, numberOf);
  const total = sessions.reduce((sum, steps) => sum + steps.length, 0);
  const seen = new Set<string>();
  const start = sessions.map(() => 0);
  const stack: Configuration[] = [{ at: start, holds: registers.map(() => numberOf(initial)) }];
  let furthest: readonly number[] = start;
  let most = -1;
  let steps = 0;
  let characters = 0;
  for (;;) {
    const config = stack.pop();
    if (config === undefined) {
      return { kind: 'not-sequential', stuck: waiting(sessions, furthest) };
    }
    absorb(sessions, config);
    const key = keyOf(config);
    if (seen.has(key)) continue;
    seen.add(key);
    const placed = config.at.reduce((sum, at) => sum + at, 0);
    if (placed > most) {
      most = placed;
      furthest = config.at;
    }
    if (isDone(sessions, config.at)) return { kind: 'sequential' };
    characters += key.length;
    if (++steps > stepsMax || characters > SEEN_CHARACTERS_MAX) {
      return { kind: 'unknown', steps: steps - 1, placed: most, total };
    }
    stack.push(...following(sessions, config, ordered));
  }
}

/** One text for a configuration: two characters for each number in it. */
function keyOf({ at, holds }: Configuration): string {
  const units: number[] = [];
  for (const number of at) units.push(number & 0xffff, number >>> 16);
  for (const number of holds) units.push(number & 0xffff, number >>> 16);
  return String.fromCharCode(...units);
}

/** Reads of what their register holds, and failures that it explains, in every session, until none is next. */
function absorb(sessions: readonly (readonly Step[])[], { at, holds }: Configuration): void {
  sessions.forEach((session, i) => {
    for (;;) {
      const step = session[itemAt(at, i)];
      if (step === undefined || step.writes !== undefined) return;
      const held = holds[step.register];
      const fits = step.misses === undefined ? step.reads === held : step.misses !== held;
      if (!fits) return;
      at[i] = itemAt(at, i) + 1;
    }
  });
}

/** What a write may lead to, the most promising last. */
function following(
  sessions: readonly (readonly Step[])[],
  { at, holds }: Configuration,
  ordered: boolean,
): Configuration[] {
  const soonest = ordered ? soonestToComplete(sessions, at) : Number.POSITIVE_INFINITY;
  const found: { readonly rank: number; readonly config: Configuration }[] = [];
  sessions.forEach((session, i) => {
    const step = session[itemAt(at, i)];
    if (step?.writes === undefined) return;
    const { type, invoke } = step.operation;
    const isOpen = type === 'info';
    const next = at.slice();
    next[i] = itemAt(next, i) + 1;
    const rank = isOpen ? Number.MAX_SAFE_INTEGER : invoke;
    // What crashed need not have happened, also where its session went on.
    if (isOpen && next[i] < session.length) {
      found.push({ rank, config: { at: next.slice(), holds: holds.slice() } });
    }
    if (soonest < invoke) return;
    if (step.reads !== undefined && step.reads !== holds[step.register]) return;
    const after = holds.slice();
    after[step.register] = step.writes;
    found.push({ rank, config: { at: next, holds: after } });
  });
  return found.sort((a, b) => b.rank - a.rank).map(({ config }) => config);
}

/** When the first operation completed that is not placed yet. */
function soonestToComplete(sessions: readonly (readonly Step[])[], at: readonly number[]): number {
  let soonest = Number.POSITIVE_INFINITY;
  sessions.forEach((session, i) => {
    let place = itemAt(at, i);
    while (session[place]?.operation.type === 'info') place++;
    const complete = session[place]?.operation.complete ?? Number.POSITIVE_INFINITY;
    soonest = Math.min(soonest, complete);
  });
  return soonest;
}

/** A write that crashed need not happen. */
function isDone(sessions: readonly (readonly Step[])[], at: readonly number[]): boolean {
  return sessions.every((session, i) => {
    for (let place = itemAt(at, i); place < session.length; place++) {
      if (session[place]?.operation.type !== 'info') return false;
    }
    return true;
  });
}

function waiting(sessions: readonly (readonly Step[])[], at: readonly number[]): ClientOperation[] {
  return sessions.flatMap((session, i) => {
    const step = session[itemAt(at, i)];
    return step === undefined || step.operation.type === 'info' ? [] : [step.operation];
  });
}

/** By process, over all registers, in the order of the invocations. */
function toSessions(
  registers: readonly (readonly ClientOperation[])[],
  mismatches: ReadonlySet<ClientOperation>,
  numberOf: (value: Value) => number,
): readonly (readonly Step[])[] {
  const all = registers.flatMap((operations, register) =>
    operations.map((operation) => ({ operation, register })),
  );
  if (registers.length > 1) all.sort((a, b) => a.operation.invoke - b.operation.invoke);
  const sessions = new Map<number, Step[]>();
  for (const { operation, register } of all) {
    const { f, type, process, argument, result } = operation;
    const missed = mismatches.has(operation);
    if ((type === 'fail' && !missed) || (f === 'read' && type === 'info')) continue;
    const list = f === 'cas' && isList(argument) ? argument : null;
    const from = list === null ? undefined : numberOf(list[0] ?? null);
    const to = numberOf(list === null ? argument : (list[1] ?? null));
    const step: Step = {
      operation,
      register,
      reads: f === 'read' ? numberOf(result) : missed ? undefined : from,
      writes: f === 'read' || missed ? undefined : to,
      misses: missed ? from : undefined,
    };
    const session = sessions.get(process);
    if (session === undefined) sessions.set(process, [step]);
    else session.push(step);
  }
  return [...sessions.values()];
}
