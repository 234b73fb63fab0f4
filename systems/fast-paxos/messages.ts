/** Messages and durable records of Fast Paxos. Immutable: the simulator passes them by reference. */

import type { Ballot, LogIndex } from '../../checkers/units.ts';
import type { Command, KvSnapshot } from '../kv.ts';
import type { ClientRef } from '../protocol.ts';
import type {
  LearnRequest,
  ChosenSlot as SlotChosen,
  Learn as SlotLearn,
} from '../slot-learning.ts';

/**
 * A command says which request it is of: any node proposes, so two requests that ask the same must
 * still be told apart. Null for no-ops.
 */
export interface FastCommand extends Command {
  readonly from: ClientRef | null;
}

/** What an acceptor has voted for in one slot: vrnd and vval. */
export interface Accepted {
  readonly round: number;
  readonly command: FastCommand;
}

export interface AcceptedSlot extends Accepted {
  readonly slot: LogIndex;
}

export type ChosenSlot = SlotChosen<FastCommand>;

/** The state after every slot up to `slot`, in place of them; `kv` is null before the first. */
export interface Snapshot {
  readonly slot: LogIndex;
  readonly kv: KvSnapshot | null;
}

/** 1a: one for all slots from `from` on. */
export interface Prepare {
  readonly kind: 'prepare';
  readonly round: number;
  readonly from: LogIndex;
}

/** 1b: every vote from `from` on, and what the acceptor knows to be chosen. */
export interface Promise1b {
  readonly kind: 'promise';
  readonly round: number;
  readonly accepted: readonly AcceptedSlot[];
  readonly chosen: readonly ChosenSlot[];
  /** Slots up to here are in the acceptor's snapshot: it cannot report them one by one. */
  readonly snapshotUpTo: number;
}

/** 2a "Any": in every slot from `from` on the acceptor may vote for what reaches it first. */
export interface Any2a {
  readonly kind: 'any';
  readonly round: number;
  readonly from: LogIndex;
}

/** 2a with a value. */
export interface Accept {
  readonly kind: 'accept';
  readonly round: number;
  readonly slot: LogIndex;
  readonly command: FastCommand;
}

/** A proposal straight to the acceptors, for a slot that its sender does not know to be taken. */
export interface Proposal {
  readonly kind: 'proposal';
  readonly slot: LogIndex;
  readonly command: FastCommand;
  /** Sent before, or to find out: who has voted already says so once more. */
  readonly again: boolean;
}

/** 2b, to every node: all of them are learners. */
export interface Voted {
  readonly kind: 'voted';
  readonly round: number;
  readonly slot: LogIndex;
  readonly command: FastCommand;
}

/** A command for the coordinator of a classic round to propose. */
export interface Forward {
  readonly kind: 'forward';
  readonly command: FastCommand;
}

/** Refuses something of `round`: the acceptor has promised more. */
export interface Nack {
  readonly kind: 'nack';
  readonly round: number;
  readonly promised: Ballot;
}

/** The coordinator of `round` is alive, and every slot up to `chosenUpTo` is chosen. */
export interface Heartbeat {
  readonly kind: 'heartbeat';
  readonly round: number;
  readonly chosenUpTo: LogIndex;
  /** The Any of a fast round, in case it was lost: from which slot on; 0 for none. */
  readonly anyFrom: number;
  /** Which heartbeat of the round it is; the answer repeats it. */
  readonly beat: number;
}

export interface HeartbeatAck {
  readonly kind: 'heartbeat-ack';
  readonly round: number;
  readonly beat: number;
}

export type Learn = SlotLearn<Snapshot, FastCommand>;

export type FastMessage =
  | Prepare
  | Promise1b
  | Any2a
  | Accept
  | Proposal
  | Voted
  | Forward
  | Nack
  | Heartbeat
  | HeartbeatAck
  | LearnRequest
  | Learn;

/** What is written to the write-ahead log. */
export type FastRecord =
  /** This round of the node's own, and its direct successor, are used up. */
  | { readonly kind: 'round'; readonly round: number }
  | { readonly kind: 'promise'; readonly round: number }
  /** Any was received; that is a promise as well. */
  | { readonly kind: 'any'; readonly round: number; readonly from: LogIndex }
  /** A vote promises nothing but in its own slot. */
  | {
      readonly kind: 'vote';
      readonly round: number;
      readonly slot: LogIndex;
      readonly command: FastCommand;
    }
  | { readonly kind: 'snapshot'; readonly snapshot: Snapshot };
