/** What nodes of Fast Paxos report beside the events of Paxos. */

import type { Ballot, NodeId } from '../../units.ts';
import type { Instance } from '../paxos/events.ts';

/**
 * Fast Paxos (Lamport 2006), beside the events of Paxos, with rounds for ballots: `prepare` is 1a,
 * `promise` 1b, `propose` 2a with a value, `accept` 2b (a vote).
 */
export type FastPaxosEvent =
  /** Phase 2a of fast round `ballot` with "Any": each acceptor may vote for what comes first there. */
  | { readonly kind: 'any'; readonly ballot: Ballot; readonly from: Instance }
  /**
   * Coordinated recovery (section 3.2): the votes seen in fast round `of` stand for promises of
   * `ballot`, its direct successor, in this instance.
   */
  | {
      readonly kind: 'recover';
      readonly ballot: Ballot;
      readonly of: number;
      readonly instance: Instance;
      readonly votes: readonly { readonly node: NodeId; readonly valueHash: number }[];
    };

declare module '../../trace.ts' {
  interface TraceEvents {
    readonly 'fast-paxos': FastPaxosEvent;
  }
  interface BootFacts {
    /** Fast Paxos: how many acceptors make a quorum in classic and in fast rounds. */
    readonly quorums?: { readonly classic: number; readonly fast: number };
    /** Fast Paxos: the latest "Any" on its disk; absent for none. */
    readonly any?: { readonly ballot: Ballot; readonly from: Instance };
  }
}
