/**
 * What a line of a trace of somebody else's Raft says: what a node was doing, and what it was then. Nearly
 * all of it may be missing; what is missing is not judged. The fields are those of etcd's trace of its own
 * library (`state_trace.go` in etcd-io/raft), which its TLA+ specification is held against.
 */

import type { LogIndex, Term } from '../../units.ts';

/** By the name that the trace gives it; a number in etcd. */
export type ObservedNode = string;

export type ObservedRole = 'follower' | 'pre-candidate' | 'candidate' | 'leader';

export type ObservedMessageKind =
  | 'append'
  | 'append-reply'
  | 'heartbeat'
  | 'heartbeat-reply'
  | 'snapshot'
  | 'vote'
  | 'vote-reply';

export interface ObservedMessage {
  /** `other`: of a kind that says nothing here. */
  readonly kind: ObservedMessageKind | 'other';
  readonly term: Term;
  readonly from: ObservedNode;
  readonly to: ObservedNode;
  /** The entry before those sent; the candidate's last one; the last one that is acknowledged. */
  readonly index: LogIndex;
  /** The term of the entry at `index`; 0 of an acknowledgement. */
  readonly logTerm: Term;
  readonly entries: number;
  readonly isRefused: boolean;
}

export interface Observation {
  readonly node: ObservedNode;
  /** The name of the step: `BecomeLeader`, `SendAppendEntriesResponse` ... */
  readonly step: string;
  /** The node's state once the step is done; `null` where the line does not say it. */
  readonly term: Term;
  readonly role: ObservedRole | null;
  readonly vote: ObservedNode | null;
  readonly commit: LogIndex | null;
  /** The index of its last entry. */
  readonly last: LogIndex | null;
  /** Groups of voters: a majority of each has to agree. Two while a joint configuration is in force. */
  readonly voters: readonly (readonly ObservedNode[])[];
  readonly message: ObservedMessage | null;
}

/** The first line of a life of a node: what it had in memory before is gone. */
export const LIFE_BEGINS = 'InitState';
