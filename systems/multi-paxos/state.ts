/** The state of one Multi-Paxos node: proposer, acceptor, learner and replica in one process. */

import type { Ballot, LogIndex, Micros, NodeId } from '../../checkers/units.ts';
import { ELECTION_TIMER } from '../election-wait.ts';
import type { Command, KvLimits, KvState } from '../kv.ts';
import type { Operation } from '../operations.ts';
import type { ClientRef } from '../protocol.ts';
import type { Accepted, Configuration, Promise1b, Snapshot } from './messages.ts';

/** Who may become what stands in `roles.ts`, which alone changes it. */
export type Role = 'follower' | 'candidate' | 'leader';

/** Options, resolved. */
export interface MultiConfig extends KvLimits {
  /** How reads are made linearizable: confirmed by a round, by a lease, or through the log. */
  readonly reads: 'confirmed' | 'lease' | 'log';
  readonly checkQuorum: boolean;
  /** Slots applied between snapshots; 0 for none. */
  readonly snapshotEvery: number;
  /** Most slots in flight beyond the chosen prefix; also Lamport's alpha. */
  readonly window: number;
  /** Slots after which the leader changes the configuration, to try that out; 0 for never. */
  readonly reconfigureEvery: number;
  /** Most slots in one Learn. */
  readonly batch: number;
  /** T: timeouts are drawn from [T, 2T). */
  readonly electionTimeoutUs: Micros;
  readonly heartbeatUs: Micros;
  /** After how long an unanswered Accept is sent again. */
  readonly retransmitUs: Micros;
  readonly leaseUs: Micros;
  /** Bound on how much faster one node's clock may run than another's. */
  readonly leaseDriftPpm: number;
}

/** No ballot: below every ballot. */
export const NO_BALLOT = -1;
/** "Nobody", where a node is expected. */
export const NOBODY = -1;
/** "None", where a slot is expected; slots begin at 1. */
export const NO_SLOT = 0;

/** A promise that a candidate has counted. */
export interface CountedPromise extends Promise1b {
  readonly node: NodeId;
}

/** A command under way in the leader's ballot. */
export interface Proposal {
  readonly command: Command;
  /** By node. */
  readonly accepted: boolean[];
  sentUs: Micros;
}

/** A client that waits for its command. */
export interface Waiting {
  readonly command: Command;
  /** Null for a command of the leader's own. */
  readonly to: ClientRef | null;
}

/** A read that waits until this node is known to lead still. */
export interface PendingRead {
  readonly to: ClientRef;
  readonly operation: Operation;
  /** The round, started after the read arrived, that has to be confirmed. */
  readonly round: number;
  /** The last round that had begun when it arrived. */
  readonly since: number;
  /** What has to be applied; -1 while it cannot be told. */
  index: LogIndex;
}

export interface MultiState {
  readonly config: MultiConfig;
  readonly self: NodeId;
  readonly members: readonly NodeId[];
  role: Role;
  /** Durable: the highest ballot promised, for all slots at once. */
  promised: Ballot;
  /** Durable: the highest ballot of its own that the node has used. */
  ownBallot: Ballot;
  /** Durable, behind the snapshot: what was accepted, by slot. */
  readonly accepted: Map<number, Accepted>;
  snapshot: Snapshot;
  /** What is known to be chosen, behind the snapshot. */
  readonly chosen: Map<number, Command>;
  /** Every slot up to here is known to be chosen. */
  chosenUpTo: LogIndex;
  applied: LogIndex;
  /** Who votes, by slot; in order. The last one may lie ahead. */
  readonly configurations: Configuration[];
  kv: KvState;
  /** The highest ballot heard of. */
  seen: number;
  leader: NodeId;
  /** Slots that are chosen if what comes to be accepted in them is of this ballot. */
  readonly notices: Map<number, number>;
  /** When a leader was last heard: the election timeout runs from then, and is so long. */
  waitingSinceUs: Micros;
  timeoutUs: Micros;
  /** The lease that this acceptor has granted: to whom, and until when on its own clock. */
  grantedTo: number;
  grantedUntilUs: Micros;
  /** When it was granted: evidence for the trace. */
  grantedAtUs: Micros;
  /** When the node was started, and how often it had been by then. */
  readonly startedUs: Micros;
  readonly incarnation: number;
  /** Candidates and leaders: the ballot under way, and the first slot that it prepared. */
  ballot: Ballot;
  preparedFrom: LogIndex;
  promises: CountedPromise[];
  /** New leaders: what was reported of the slots below their own first one. */
  reports: Map<number, Accepted[]>;
  /** Leaders: the next free slot, and the first one that is the leader's own. */
  next: number;
  firstOwn: number;
  readonly proposals: Map<number, Proposal>;
  /** Commands for which the window had no room, in order. */
  readonly backlog: Waiting[];
  /** Clients by the slot in which their command was proposed; they outlive the leadership. */
  readonly waiting: Map<number, Waiting>;
  /** Leaders, by node: the latest round answered, and when an answer to it came last. */
  readonly ackRound: number[];
  readonly ackUs: Micros[];
  leaderSinceUs: Micros;
  /** Rounds of confirmations: the latest started, and the latest that a quorum answered. */
  round: number;
  confirmedRound: number;
  /** When each of the last rounds was started, by its number modulo the length. */
  readonly roundStartUs: Micros[];
  /** The same on the node's own clock, which no rule chooses: evidence for the trace. */
  readonly roundBegunUs: Micros[];
  leaseUntilUs: Micros;
  /** The cluster's clock stood at `clusterUs` when the own clock stood at `leaderSinceUs`. */
  clusterUs: Micros;
  readonly reads: PendingRead[];
}

/** How many rounds back the start of a round is remembered. */
export const ROUNDS_KEPT = 64;

export const TIMER = { election: ELECTION_TIMER, heartbeat: 1 } as const;
