/**
 * Staleness of reads, and the promises that allow none: regular and safe.
 *
 * A read is stale when another write began after the write that it saw was over, and was itself
 * over before the read began: in whatever order the writes took effect, the newer one had replaced
 * the older. Writes that overlap prove nothing. (Lamport, "On Interprocess Communication", 1986;
 * for several writers: Shao et al., "Multi-Writer Consistency Conditions for Shared Memory
 * Registers", 2011.)
 */

import { FloatColumn } from '../columns.ts';
import { itemAt } from '../item-at.ts';
import type { Nanos } from '../units.ts';
import type { Verdict } from '../verdict.ts';
import { eventsOf } from './order.ts';
import { label, type Register, type RegisterOperation } from './registers.ts';

/** How far behind one read was. */
export interface StaleRead {
  readonly read: RegisterOperation;
  /** Writes that were surely newer than what it saw, and over before it began. */
  readonly versions: number;
  /** Nanoseconds since the first of those writes was over. */
  readonly staleNs: Nanos;
  /** The first of those writes. */
  readonly replacedBy: RegisterOperation;
}

export interface Staleness {
  /** Reads in all, stale ones among them, in the order in which they began. */
  readonly reads: number;
  readonly stale: readonly StaleRead[];
  /** Reads of a value whose write began only after they were over. */
  readonly fromTheFuture: readonly RegisterOperation[];
}

/** Measures every read; n log n. */
export function measureStaleness({ history, operations, writers }: Register): Staleness {
  const reads = operations.filter(
    ({ reads: version, complete }) => version !== null && Number.isFinite(complete),
  );
  const writes = operations.filter((op) => op.writes !== null && Number.isFinite(op.complete));
  const newer = new NewerWrites(writes);
  const stale: StaleRead[] = [];
  const fromTheFuture: RegisterOperation[] = [];
  for (const read of reads) {
    const writer = writers[read.reads as number] ?? null;
    if (writer !== null && writer.invoke > read.complete) fromTheFuture.push(read);
    const replacedBy = newer.firstDone(writer?.complete ?? -1);
    if (replacedBy === null || replacedBy.complete > read.invoke) continue;
    stale.push({
      read,
      versions: newer.count(writer?.complete ?? -1, read.invoke),
      staleNs: history.time.get(read.invoke) - history.time.get(replacedBy.complete),
      replacedBy,
    });
  }
  return { reads: reads.length, stale, fromTheFuture };
}

/** Answers how many writes began after one event and were over before another. */
class NewerWrites {
  /** Ascending by invocation. */
  readonly #writes: readonly RegisterOperation[];
  /** The write that is over first among those from each position on. */
  readonly #first: (RegisterOperation | null)[];
  /** Completions of the writes, sorted within blocks of doubling size (a merge sort tree). */
  readonly #levels: FloatColumn[] = [];

  constructor(writes: readonly RegisterOperation[]) {
    this.#writes = writes;
    this.#first = Array.from({ length: writes.length + 1 }, () => null);
    for (let i = writes.length - 1; i >= 0; i--) {
      const write = itemAt(writes, i);
      const later = this.#first[i + 1] ?? null;
      this.#first[i] = later !== null && later.complete < write.complete ? later : write;
    }
    let level = FloatColumn.collect(writes, ({ complete }) => complete);
    this.#levels.push(level);
    for (let size = 2; size < 2 * writes.length; size *= 2) {
      level = level.slice();
      for (let i = 0; i < level.length; i += size) level.subarray(i, i + size).sort();
      this.#levels.push(level);
    }
  }

  /** The write that is over first among those that began after `event`. */
  firstDone(event: number): RegisterOperation | null {
    return this.#first[this.#after(event)] ?? null;
  }

  count(began: number, over: number): number {
    let at = this.#after(began);
    let total = 0;
    while (at < this.#writes.length) {
      // The largest block that begins here.
      let level = 0;
      while (level + 1 < this.#levels.length && at % (2 << level) === 0) level++;
      const end = Math.min(at + (1 << level), this.#writes.length);
      total += below(itemAt(this.#levels, level), { at, end, limit: over });
      at = end;
    }
    return total;
  }

  #after(event: number): number {
    let low = 0;
    let high = this.#writes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (itemAt(this.#writes, middle).invoke > event) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** How many of the ascending entries from `at` to `end` are below `limit`. */
function below(
  sorted: FloatColumn,
  { at, end, limit }: { readonly at: number; readonly end: number; readonly limit: number },
): number {
  let low = at;
  let high = end;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted.get(middle) < limit) low = middle + 1;
    else high = middle;
  }
  return low - at;
}

/**
 * Regular: every read sees the last write that was over when it began, or one that overlaps it.
 * Safe: the same for reads that overlap no write; others may see anything.
 */
export function judgeFresh(
  register: Register,
  promise: 'regular' | 'safe',
  { stale, fromTheFuture }: Staleness,
  timed: boolean,
): Verdict {
  const judged = promise === 'safe' ? quietReads(register) : null;
  const counts = (read: RegisterOperation): boolean => judged === null || judged.has(read);
  const future = fromTheFuture.find(counts);
  if (future !== undefined) {
    return refuse(
      register,
      promise,
      [future],
      `${label(future)} found a value that was written only later`,
    );
  }
  const first = stale.find(({ read }) => counts(read));
  if (first === undefined) return { kind: 'valid' };
  const writer = register.writers[first.read.reads as number] ?? null;
  const operations = [...(writer === null ? [] : [writer]), first.replacedBy, first.read];
  return refuse(register, promise, operations, tellStale(first, timed));
}

/** A stale read in a sentence; without milliseconds where the history has no times. */
export function tellStale(
  { read, staleNs, versions, replacedBy }: StaleRead,
  timed: boolean,
): string {
  const stale = timed ? `${milliseconds(staleNs)} stale` : 'stale';
  const more = versions === 1 ? '' : `, ${versions} versions behind`;
  return `${label(read)} is ${stale}${more}: ${label(replacedBy)} had replaced what it found`;
}

export function milliseconds(ns: Nanos): string {
  return ns >= 1e6 || ns === 0 ? `${Math.round(ns / 1e6)} ms` : `${(ns / 1e6).toFixed(3)} ms`;
}

/** Reads that no write overlaps. */
function quietReads({ operations, unseenSince }: Register): Set<RegisterOperation> {
  const quiet = new Set<RegisterOperation>();
  let writesUntil = -1;
  const open: RegisterOperation[] = [];
  // In the order of invocations: a read is overlapped by a write that was open, or that begins while
  // the read is open.
  for (const operation of operations) {
    if (operation.writes !== null) {
      for (const read of open) if (read.complete > operation.invoke) quiet.delete(read);
      open.length = 0;
    }
    const alone = operation.invoke > writesUntil && operation.complete < unseenSince;
    if (operation.reads !== null && alone) {
      quiet.add(operation);
      open.push(operation);
    }
    if (operation.writes !== null) writesUntil = Math.max(writesUntil, operation.complete);
  }
  return quiet;
}

function refuse(
  register: Register,
  promise: string,
  operations: readonly RegisterOperation[],
  sentence: string,
): Verdict {
  const key = register.key === undefined ? '' : `key ${register.key}: `;
  return {
    kind: 'invalid',
    because: `${key}not ${promise}: ${sentence}`,
    events: eventsOf(operations),
    property: promise,
    witness: {
      ...(register.key === undefined ? {} : { key: register.key }),
      operations: operations.map(({ invoke, complete }) => ({
        invoke,
        complete: Number.isFinite(complete) ? complete : null,
      })),
      sentences: [],
    },
  };
}
