/** What Raft and the Paxos family report alike of leaders and of what they commit. */

import type { LogPosition } from '../trace.ts';
import type { LogIndex, NodeId, Term } from '../units.ts';

/** Raft: who takes part, by the entry of this place; 0 for those that the cluster starts with. */
export interface Membership extends LogPosition {
  readonly voters: readonly NodeId[];
  /** Those that get the log and have no vote. */
  readonly learners: readonly NodeId[];
  /** Joint consensus: the voters that are being left, who are asked as well; else null. */
  readonly oldVoters: readonly NodeId[] | null;
}

/** With ballots, or rounds, for terms, and slots for indices, in the Paxos family. */
export type LeaderEvent =
  /** `certificate` names the voters; `last` is the leader's last log position when elected. */
  | {
      readonly kind: 'leader';
      readonly term: Term;
      readonly certificate: readonly number[];
      readonly last: LogPosition;
    }
  /**
   * The commit index moved to `index`, whose entry has `entryTerm`. A leader that advanced it by
   * counting gives the match indices it counted; a follower has an empty certificate.
   */
  | {
      readonly kind: 'commit';
      readonly index: LogIndex;
      readonly term: Term;
      readonly entryTerm: Term;
      readonly certificate: readonly { readonly node: NodeId; readonly match: LogIndex }[];
    }
  | {
      readonly kind: 'snapshot';
      readonly op: 'take' | 'install';
      readonly last: LogPosition;
      readonly stateHash: number;
      /** The latest up to `last`; absent for the one that the cluster starts with. */
      readonly membership?: Membership;
    }
  /** The node stopped leading without having seen a higher term (CheckQuorum, say). */
  | { readonly kind: 'step-down'; readonly term: Term; readonly reason: string };

declare module '../trace.ts' {
  interface TraceEvents {
    readonly leaders: LeaderEvent;
  }
}
