/** What nodes of Raft report, beside what they have in common with others, and find on their disks. */

import type { LogPosition } from '../../trace.ts';
import type { LogIndex, Millis, NodeId, Term } from '../../units.ts';
import type { Membership } from '../leader-events.ts';

/** An entry as it was recovered: what is compared is its hash, not its bytes. */
export interface RecoveredEntry extends LogPosition {
  readonly valueHash: number;
  /** Of entries that change who takes part. */
  readonly membership?: Membership;
}

/** What a Raft node found on its disk when it started. */
export interface RaftRecovered {
  readonly term: Term;
  readonly votedFor: NodeId | null;
  /**
   * It is another server than before, with an empty disk, in the place of one that was removed by the entry
   * at this index: what that one held is no promise of this one.
   */
  readonly joins?: LogIndex;
  /** With the latest membership up to there; absent for the one that the cluster starts with. */
  readonly snapshot: LogPosition & { readonly membership?: Membership };
  readonly entries: readonly RecoveredEntry[];
}

/** Raft (extended paper; Ongaro's dissertation). Names follow the papers' Figure 2. */
export type RaftEvent =
  | { readonly kind: 'term'; readonly term: Term }
  | {
      readonly kind: 'vote';
      readonly term: Term;
      readonly candidate: NodeId;
      /** Last log position of the candidate, as its request said, and the voter's own. */
      readonly candidateLast: LogPosition;
      readonly ownLast: LogPosition;
    }
  | {
      readonly kind: 'append';
      readonly index: LogIndex;
      readonly term: Term;
      readonly valueHash: number;
      readonly previousTerm: Term;
      /** Of entries that change who takes part. */
      readonly membership?: Membership;
    }
  /** The node goes by this membership from here on. */
  | ({ readonly kind: 'membership' } & Membership)
  /** A leader begins to hand its leadership over to `target`, or gives that up. */
  | {
      readonly kind: 'transfer';
      readonly op: 'start' | 'abort';
      readonly term: Term;
      readonly target: NodeId;
    }
  /** Every entry from index `from` (inclusive) on was removed from the log. */
  | { readonly kind: 'truncate'; readonly from: LogIndex }
  /** The leader believes that `peer` holds its log up to `index`. */
  | {
      readonly kind: 'match';
      readonly peer: NodeId;
      readonly index: LogIndex;
      readonly term: Term;
      readonly responseTerm: Term;
    }
  /** Of the snapshot up to `index` of the leader of `term` this much has arrived, and not all. */
  | {
      readonly kind: 'snapshot-piece';
      readonly term: Term;
      readonly index: LogIndex;
      /** Characters so far. */
      readonly received: number;
    };

declare module '../../trace.ts' {
  interface TraceEvents {
    readonly raft: RaftEvent;
  }
  interface RecoveredStates {
    readonly raft: RaftRecovered;
  }
  interface BootFacts {
    /** Raft: T, and whether a leader that hears no quorum for so long steps down. */
    readonly raft?: { readonly electionTimeoutMs: Millis; readonly checkQuorum: boolean };
  }
}
