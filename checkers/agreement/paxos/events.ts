/** What nodes of the Paxos family report, beside what others do, and find on their disks. */

import type { LogPosition } from '../../trace.ts';
import type { Ballot, LogIndex, Micros, NodeId } from '../../units.ts';

/** What one instance of Paxos decides: a slot of a log, or the key of a consensus object. */
export type Instance = number | string;

/** A value that was accepted in a ballot. */
export interface AcceptedValue {
  readonly instance: Instance;
  readonly ballot: Ballot;
  readonly valueHash: number;
}

/** What a node of the Paxos family found on its disk when it started. */
export interface PaxosRecovered {
  /** The highest ballot of its own that it may have used; -1 for none. */
  readonly ballot: Ballot;
  /** The highest ballot promised, by instance; null stands for every instance at once. */
  readonly promised: readonly { readonly instance: Instance | null; readonly ballot: Ballot }[];
  readonly accepted: readonly AcceptedValue[];
  /** Up to where a snapshot stands in place of what was accepted; index 0 for none. */
  readonly snapshot: LogPosition;
  /** Who votes from which slot on; absent where that never changes. */
  readonly configurations?: readonly {
    readonly from: LogIndex;
    readonly voters: readonly NodeId[];
  }[];
}

/**
 * Basic Paxos and Multi-Paxos (Lamport, Paxos Made Simple): prepare is 1a, promise 1b, propose 2a
 * and accept 2b. They report `leader`, `commit` and `snapshot` as Raft does, with ballots for terms.
 */
export type PaxosEvent =
  /** Phase 1 of `ballot` begins, for this instance or, in a log, for all from this slot on. */
  | {
      readonly kind: 'prepare';
      readonly ballot: Ballot;
      readonly from: Instance;
      /** Fast Paxos: the round is a fast one. */
      readonly fast?: boolean;
    }
  /**
   * The node will take part in no lower ballot: of `instance`, or of any where that is null. It
   * reports what it has accepted (from `from` on), and what it knows to be chosen.
   */
  | {
      readonly kind: 'promise';
      readonly ballot: Ballot;
      readonly instance: Instance | null;
      readonly from: Instance;
      readonly accepted: readonly AcceptedValue[];
      readonly chosen: readonly Omit<AcceptedValue, 'ballot'>[];
      /**
       * A lease that it has granted to another than it promises to, and that its own clock says is
       * in force: to whom (null if it was started since and cannot tell), and for how much longer.
       */
      readonly lease?: { readonly to: NodeId | null; readonly leftUs: Micros };
    }
  /** Phase 1 of `ballot` ends on these promises, each with the ballot that it was given for. */
  | {
      readonly kind: 'prepared';
      readonly ballot: Ballot;
      readonly from: Instance;
      readonly promises: readonly { readonly node: NodeId; readonly ballot: Ballot }[];
    }
  | {
      readonly kind: 'propose';
      readonly ballot: Ballot;
      readonly instance: Instance;
      readonly valueHash: number;
    }
  | {
      readonly kind: 'accept';
      readonly ballot: Ballot;
      readonly instance: Instance;
      readonly valueHash: number;
    }
  /**
   * Basic Paxos: a client is told what it reads of `instance`, or null where phase 1 of `ballot`
   * found nothing. `since` is the first ballot that was begun after the read came.
   */
  | {
      readonly kind: 'read';
      readonly instance: Instance;
      readonly ballot: Ballot;
      readonly since: number;
      readonly valueHash: number | null;
    }
  /** The chosen prefix has reached a configuration, which rules from slot `from` on. */
  | { readonly kind: 'configuration'; readonly from: LogIndex; readonly voters: readonly NodeId[] }
  /** The node takes the value for chosen: it counted `certificate`, or was told if that is empty. */
  | {
      readonly kind: 'learn';
      readonly ballot: Ballot;
      readonly instance: Instance;
      readonly valueHash: number;
      readonly certificate: readonly number[];
      /** It has accepted the value in `ballot` just now, having been told that what this ballot had is chosen. */
      readonly noticed?: Ballot;
    };

declare module '../../trace.ts' {
  interface TraceEvents {
    readonly paxos: PaxosEvent;
  }
  interface RecoveredStates {
    readonly paxos: PaxosRecovered;
  }
}
