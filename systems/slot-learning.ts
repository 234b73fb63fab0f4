/**
 * What Multi-Paxos and Fast Paxos share of learning: a log of slots, each chosen by itself, of which
 * nodes tell one another the chosen prefix, with a snapshot in the place of what is compacted.
 */

import { assert } from '../checkers/assert.ts';
import type { TraceEvent } from '../checkers/trace.ts';
import type { Ballot, LogIndex, NodeId } from '../checkers/units.ts';
import type { Command } from './kv.ts';

/** A slot, and what is chosen in it. */
export interface ChosenSlot<Chosen = Command> {
  readonly slot: LogIndex;
  readonly command: Chosen;
}

/** Asks for what is chosen from this slot on. */
export interface LearnRequest {
  readonly kind: 'learn-request';
  readonly from: LogIndex;
}

/** Slots that are chosen, in order and without holes, after the snapshot if there is one. */
export interface Learn<Snapshot, Chosen = Command> {
  readonly kind: 'learn';
  readonly snapshot: Snapshot | null;
  readonly chosen: readonly ChosenSlot<Chosen>[];
  /** How far the sender could have gone on. */
  readonly upTo: number;
}

interface Learner<Snapshot> {
  /** The highest ballot or round promised. */
  readonly promised: Ballot;
  readonly chosenUpTo: LogIndex;
  readonly snapshot: Snapshot;
  /** Most slots in one Learn. */
  readonly config: { readonly batch: number };
}

interface Teaching<State, Snapshot, Chosen> {
  readonly state: State;
  readonly env: { send(to: NodeId, message: Learn<Snapshot, Chosen>): void };
  readonly rules: {
    tellsSnapshot(state: State, from: LogIndex): boolean;
    toldChosen(state: State, slot: LogIndex): Chosen | undefined;
  };
}

/** Asks a node for what is chosen behind the own prefix. */
export function askToLearn(
  step: {
    readonly state: { readonly chosenUpTo: LogIndex };
    readonly env: { send(to: NodeId, message: LearnRequest): void };
  },
  node: NodeId,
): void {
  step.env.send(node, { kind: 'learn-request', from: step.state.chosenUpTo + 1 });
}

/** Tells a node what is chosen from this slot on, as far as that is known without holes. */
export function tellChosen<
  Snapshot extends { readonly slot: LogIndex },
  State extends Learner<Snapshot>,
  Chosen,
>(
  { state, env, rules }: Teaching<State & Learner<Snapshot>, Snapshot, Chosen>,
  to: NodeId,
  first: number,
): void {
  const { snapshot, config, chosenUpTo: upTo } = state;
  assert(first >= 1, 'slots begin at 1');
  const compacted = rules.tellsSnapshot(state, first);
  let slot = compacted ? snapshot.slot + 1 : first;
  const chosen: ChosenSlot<Chosen>[] = [];
  while (chosen.length < config.batch) {
    const command = rules.toldChosen(state, slot);
    if (command === undefined) break;
    chosen.push({ slot, command });
    slot++;
  }
  if (!compacted && chosen.length === 0) return;
  env.send(to, { kind: 'learn', snapshot: compacted ? snapshot : null, chosen, upTo });
}

/**
 * New leader: whom to ask before it begins, because what that node's snapshot covers was reported by
 * nobody: the one whose snapshot reaches furthest; null for nobody.
 */
export function furthestAhead<Promised extends { readonly snapshotUpTo: number }>(
  promises: readonly Promised[],
  isNeeded: (promise: Promised) => boolean,
): Promised | null {
  let ahead: Promised | null = null;
  for (const promise of promises) {
    if (!isNeeded(promise)) continue;
    if (ahead === null || promise.snapshotUpTo > ahead.snapshotUpTo) ahead = promise;
  }
  return ahead;
}

/** Reports how far the chosen prefix reaches. */
export function tracePrefix(step: {
  readonly state: { readonly promised: Ballot; readonly chosenUpTo: LogIndex };
  readonly env: { trace(event: TraceEvent): void };
}): void {
  const { promised, chosenUpTo } = step.state;
  const term = Math.max(0, promised);
  step.env.trace({ kind: 'commit', index: chosenUpTo, term, entryTerm: term, certificate: [] });
}

/** Forgets every slot that a snapshot up to `upTo` covers. */
export function forgetSlots(
  upTo: number,
  ...bySlot: readonly { keys(): Iterable<number>; delete(slot: LogIndex): boolean }[]
): void {
  for (const slots of bySlot) for (const slot of slots.keys()) if (slot <= upTo) slots.delete(slot);
}
