/**
 * A node's log (section 5.3): the entries behind a snapshot (section 7). All arithmetic between
 * indices, which count from 1, and places in the array stands here.
 */

import { assert } from '../../checkers/assert.ts';
import { itemAt } from '../../checkers/item-at.ts';
import type { LogIndex, Term } from '../../checkers/units.ts';
import type { Entry, RaftRecord, Snapshot } from './messages.ts';

export interface RaftLog {
  /** The entries behind the snapshot, in order. */
  log: Entry[];
  /** Stands in the place of every entry up to its index. */
  snapshot: Snapshot;
  /** The log up to here is known to be on this node's disk. */
  durableIndex: LogIndex;
}

type Log = Readonly<RaftLog>;

/** What a node begins with: nothing. */
export const EMPTY_SNAPSHOT: Snapshot = { index: 0, term: 0, kv: null, configuration: null };

/** Why a log does not tell an entry: its snapshot has swallowed it, or it is not there yet. */
export type Missing = 'compacted' | 'unavailable';

/** Stands for the term of an entry that a node cannot tell, in messages and traces. */
const TERM_UNTOLD = -1;

/**
 * Whether it stands in the place of a removed server and has not yet what that had, as far as it was
 * committed until its removal. Until then it elects nobody: there may be members who have not heard of
 * the removal either.
 */
export function isNewcomer(state: Readonly<RaftLog> & { readonly removedAt: LogIndex }): boolean {
  return lastIndex(state) < state.removedAt;
}

export function lastIndex({ snapshot, log }: Log): LogIndex {
  return snapshot.index + log.length;
}

/** The term of the last entry: that of the snapshot where nothing follows it. */
export function lastTerm({ snapshot, log }: Log): Term {
  return log.length === 0 ? snapshot.term : itemAt(log, log.length - 1).term;
}

export function entryAt({ snapshot, log }: Log, index: LogIndex): Entry | Missing {
  const at = index - snapshot.index - 1;
  if (at < 0) return 'compacted';
  // Reading an array out of its bounds makes the engine give up on it.
  return at < log.length ? itemAt(log, at) : 'unavailable';
}

/** The term of the entry at `index`; of the last one that the snapshot covers it is known still. */
export function termAt(log: Log, index: LogIndex): number | Missing {
  if (index === log.snapshot.index) return log.snapshot.term;
  const entry = entryAt(log, index);
  return typeof entry === 'string' ? entry : entry.term;
}

/** The same as a message or a trace says it. */
export function termToTell(log: Log, index: LogIndex): number {
  const term = termAt(log, index);
  return typeof term === 'string' ? TERM_UNTOLD : term;
}

/** Entries from index `from` on, at most `count`; from the first there is, if that is compacted. */
export function entriesFrom({ snapshot, log }: Log, from: LogIndex, count: number): Entry[] {
  const at = Math.max(0, from - snapshot.index - 1);
  return log.slice(at, at + count);
}

/** Every entry behind `index`. */
export function entriesBehind({ snapshot, log }: Log, index: LogIndex): Entry[] {
  return log.slice(Math.max(0, index - snapshot.index));
}

/** The first index of the run of entries of one term that `index` belongs to, as far as is told. */
export function firstOfTerm(log: Log, index: LogIndex): LogIndex {
  const term = termAt(log, index);
  let first = index;
  while (first > log.snapshot.index + 1 && termAt(log, first - 1) === term) first--;
  return first;
}

/** The last index up to `from` whose entry is of `term` or an earlier one, as far as is told. */
export function lastUpToTerm(log: Log, from: LogIndex, term: Term): LogIndex {
  let index = Math.min(from, lastIndex(log));
  while (index > log.snapshot.index && termToTell(log, index) > term) index--;
  return index;
}

/** Appends to memory; the record that follows does so on disk. Returns the last index then. */
export function append(log: RaftLog, entries: readonly Entry[]): number {
  for (const entry of entries) log.log.push(entry);
  return lastIndex(log);
}

/** Removes every entry behind `index` from memory; the record that follows does so on disk. */
export function truncateBehind(log: RaftLog, index: LogIndex): void {
  assert(index >= log.snapshot.index, `truncating to ${index}, which is compacted`);
  assert(index <= lastIndex(log), `truncating to ${index}, behind the end of the log`);
  log.log.length = index - log.snapshot.index;
  log.durableIndex = Math.min(log.durableIndex, index);
}

/** The log up to `index` is on the disk; an older word of that is no news. False for no news. */
export function noteDurable(log: RaftLog, index: LogIndex): boolean {
  if (index <= log.durableIndex) return false;
  log.durableIndex = index;
  return true;
}

/** Puts a snapshot in the place of the log up to it; behind it stands `suffix`. */
export function replacePrefix(log: RaftLog, snapshot: Snapshot, suffix: Entry[]): void {
  assert(snapshot.index >= 0, 'a snapshot of nothing');
  log.snapshot = snapshot;
  log.log = suffix;
  log.durableIndex = Math.min(log.durableIndex, lastIndex(log));
}

/** Snapshot and entries as records of a disk that holds nothing else of the log. */
export function logRecords({ snapshot, log }: Log): RaftRecord[] {
  const records: RaftRecord[] = [{ kind: 'snapshot', snapshot }];
  if (log.length > 0) {
    records.push({ kind: 'entries', from: snapshot.index + 1, entries: log.slice() });
  }
  return records;
}
