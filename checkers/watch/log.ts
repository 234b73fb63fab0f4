/** What is known of a store's changes: what clients were answered, and what any watcher was told. */

import { identity } from '../client-operations.ts';
import type { LogIndex } from '../units.ts';
import { isList, textOf, type Value } from '../value.ts';
import type { WatchOperation } from './operations.ts';

/** A change that certainly happened. `value` is absent of a delete. */
export interface Known {
  readonly key: string;
  readonly revision: LogIndex;
  readonly value?: Value;
  /** Who says so: the operation that made it, or the watch that told of it first. */
  readonly from: WatchOperation;
}

/** The changes of all keys by revision, and of each key in order. */
export class Log {
  readonly #byRevision = new Map<LogIndex, Known[]>();
  readonly #byKey = new Map<string, Known[]>();
  #revisions: LogIndex[] = [];
  #isSorted = true;

  /** The one known already at this place, if it is another one. */
  add(known: Known): Known | null {
    const { revision, key } = known;
    const there = this.#byRevision.get(revision) ?? [];
    const same = there.find((one) => one.key === key);
    if (same !== undefined) return isSame(same, known) ? null : same;
    there.push(known);
    if (there.length === 1) {
      this.#byRevision.set(revision, there);
      this.#revisions.push(revision);
    }
    const ofKey = this.#byKey.get(key) ?? [];
    ofKey.push(known);
    if (ofKey.length === 1) this.#byKey.set(key, ofKey);
    this.#isSorted = false;
    return null;
  }

  at(revision: LogIndex): readonly Known[] {
    return this.#byRevision.get(revision) ?? [];
  }

  /** Those from one revision to another, both included, in order. */
  *between(from: LogIndex, to: LogIndex): Generator<Known> {
    this.#sort();
    let at = firstNotBelow(this.#revisions, from);
    for (; at < this.#revisions.length; at++) {
      const revision = this.#revisions[at] ?? to + 1;
      if (revision > to) return;
      yield* this.at(revision);
    }
  }

  /** The last change of a key below a revision. */
  before(key: string, revision: LogIndex): Known | null {
    this.#sort();
    const all = this.#byKey.get(key) ?? [];
    let [low, high] = [0, all.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((all[middle]?.revision ?? 0) < revision) low = middle + 1;
      else high = middle;
    }
    return all[low - 1] ?? null;
  }

  get size(): number {
    return this.#revisions.length;
  }

  get last(): LogIndex {
    this.#sort();
    return this.#revisions.at(-1) ?? 0;
  }

  #sort(): void {
    if (this.#isSorted) return;
    this.#revisions = this.#revisions.toSorted((a, b) => a - b);
    for (const all of this.#byKey.values()) all.sort((a, b) => a.revision - b.revision);
    this.#isSorted = true;
  }
}

function firstNotBelow(sorted: readonly LogIndex[], wanted: LogIndex): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

function isSame(a: Known, b: Known): boolean {
  if (a.value === undefined || b.value === undefined) return a.value === b.value;
  return identity(a.value) === identity(b.value);
}

/** What an operation changes, if it happens; a delete has no value. */
export function changesOf({ f, key, argument }: WatchOperation): { key: string; value?: Value }[] {
  if (f === 'write') return [{ key, value: argument }];
  if (f === 'delete') return [{ key }];
  if (f !== 'txn' || !isList(argument)) return [];
  // Of several writes of a key the last one stays.
  const last = new Map<string, Value>();
  for (const step of argument) {
    if (isList(step) && step[0] === 'w') last.set(textOf(step[1] ?? null), step[2] ?? null);
  }
  return [...last].map(([each, value]) => ({ key: each, value }));
}
