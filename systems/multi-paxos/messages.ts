/** Messages and durable records of Multi-Paxos. Immutable: the simulator passes them by reference. */

import type { Ballot, LogIndex, NodeId } from '../../checkers/units.ts';
import type { Command, KvSnapshot } from '../kv.ts';
import type { ChosenSlot, LearnRequest, Learn as SlotLearn } from '../slot-learning.ts';

/** What an acceptor has accepted in one slot: a pvalue of Paxos Made Moderately Complex. */
export interface Accepted {
  readonly ballot: Ballot;
  readonly command: Command;
}

/** A slot and what stands in it. */
export interface AcceptedSlot extends Accepted {
  readonly slot: LogIndex;
}

/** Who votes in the slots from `from` on, until the next configuration. */
export interface Configuration {
  readonly from: LogIndex;
  readonly voters: readonly NodeId[];
}

/** The state after every slot up to `slot`, in place of them. */
export interface Snapshot {
  readonly slot: LogIndex;
  /** Null for the empty state before the first slot. */
  readonly kv: KvSnapshot | null;
  /** In force from `slot` + 1 on, and after; null for all members. */
  readonly configurations: readonly Configuration[] | null;
}

/** 1a: one for all slots from `from` on. */
export interface Prepare {
  readonly kind: 'prepare';
  readonly ballot: Ballot;
  readonly from: LogIndex;
}

/** 1b: everything from `from` on that the acceptor has accepted or knows to be chosen. */
export interface Promise1b {
  readonly kind: 'promise';
  readonly ballot: Ballot;
  readonly accepted: readonly AcceptedSlot[];
  readonly chosen: readonly ChosenSlot[];
  /** Slots up to here are in the acceptor's snapshot: it cannot report them one by one. */
  readonly snapshotUpTo: number;
}

/** 2a. */
export interface Accept {
  readonly kind: 'accept';
  readonly ballot: Ballot;
  readonly slot: LogIndex;
  readonly command: Command;
}

/** 2b, to the leader alone, who is the distinguished learner. */
export interface Accepted2b {
  readonly kind: 'accepted';
  readonly ballot: Ballot;
  readonly slot: LogIndex;
}

/** What was accepted in `slot` in `ballot` is chosen. */
export interface Commit {
  readonly kind: 'commit';
  readonly ballot: Ballot;
  readonly slot: LogIndex;
}

/** Refuses something of `ballot`: the acceptor has promised more. */
export interface Nack {
  readonly kind: 'nack';
  readonly ballot: Ballot;
  readonly promised: Ballot;
}

/** The leader of `ballot` is alive, and every slot up to `chosenUpTo` is chosen. */
export interface Heartbeat {
  readonly kind: 'heartbeat';
  readonly ballot: Ballot;
  readonly chosenUpTo: LogIndex;
  /** The round of confirmations; the answer repeats it. */
  readonly round: number;
}

export interface HeartbeatAck {
  readonly kind: 'heartbeat-ack';
  readonly ballot: Ballot;
  readonly round: number;
}

export type Learn = SlotLearn<Snapshot>;

export type MultiMessage =
  | Prepare
  | Promise1b
  | Accept
  | Accepted2b
  | Commit
  | Nack
  | Heartbeat
  | HeartbeatAck
  | LearnRequest
  | Learn;

/** What is written to the write-ahead log. */
export type MultiRecord =
  /** This ballot of the node's own is used up, whatever comes of it. */
  | { readonly kind: 'ballot'; readonly ballot: Ballot }
  | { readonly kind: 'promise'; readonly ballot: Ballot }
  /** Accepting is promising as well. */
  | {
      readonly kind: 'accept';
      readonly ballot: Ballot;
      readonly slot: LogIndex;
      readonly command: Command;
    }
  | { readonly kind: 'snapshot'; readonly snapshot: Snapshot };
