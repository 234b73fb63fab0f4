/** Messages and durable records of Raft. Immutable: the simulator passes them by reference. */

import type { LogIndex, NodeId, Term } from '../../checkers/units.ts';
import type { Command, KvSnapshot } from '../kv.ts';

/** One log entry; its index is where it stands. */
export interface Entry {
  readonly term: Term;
  readonly command: Command;
}

/** Who takes part (dissertation, chapter 4). */
export interface Configuration {
  readonly voters: readonly NodeId[];
  /** Servers that get the log and have no vote: new ones that catch up (section 4.2.1). */
  readonly learners: readonly NodeId[];
  /**
   * In joint consensus the voters of the configuration that is being left, of whom a majority is
   * needed as well (section 4.3); else null.
   */
  readonly oldVoters: readonly NodeId[] | null;
}

/** A configuration, and index and term of its entry; 0 for what the cluster starts with. */
export interface LoggedConfiguration {
  readonly index: LogIndex;
  readonly term: Term;
  readonly configuration: Configuration;
}

/** The state up to `index`, in place of the log up to there. */
export interface Snapshot {
  readonly index: LogIndex;
  readonly term: Term;
  /** Null for the empty state before the first entry. */
  readonly kv: KvSnapshot | null;
  /** The latest configuration up to `index`; null for the one that the cluster starts with. */
  readonly configuration: LoggedConfiguration | null;
}

/** RequestVote; with `pre`, the PreVote of the dissertation's section 9.6, asking with term + 1. */
export interface RequestVote {
  readonly kind: 'request-vote';
  readonly term: Term;
  readonly lastIndex: LogIndex;
  readonly lastTerm: Term;
  readonly pre: boolean;
  /** The leader itself asked for this election: a voter need not wait for its silence (3.10). */
  readonly transfer: boolean;
}

/** A granted PreVote answers with the term that was asked for, every other vote with the own. */
export interface Vote {
  readonly kind: 'vote';
  readonly term: Term;
  readonly granted: boolean;
  readonly pre: boolean;
}

/** AppendEntries; without entries, a heartbeat. */
export interface AppendEntries {
  readonly kind: 'append-entries';
  readonly term: Term;
  readonly previousIndex: LogIndex;
  readonly previousTerm: Term;
  readonly entries: readonly Entry[];
  readonly commit: LogIndex;
  /** The round of confirmations under way when this was sent; the answer repeats it. */
  readonly round: number;
}

/** Answers AppendEntries and the end of a snapshot, and tells old leaders that they are. */
export interface AppendReply {
  readonly kind: 'append-reply';
  readonly term: Term;
  readonly ok: boolean;
  /** If `ok`, the follower's log agrees up to here; if not, the `previousIndex` that did not. */
  readonly index: LogIndex;
  /** Term of the follower's entry there, 0 if it has none. */
  readonly conflictTerm: Term;
  /** First index of that term, or the end of the follower's log. */
  readonly conflictIndex: LogIndex;
  /** The round of `term` that is confirmed; 0 for none. */
  readonly round: number;
}

/**
 * InstallSnapshot (Figure 13): a piece of the snapshot that ends with the entry `last`. What is cut
 * into pieces is the state machine as JSON text.
 */
export interface InstallSnapshot {
  readonly kind: 'install-snapshot';
  readonly term: Term;
  readonly last: { readonly index: LogIndex; readonly term: Term };
  readonly configuration: LoggedConfiguration | null;
  /** Where the piece stands in the text, in characters. */
  readonly offset: number;
  readonly data: string;
  /** Whether it is the last piece. */
  readonly done: boolean;
  readonly round: number;
}

/** The follower has the snapshot up to `index` as far as `offset`, and waits for what follows. */
export interface SnapshotReply {
  readonly kind: 'snapshot-reply';
  readonly term: Term;
  readonly index: LogIndex;
  readonly offset: number;
  readonly round: number;
}

/** Leadership transfer (3.10): the receiver, whose log is complete, starts an election at once. */
export interface TimeoutNow {
  readonly kind: 'timeout-now';
  readonly term: Term;
}

/** A follower asks for a read index (6.4). `request` is its own number for it. */
export interface ReadIndexRequest {
  readonly kind: 'read-index';
  readonly term: Term;
  readonly request: number;
}

/** `index` is what the follower must have executed; -1 if the receiver cannot tell. */
export interface ReadIndexReply {
  readonly kind: 'read-index-reply';
  readonly term: Term;
  readonly request: number;
  readonly index: LogIndex;
  /** The round that confirmed it. */
  readonly round: number;
}

export type RaftMessage =
  | RequestVote
  | Vote
  | AppendEntries
  | AppendReply
  | InstallSnapshot
  | SnapshotReply
  | TimeoutNow
  | ReadIndexRequest
  | ReadIndexReply;

/** What is written to the write-ahead log. */
export type RaftRecord =
  /** A new term, in which no vote has been given. */
  | { readonly kind: 'term'; readonly term: Term }
  | { readonly kind: 'vote'; readonly term: Term; readonly votedFor: NodeId }
  /**
   * A server takes the place of a removed one of the same name, with nothing: a vote in the term in which
   * that was known to be removed, so that it takes no part in anything earlier, and the place in the log
   * that says so. Who has not heard of it may ask this one for a vote that only its predecessor, who had
   * what was committed until then, could give.
   */
  | {
      readonly kind: 'joins';
      readonly term: Term;
      readonly votedFor: NodeId;
      readonly removedAt: LogIndex;
    }
  /** The log ends before `from`, and these entries follow. */
  | { readonly kind: 'entries'; readonly from: LogIndex; readonly entries: readonly Entry[] }
  | { readonly kind: 'snapshot'; readonly snapshot: Snapshot };
