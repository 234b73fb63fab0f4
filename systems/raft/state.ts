/** The state of one Raft node (Figure 2 of the extended paper), and access to its log. */

import type { KvLimits, KvMachine, KvState } from '../kv.ts';
import type { Operation } from '../operations.ts';
import type { ClientRef, Env } from '../protocol.ts';
import { reachedBy } from '../quorums.ts';
import type { Entry, LoggedConfiguration, RaftMessage, RaftRecord, Snapshot } from './messages.ts';
import type { RaftRules } from './rules.ts';

type Role = 'follower' | 'pre-candidate' | 'candidate' | 'leader';

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
  readonly electionTimeoutUs: number;
  readonly heartbeatUs: number;
  /** Bound on how much faster one node's clock may run than another's. */
  readonly leaseDriftPpm: number;
}

/** A client that waits for the entry at `index`, which this node appended as a leader. */
interface PendingCommand {
  readonly index: number;
  readonly to: ClientRef;
}

/** A read that waits until this node is known to lead still. */
export interface PendingRead {
  readonly to: ClientRef;
  /** Null for a follower's question: `to` names the follower and its number for it. */
  readonly operation: Operation | null;
  /** The round, started after the read arrived, that has to be confirmed. */
  readonly round: number;
  /** What has to be applied; -1 while it cannot be told. */
  index: number;
}

/** A read that a follower serves, once the leader has said what has to be applied. */
export interface FollowerRead {
  readonly to: ClientRef;
  readonly operation: Operation;
  readonly request: number;
  readonly sinceUs: number;
  /** Term, round and index of the leader's answer; the index is -1 until it comes. */
  term: number;
  round: number;
  index: number;
}

/** `needed` of these nodes have to agree. */
export interface Electorate {
  readonly nodes: readonly number[];
  readonly needed: number;
}

/** What a quorum is asked for. */
export type Purpose = 'election' | 'commit' | 'read';

/** A snapshot on its way to a follower, in pieces. */
export interface Outgoing {
  readonly snapshot: Snapshot;
  readonly text: string;
  /** What the follower has confirmed so far, in characters. */
  offset: number;
}

/** A snapshot on its way from a leader: the pieces so far, and what they are of. */
export interface Incoming {
  readonly term: number;
  readonly index: number;
  text: string;
}

/** A leadership transfer under way. */
export interface Transfer {
  readonly target: number;
  readonly sinceUs: number;
}

/** "Nobody", where a node is expected. */
export const NOBODY = -1;

export interface RaftState {
  readonly config: RaftConfig;
  readonly self: number;
  readonly members: readonly number[];
  role: Role;
  /** Durable: `currentTerm`, `votedFor`, and the log behind its snapshot. */
  term: number;
  votedFor: number;
  log: Entry[];
  snapshot: Snapshot;
  /** The configurations of snapshot and log, by index; the first may be the cluster's initial one. */
  readonly configurations: LoggedConfiguration[];
  /** The one in force here, and what follows from it: whose word counts, and who gets the log. */
  active: LoggedConfiguration;
  electorates: Readonly<Record<Purpose, readonly Electorate[]>>;
  peers: readonly number[];
  selfVotes: boolean;
  /** The log up to here is known to be on this node's disk. */
  durableIndex: number;
  commit: number;
  applied: number;
  leader: number;
  kv: KvState;
  /** When a leader of the current term was last heard: governs stickiness. */
  contactUs: number;
  /** Since when the election timeout runs, and how long it is. */
  waitingSinceUs: number;
  timeoutUs: number;
  /** Candidates: who has granted a vote, by node. */
  readonly granted: boolean[];
  /** Leaders, by node. */
  readonly nextIndex: number[];
  readonly matchIndex: number[];
  /** Whether `nextIndex` is a guess, so that one message at a time is sent to find out. */
  readonly probing: boolean[];
  /** The latest round that the node has answered, and when any answer came. */
  readonly ackRound: number[];
  readonly ackUs: number[];
  /** By node: the last index of each AppendEntries under way; only where `inFlight` limits them. */
  readonly flights: number[][];
  /** By node: the snapshot that it is sent. */
  readonly outgoing: (Outgoing | null)[];
  /** Followers: the snapshot that is coming in. */
  incoming: Incoming | null;
  /**
   * Learners catch up in rounds, each up to where the log ended when it began; one that ends within
   * an election timeout shows that the learner keeps up (dissertation, section 4.2.1).
   */
  readonly catchUpTo: number[];
  readonly catchUpSinceUs: number[];
  readonly caughtUp: boolean[];
  transfer: Transfer | null;
  /** Whether TimeoutNow was sent in this term: it may arrive at any time, so no lease holds. */
  leaseForfeited: boolean;
  /** The first index of the leader's own term. */
  firstOwn: number;
  leaderSinceUs: number;
  /** Rounds of confirmations: the latest started, and the latest that a quorum answered. */
  round: number;
  confirmedRound: number;
  /** When each of the last rounds was started, by its number modulo the length. */
  readonly roundStartUs: number[];
  leaseUntilUs: number;
  /** When everybody was last sent something: a heartbeat is due that long after. */
  heartbeatSentUs: number;
  /** The cluster's clock stood at `clusterUs` when the own clock stood at `leaderSinceUs`. */
  clusterUs: number;
  /** Clients that wait, by index. */
  readonly pending: PendingCommand[];
  readonly reads: PendingRead[];
  readonly followerReads: FollowerRead[];
  /** Numbers of a follower's questions: never used again, not even after a restart. */
  nextRequest: number;
}

/** How many rounds back the start of a round is remembered. */
export const ROUNDS_KEPT = 64;

export const TIMER = { election: 0, heartbeat: 1 } as const;

export type RaftEnv = Env<RaftMessage, RaftRecord>;

/** One step of one node: what every part of the protocol works on. Reused from step to step. */
export interface Raft {
  readonly rules: RaftRules;
  state: RaftState;
  env: RaftEnv;
  /** The state machine's code; its data is in `state.kv`. */
  machine: KvMachine;
}

export function lastIndex(state: Readonly<RaftState>): number {
  return state.snapshot.index + state.log.length;
}

/** The entry at `index`; undefined if it is compacted or not there yet. */
export function entryAt(state: Readonly<RaftState>, index: number): Entry | undefined {
  const at = index - state.snapshot.index - 1;
  // Reading an array out of its bounds makes the engine give up on it.
  return at >= 0 && at < state.log.length ? state.log[at] : undefined;
}

/** Stands for the term of an entry that a snapshot has swallowed, or that does not exist. */
export const TERM_UNKNOWN = -1;

export function termAt(state: Readonly<RaftState>, index: number): number {
  if (index === state.snapshot.index) return state.snapshot.term;
  return entryAt(state, index)?.term ?? TERM_UNKNOWN;
}

/** Entries from `from` on, at most `count`. */
export function entriesFrom(state: Readonly<RaftState>, from: number, count: number): Entry[] {
  const at = Math.max(0, from - state.snapshot.index - 1);
  return state.log.slice(at, at + count);
}

/** What of `values`, by node, the needed nodes of every electorate reach. */
export function quorumReaches(
  electorates: readonly Electorate[],
  values: readonly number[],
): number {
  let reached = Number.POSITIVE_INFINITY;
  for (const { nodes, needed } of electorates) {
    reached = Math.min(reached, reachedBy(values, nodes, needed));
  }
  return reached;
}

/** Whether the nodes that hold something are enough of every electorate. */
export function isQuorum(electorates: readonly Electorate[], holds: readonly boolean[]): boolean {
  for (const { nodes, needed } of electorates) {
    let count = 0;
    for (const node of nodes) if (holds[node]) count++;
    if (count < needed) return false;
  }
  return true;
}
