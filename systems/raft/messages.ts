/** Messages and durable records of Raft. Immutable: the simulator passes them by reference. */

import type { Command, KvSnapshot } from '../kv.ts';

/** One log entry; its index is where it stands. */
export interface Entry {
  readonly term: number;
  readonly command: Command;
}

/** The state up to `index`, in place of the log up to there. */
export interface Snapshot {
  readonly index: number;
  readonly term: number;
  /** Null for the empty state before the first entry. */
  readonly kv: KvSnapshot | null;
}

/** RequestVote; with `pre`, the PreVote of the dissertation's section 9.6, asking with term + 1. */
export interface RequestVote {
  readonly kind: 'request-vote';
  readonly term: number;
  readonly lastIndex: number;
  readonly lastTerm: number;
  readonly pre: boolean;
}

/** A granted PreVote answers with the term that was asked for, every other vote with the own. */
export interface Vote {
  readonly kind: 'vote';
  readonly term: number;
  readonly granted: boolean;
  readonly pre: boolean;
}

/** AppendEntries; without entries, a heartbeat. */
export interface AppendEntries {
  readonly kind: 'append-entries';
  readonly term: number;
  readonly previousIndex: number;
  readonly previousTerm: number;
  readonly entries: readonly Entry[];
  readonly commit: number;
  /** The round of confirmations under way when this was sent; the answer repeats it. */
  readonly round: number;
}

/** Answers AppendEntries and InstallSnapshot. */
export interface AppendReply {
  readonly kind: 'append-reply';
  readonly term: number;
  readonly ok: boolean;
  /** If `ok`, the follower's log agrees up to here; if not, the `previousIndex` that did not. */
  readonly index: number;
  /** Term of the follower's entry there, 0 if it has none. */
  readonly conflictTerm: number;
  /** First index of that term, or the end of the follower's log. */
  readonly conflictIndex: number;
  readonly round: number;
}

export interface InstallSnapshot {
  readonly kind: 'install-snapshot';
  readonly term: number;
  readonly snapshot: Snapshot;
  readonly round: number;
}

export type RaftMessage = RequestVote | Vote | AppendEntries | AppendReply | InstallSnapshot;

/** What is written to the write-ahead log. */
export type RaftRecord =
  /** A new term, in which no vote has been given. */
  | { readonly kind: 'term'; readonly term: number }
  | { readonly kind: 'vote'; readonly term: number; readonly votedFor: number }
  /** The log ends before `from`, and these entries follow. */
  | { readonly kind: 'entries'; readonly from: number; readonly entries: readonly Entry[] }
  | { readonly kind: 'snapshot'; readonly snapshot: Snapshot };
