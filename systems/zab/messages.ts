/** Messages and durable records of Zab. Immutable: the simulator passes them by reference. */

import type { Zxid } from '../../checkers/agreement/zab/events.ts';
import type { Epoch, LogIndex, NodeId } from '../../checkers/units.ts';
import type { Command, KvSnapshot } from '../kv.ts';
import type { Request } from '../protocol.ts';

/** Which server's client waits for a transaction, and under which number that server knows it. */
export interface Origin {
  readonly node: NodeId;
  /** The life of the server: a later one numbers its requests anew. */
  readonly incarnation: number;
  readonly number: number;
}

/** One transaction; its position is where it stands in the history. */
export interface Txn {
  readonly zxid: Zxid;
  readonly command: Command;
  readonly origin: Origin;
}

/** A point of the total order: so many transactions, of which the last was this one. */
export interface Place {
  readonly position: LogIndex;
  readonly zxid: Zxid;
}

/** The state at a delivered transaction, in place of the history up to there. */
export interface Snapshot extends Place {
  /** Null for the empty state before the first transaction. */
  readonly kv: KvSnapshot | null;
}

/** A vote of leader election: for whom, on the strength of which history. */
export interface Vote {
  readonly leader: NodeId;
  /** The `currentEpoch` and the last zxid of the proposed leader. */
  readonly epoch: Epoch;
  readonly zxid: Zxid;
}

/** Phase 0, Fast Leader Election: where the sender stands, and for whom it votes. */
export interface Notification {
  readonly kind: 'notification';
  readonly role: 'looking' | 'following' | 'leading' | 'observing';
  /** The sender's round of elections. */
  readonly clock: number;
  readonly vote: Vote;
}

/**
 * A follower numbers the times it joins a leader: messages of the phases after the election carry
 * that number. It stands for the TCP connection that ZooKeeper opens for each of them.
 */
interface Linked {
  readonly link: number;
}

/** Phase 1: the follower is there, and has promised to accept no epoch below this one. */
export interface FollowerInfo extends Linked {
  readonly kind: 'follower-info';
  readonly acceptedEpoch: Epoch;
}

/** Phase 1: the epoch that the leader proposes. */
export interface LeaderInfo extends Linked {
  readonly kind: 'leader-info';
  readonly epoch: Epoch;
}

/** Phase 1: the follower has accepted the epoch, and says what its history is. */
export interface AckEpoch extends Linked {
  readonly kind: 'ack-epoch';
  /** False where it had accepted the epoch before: that has been counted already. */
  readonly counts: boolean;
  readonly currentEpoch: Epoch;
  readonly last: Zxid;
  /** Where its history leaves off in each epoch, as far back as it goes; in order. */
  readonly ends: readonly Zxid[];
}

/** Phase 2: forget everything behind `to`. */
export interface Truncate extends Linked {
  readonly kind: 'truncate';
  readonly to: Zxid;
}

/** Phase 2: what follows in the leader's history. */
export interface Diff extends Linked {
  readonly kind: 'diff';
  readonly txns: readonly Txn[];
}

/** Phase 2: a state, in place of the follower's whole history. */
export interface Snap extends Linked {
  readonly kind: 'snapshot';
  readonly snapshot: Snapshot;
}

/** Phase 2: the history is complete; from its acknowledgement on the follower is of this epoch. */
export interface NewLeader extends Linked {
  readonly kind: 'new-leader';
  readonly epoch: Epoch;
}

export interface AckNewLeader extends Linked {
  readonly kind: 'ack-new-leader';
}

/** Phase 2 ends: the follower may serve clients, and everything up to `committed` is. */
export interface UpToDate extends Linked {
  readonly kind: 'up-to-date';
  readonly committed: Zxid;
}

export interface Propose extends Linked {
  readonly kind: 'propose';
  readonly txn: Txn;
}

export interface Ack extends Linked {
  readonly kind: 'ack';
  readonly zxid: Zxid;
}

/** Everything up to `zxid` is committed. */
export interface Commit extends Linked {
  readonly kind: 'commit';
  readonly zxid: Zxid;
}

/** A client's request, on its way from the server that it asked to the leader. */
export interface Forward extends Linked {
  readonly kind: 'forward';
  readonly origin: Origin;
  readonly request: Request;
}

export interface Sync extends Linked {
  readonly kind: 'sync';
  readonly number: number;
}

/** Sent behind the commits of all that the leader had proposed when it was asked. */
export interface Synced extends Linked {
  readonly kind: 'synced';
  readonly number: number;
  readonly position: LogIndex;
}

export interface Ping extends Linked {
  readonly kind: 'ping' | 'pong';
}

export type SyncMessage = Truncate | Diff | Snap | NewLeader;

export type ZabMessage =
  | Notification
  | FollowerInfo
  | LeaderInfo
  | AckEpoch
  | SyncMessage
  | AckNewLeader
  | UpToDate
  | Propose
  | Ack
  | Commit
  | Forward
  | Sync
  | Synced
  | Ping;

export type ZabRecord =
  | { readonly kind: 'accepted-epoch'; readonly epoch: Epoch }
  | { readonly kind: 'current-epoch'; readonly epoch: Epoch }
  /** One transaction more. */
  | { readonly kind: 'txn'; readonly txn: Txn }
  /** A synchronisation: the history up to position `keep`, and these behind it. */
  | { readonly kind: 'sync'; readonly keep: number; readonly txns: readonly Txn[] }
  | { readonly kind: 'snapshot'; readonly snapshot: Snapshot }
  /** The history from `base` on. */
  | { readonly kind: 'history'; readonly base: Place; readonly txns: readonly Txn[] };
