/** What nodes of Raft report, beside what they have in common with others, and find on their disks. */

import type { LogPosition } from '../trace.ts';

/** Raft: who takes part, by the entry of this place; 0 for those that the cluster starts with. */
export interface Membership extends LogPosition {
  readonly voters: readonly number[];
  /** Those that get the log and have no vote. */
  readonly learners: readonly number[];
  /** Joint consensus: the voters that are being left, who are asked as well; else null. */
  readonly oldVoters: readonly number[] | null;
}

/** An entry as it was recovered: what is compared is its hash, not its bytes. */
export interface RecoveredEntry extends LogPosition {
  readonly valueHash: number;
  /** Of entries that change who takes part. */
  readonly membership?: Membership;
}

/** What a Raft node found on its disk when it started. */
export interface RaftRecovered {
  readonly term: number;
  readonly votedFor: number | null;
  /** With the latest membership up to there; absent for the one that the cluster starts with. */
  readonly snapshot: LogPosition & { readonly membership?: Membership };
  readonly entries: readonly RecoveredEntry[];
}

/** Raft (extended paper; Ongaro's dissertation). Names follow the papers' Figure 2. */
export type RaftEvent =
  | { readonly kind: 'term'; readonly term: number }
  | {
      readonly kind: 'vote';
      readonly term: number;
      readonly candidate: number;
      /** Last log position of the candidate, as its request said, and the voter's own. */
      readonly candidateLast: LogPosition;
      readonly ownLast: LogPosition;
    }
  | {
      readonly kind: 'append';
      readonly index: number;
      readonly term: number;
      readonly valueHash: number;
      readonly previousTerm: number;
      /** Of entries that change who takes part. */
      readonly membership?: Membership;
    }
  /** The node goes by this membership from here on. */
  | ({ readonly kind: 'membership' } & Membership)
  /** A leader begins to hand its leadership over to `target`, or gives that up. */
  | {
      readonly kind: 'transfer';
      readonly op: 'start' | 'abort';
      readonly term: number;
      readonly target: number;
    }
  /** Every entry from index `from` (inclusive) on was removed from the log. */
  | { readonly kind: 'truncate'; readonly from: number }
  /** The leader believes that `peer` holds its log up to `index`. */
  | {
      readonly kind: 'match';
      readonly peer: number;
      readonly index: number;
      readonly term: number;
      readonly responseTerm: number;
    }
  /** Of the snapshot up to `index` of the leader of `term` this much has arrived, and not all. */
  | {
      readonly kind: 'snapshot-piece';
      readonly term: number;
      readonly index: number;
      /** Characters so far. */
      readonly received: number;
    };

declare module '../trace.ts' {
  interface TraceEvents {
    readonly raft: RaftEvent;
  }
  interface RecoveredStates {
    readonly raft: RaftRecovered;
  }
  interface BootFacts {
    /** Raft: T, and whether a leader that hears no quorum for so long steps down. */
    readonly raft?: { readonly electionTimeoutMs: number; readonly checkQuorum: boolean };
  }
}
