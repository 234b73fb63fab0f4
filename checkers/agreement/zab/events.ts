/** What servers of Zab report beside what others do, and find on their disks. */

import type { LogPosition } from '../../trace.ts';
import type { Epoch, LogIndex, NodeId } from '../../units.ts';

/** A transaction's place in Zab's order: the epoch that proposed it, and its number there, from 1. */
export interface Zxid {
  readonly epoch: Epoch;
  readonly counter: number;
}

/** What a Zab server found on its disk when it started; epoch 0 and counter 0 for nothing yet. */
export interface ZabRecovered {
  readonly acceptedEpoch: Epoch;
  readonly currentEpoch: Epoch;
  /**
   * Up to where a snapshot stands in place of the history: `term` is the epoch, `counter` the
   * place in it, `index` how many transactions that is in all.
   */
  readonly snapshot: LogPosition & { readonly counter: number };
  /** What is logged behind the snapshot, in order. */
  readonly history: readonly (Zxid & { readonly valueHash: number })[];
}

/** A vote of Zab's leader election: for whom, on the strength of which history. */
export interface ZabVote {
  readonly leader: NodeId;
  readonly epoch: Epoch;
  readonly zxid: Zxid;
}

/** Zab (Junqueira, Reed, Serafini 2011) with ZooKeeper's leader election; phases as in the paper. */
export type ZabEvent =
  /**
   * Phase 0 begins: the server looks for a leader in this round of elections. `spent`: it led, and
   * its epoch had no more numbers for transactions.
   */
  | { readonly kind: 'looking'; readonly clock: number; readonly spent?: boolean }
  | { readonly kind: 'vote-change'; readonly clock: number; readonly vote: ZabVote }
  /** The server takes `leader` for elected, on the word of these servers. */
  | {
      readonly kind: 'elected';
      readonly clock: number;
      readonly leader: NodeId;
      readonly certificate: readonly number[];
    }
  /** Phase 1. `accepted-epoch` is durable: no lower epoch will be accepted. */
  | { readonly kind: 'accepted-epoch'; readonly epoch: Epoch }
  /** Leader: the epoch it proposes, above what these followers (and itself) had accepted. */
  | {
      readonly kind: 'new-epoch';
      readonly epoch: Epoch;
      readonly certificate: readonly { readonly node: NodeId; readonly acceptedEpoch: Epoch }[];
    }
  /** Phase 2. `current-epoch` is durable, and so is the history of that epoch up to `last`. */
  | { readonly kind: 'current-epoch'; readonly epoch: Epoch; readonly last: Zxid }
  /** Leader: these servers hold its initial history (`length` transactions, up to `last`). */
  | {
      readonly kind: 'established';
      readonly epoch: Epoch;
      readonly last: Zxid;
      readonly length: number;
      readonly certificate: readonly number[];
    }
  /** The server may answer clients from now on, until it looks for a leader again. */
  | { readonly kind: 'serving'; readonly epoch: Epoch }
  /** Phase 3. Leader: a new transaction of its epoch. */
  | { readonly kind: 'propose-txn'; readonly zxid: Zxid; readonly valueHash: number }
  /** A transaction is durable in this server's history, behind all before it. */
  | { readonly kind: 'logged'; readonly zxid: Zxid; readonly valueHash: number }
  /** The history was cut: nothing behind `to` is left. */
  | { readonly kind: 'truncate-txns'; readonly to: Zxid }
  /**
   * Everything up to `zxid` is committed. The leader names who had logged it; a follower was told,
   * and has an empty certificate.
   */
  | { readonly kind: 'commit-txn'; readonly zxid: Zxid; readonly certificate: readonly number[] }
  | {
      readonly kind: 'snapshot-txns';
      readonly op: 'take' | 'install';
      readonly zxid: Zxid;
      /** How many transactions it stands for. */
      readonly position: LogIndex;
      readonly stateHash: number;
    };

declare module '../../trace.ts' {
  interface TraceEvents {
    readonly zab: ZabEvent;
  }
  interface RecoveredStates {
    readonly zab: ZabRecovered;
  }
  interface BootFacts {
    /** Weights of the voters, as in `nodes`; absent where every one counts once. */
    readonly weights?: readonly number[];
    /** Hierarchical quorums: the group of each voter, as in `nodes`; absent where there are none. */
    readonly groups?: readonly number[];
  }
  interface ApplyFacts {
    /** Zab: which transaction it was. */
    readonly zxid?: Zxid;
  }
}
