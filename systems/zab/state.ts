/** The state of one Zab server. */

import type { Zxid } from '../../checkers/agreement/zab/events.ts';
import type { Epoch, LogIndex, Micros, NodeId } from '../../checkers/units.ts';
import type { KvLimits, KvState } from '../kv.ts';
import type { Operation } from '../operations.ts';
import type { ClientRef } from '../protocol.ts';
import type { Notification, Place, Snapshot, Txn, Vote } from './messages.ts';
import type { QuorumSpec } from './quorums.ts';

/** Options, resolved. */
export interface ZabConfig extends KvLimits {
  /** What a read is: of the server's own state, the same behind a `sync`, or through the log. */
  readonly reads: 'local' | 'sync' | 'quorum';
  readonly quorum: QuorumSpec;
  /** How many of the last nodes do not vote. */
  readonly observers: number;
  /** The last number of a transaction in its epoch. */
  readonly counterMax: number;
  /** Transactions delivered between snapshots; 0 for none. */
  readonly snapshotEvery: number;
  /** Transactions kept behind a snapshot, for servers that are not far behind. */
  readonly retained: number;
  readonly initLimitUs: Micros;
  readonly syncLimitUs: Micros;
  readonly pingUs: Micros;
  readonly finalizeUs: Micros;
  readonly resendMinUs: Micros;
  readonly resendMaxUs: Micros;
}

/** "Nobody", where a node is expected. */
export const NOBODY = -1;
/** Before the first transaction. */
export const ZERO: Zxid = { epoch: 0, counter: 0 };

/** A client that waits for the transaction that this server has asked for. */
interface Waiting {
  readonly to: ClientRef;
}

/** A read that waits for the leader's answer to a `sync`. */
export interface PendingSync {
  readonly to: ClientRef;
  readonly operation: Operation;
  /** The position at which its client has seen the state. */
  readonly seen: LogIndex;
}

/** What a follower was sent of its leader's history; it comes into force with NEWLEADER. */
export interface Staged {
  snapshot: Snapshot | null;
  truncateTo: Zxid | null;
  txns: readonly Txn[];
}

/** Leader: a server that joins or has joined. */
export interface Learner {
  readonly link: number;
  readonly acceptedEpoch: Epoch;
  /**
   * `joining`: FOLLOWERINFO came; `acked`: it has accepted the epoch; `syncing`: it was sent the
   * history, and is sent every proposal; `synced`: it has acknowledged NEWLEADER; `serving`:
   * UPTODATE was sent, and every commit is.
   */
  stage: 'joining' | 'acked' | 'syncing' | 'synced' | 'serving';
  /** Whether its ACKEPOCH counts. */
  counts: boolean;
  ends: readonly Zxid[];
  /** The last position of what it was sent before NEWLEADER. */
  syncedTo: number;
  heardUs: Micros;
}

/** Leader: a transaction that is not committed yet. */
export interface Proposal {
  readonly position: LogIndex;
  readonly zxid: Zxid;
  /** Who has it on disk, as a mask. */
  acked: number;
}

/** Leader: a `sync` that waits for the commit at `position`. */
export interface WaitingSync {
  readonly node: NodeId;
  readonly link: number;
  readonly number: number;
  readonly position: LogIndex;
}

/** Who may become what, and in which order phases follow, stands in `phases.ts`, which changes both. */
export type Role = Notification['role'];
export type Phase = 'election' | 'discovery' | 'synchronisation' | 'broadcast';

export interface ZabState {
  readonly config: ZabConfig;
  readonly self: NodeId;
  readonly members: readonly NodeId[];
  readonly voters: readonly NodeId[];
  /** Which sets of voters are quorums, by mask. */
  readonly quorums: readonly boolean[];
  role: Role;
  phase: Phase;

  /** Durable: the last epoch promised to a leader (f.p), and the last one joined (f.a). */
  acceptedEpoch: Epoch;
  currentEpoch: Epoch;
  /** Durable: the history behind `base`, part of which the snapshot may cover. */
  base: Place;
  log: Txn[];
  snapshot: Snapshot;

  /** Positions up to which the history is known to be committed, and is delivered. */
  committed: LogIndex;
  applied: LogIndex;
  kv: KvState;

  /** Phase 0: the round of elections, and votes in it. */
  clock: number;
  vote: Vote;
  readonly votes: Map<number, Vote>;
  /** What servers that are not looking said, by server, until they are. */
  readonly outside: Map<number, Notification>;
  resendUs: Micros;
  /** Whether a quorum has held the own vote, and only better votes are waited for. */
  isFinalizing: boolean;

  /** Whom it follows, itself included. */
  leader: NodeId;
  /** How often this server has joined a leader, or tried to. */
  link: number;
  joinedUs: Micros;
  heardUs: Micros;
  staged: Staged;

  /** Servers: clients that wait, by the number of their request. */
  readonly pending: Map<number, Waiting>;
  readonly pendingSyncs: Map<number, PendingSync>;
  requests: number;

  /** Leaders: the epoch proposed, 0 for none yet, and the highest that anybody had accepted. */
  epoch: Epoch;
  highestEpoch: Epoch;
  counter: number;
  /** By node. */
  readonly learners: (Learner | null)[];
  readonly outstanding: Proposal[];
  readonly waitingSyncs: WaitingSync[];
  /** The cluster's clock stood at `clusterUs` when the own clock stood at `leaderSinceUs`. */
  clusterUs: Micros;
  leaderSinceUs: Micros;
}

export const TIMER = { resend: 0, finalize: 1, limit: 2, ping: 3 } as const;

export function emptyStage(): Staged {
  return { snapshot: null, truncateTo: null, txns: [] };
}

export function isVoter(state: Readonly<ZabState>, node: NodeId): boolean {
  return node < state.members.length - state.config.observers;
}

/** Leader: itself and the learners in one of these stages, as a mask of voters. */
export function votersIn(
  state: Readonly<ZabState>,
  belongs: (learner: Readonly<Learner>) => boolean,
): number {
  let mask = 1 << state.self;
  for (const node of state.voters) {
    const learner = state.learners[node];
    if (learner && belongs(learner)) mask |= 1 << node;
  }
  return mask;
}
