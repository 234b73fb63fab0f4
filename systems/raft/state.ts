/** The state of one Raft node (Figure 2 of the extended paper), and access to its log. */

import type { KvLimits, KvMachine, KvState } from '../kv.ts';
import type { Operation } from '../operations.ts';
import type { ClientRef, Env } from '../protocol.ts';
import type { Entry, RaftMessage, RaftRecord, Snapshot } from './messages.ts';
import type { RaftRules } from './rules.ts';

type Role = 'follower' | 'pre-candidate' | 'candidate' | 'leader';

/** Options, resolved. */
export interface RaftConfig extends KvLimits {
  /** How reads are made linearizable: dissertation, sections 6.4 and 6.4.1. */
  readonly reads: 'index' | 'lease' | 'log';
  readonly preVote: boolean;
  readonly checkQuorum: boolean;
  /** Entries applied between snapshots; 0 for none. */
  readonly snapshotEvery: number;
  /** Most entries in one AppendEntries. */
  readonly batch: number;
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
  readonly operation: Operation;
  /** The round, started after the read arrived, that has to be confirmed. */
  readonly round: number;
  /** What has to be applied; -1 while it cannot be told. */
  index: number;
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

/** The item of `values` that `count` of them reach: the count-th largest. */
export function reachedBy(values: readonly number[], count: number): number {
  let best = Number.NEGATIVE_INFINITY;
  for (const candidate of values) {
    if (candidate <= best) continue;
    let reaching = 0;
    for (const value of values) if (value >= candidate) reaching++;
    if (reaching >= count) best = candidate;
  }
  return best;
}
