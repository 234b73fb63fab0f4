/** The state of one Raft node (Figure 2 of the extended paper). */

import type { LogIndex, Micros, NodeId, Term } from '../../checkers/units.ts';
import { ELECTION_TIMER } from '../election-wait.ts';
import type { KvLimits, KvState } from '../kv.ts';
import type { Operation } from '../operations.ts';
import type { ClientRef } from '../protocol.ts';
import type { Electorate, Purpose } from './electorates.ts';
import type { RaftLog } from './log.ts';
import type { LoggedConfiguration } from './messages.ts';
import type { Progress } from './progress.ts';

/** Who may become what stands in `roles.ts`, which alone changes it. */
export type Role = 'follower' | 'pre-candidate' | 'candidate' | 'leader';

/** Options, resolved. */
export interface RaftConfig extends KvLimits {
  /** How reads are made linearizable: dissertation, sections 6.4 and 6.4.1. */
  readonly reads: 'index' | 'lease' | 'log' | 'follower';
  readonly preVote: boolean;
  readonly checkQuorum: boolean;
  /** Entries applied between snapshots; 0 for none. */
  readonly snapshotEvery: number;
  /** Most characters in one InstallSnapshot. */
  readonly snapshotChunkBytes: number;
  /** Most entries in one AppendEntries. */
  readonly batch: number;
  /** Most AppendEntries under way to one follower; 0 for no limit. */
  readonly inFlight: number;
  /** How the leader changes the configuration, to try that out, and after how many entries. */
  readonly membership: 'off' | 'single' | 'joint';
  readonly reconfigureEvery: number;
  /** Entries that a leader commits before it transfers its leadership; 0 for never. */
  readonly transferEvery: number;
  /** T: timeouts are drawn from [T, 2T). */
  readonly electionTimeoutUs: Micros;
  readonly heartbeatUs: Micros;
  /** Bound on how much faster one node's clock may run than another's. */
  readonly leaseDriftPpm: number;
}

/** A client that waits for the entry at `index`, which this node appended as a leader. */
interface PendingCommand {
  readonly index: LogIndex;
  readonly to: ClientRef;
}

/** A read that waits until this node is known to lead still. */
export interface PendingRead {
  readonly to: ClientRef;
  /** Null for a follower's question: `to` names the follower and its number for it. */
  readonly operation: Operation | null;
  /** The round, started after the read arrived, that has to be confirmed. */
  readonly round: number;
  /** The last round that had begun when the read arrived. */
  readonly since: number;
  /** What has to be applied; -1 while it cannot be told. */
  index: LogIndex;
}

/** A read that a follower serves, once the leader has said what has to be applied. */
export interface FollowerRead {
  readonly to: ClientRef;
  readonly operation: Operation;
  readonly request: number;
  readonly sinceUs: Micros;
  /** Term, round and index of the leader's answer; the index is -1 until it comes. */
  term: Term;
  round: number;
  index: LogIndex;
}

/** A snapshot on its way from a leader: the pieces so far, and what they are of. */
export interface Incoming {
  readonly term: Term;
  readonly index: LogIndex;
  text: string;
}

/** A leadership transfer under way. */
export interface Transfer {
  readonly target: NodeId;
  readonly sinceUs: Micros;
}

/** "Nobody", where a node is expected. */
export const NOBODY = -1;

/** What a leader keeps: all of it begins anew with each leadership. */
export interface Leadership {
  /** By node. */
  progress: readonly Progress[];
  transfer: Transfer | null;
  /** Whether TimeoutNow was sent in this term: it may arrive at any time, so no lease holds. */
  leaseForfeited: boolean;
  /** The first index of the leader's own term. */
  firstOwn: number;
  leaderSinceUs: Micros;
  /** Rounds of confirmations: the latest started, and the latest that a quorum answered. */
  round: number;
  confirmedRound: number;
  leaseUntilUs: Micros;
  /** The cluster's clock stood at `clusterUs` when the own clock stood at `leaderSinceUs`. */
  clusterUs: Micros;
}

export interface RaftState extends RaftLog, Leadership {
  readonly config: RaftConfig;
  /** Where the log says that its predecessor was removed; 0 for none. */
  readonly removedAt: LogIndex;
  readonly self: NodeId;
  readonly members: readonly NodeId[];
  role: Role;
  /** Durable: `currentTerm`, `votedFor`, and the log with its snapshot. */
  term: Term;
  votedFor: NodeId;
  /** The configurations of snapshot and log, by index; the first may be the cluster's initial one. */
  readonly configurations: LoggedConfiguration[];
  /** The one in force here, and what follows from it: whose word counts, and who gets the log. */
  active: LoggedConfiguration;
  electorates: Readonly<Record<Purpose, readonly Electorate[]>>;
  peers: readonly NodeId[];
  selfVotes: boolean;
  commit: LogIndex;
  applied: LogIndex;
  leader: NodeId;
  kv: KvState;
  /** When a leader of the current term was last heard: governs stickiness. */
  contactUs: Micros;
  /** Since when the election timeout runs, and how long it is. */
  waitingSinceUs: Micros;
  timeoutUs: Micros;
  /** Candidates: who has granted a vote, by node. */
  readonly granted: boolean[];
  /** Followers: the snapshot that is coming in. */
  incoming: Incoming | null;
  /** Leaders: when each of the last rounds was started, by its number modulo the length. */
  readonly roundStartUs: Micros[];
  /** The same on the node's own clock, which no rule chooses: evidence for the trace. */
  readonly roundBegunUs: Micros[];
  /** Leaders: when everybody was last sent something: a heartbeat is due that long after. */
  heartbeatSentUs: Micros;
  /** Clients that wait, by index. */
  readonly pending: PendingCommand[];
  readonly reads: PendingRead[];
  readonly followerReads: FollowerRead[];
  /** Numbers of a follower's questions: never used again, not even after a restart. */
  nextRequest: number;
}

/** How many rounds back the start of a round is remembered. */
export const ROUNDS_KEPT = 64;

export const TIMER = { election: ELECTION_TIMER, heartbeat: 1 } as const;
