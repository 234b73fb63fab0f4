/** The state of one Fast Paxos node: proposer, acceptor, coordinator, learner and replica in one. */

import type { Ballot, LogIndex, Micros, NodeId } from '../../checkers/units.ts';
import { ELECTION_TIMER } from '../election-wait.ts';
import type { KvLimits, KvState } from '../kv.ts';
import type { ClientRef } from '../protocol.ts';
import type { Accepted, Any2a, FastCommand, Promise1b, Snapshot } from './messages.ts';
import type { QuorumChoice, Quorums } from './quorums.ts';

/** A candidate is in phase 1; a leader in phase 2, of a fast or a classic round. */
export type Role = 'follower' | 'candidate' | 'leader';

/** Options, resolved. */
export interface FastConfig extends KvLimits, QuorumChoice {
  readonly rounds: 'fast' | 'classic';
  readonly contentionMax: number;
  /** The shortest stay in a classic round. */
  readonly classicUs: Micros;
  readonly checkQuorum: boolean;
  /** T: timeouts are drawn from [T, 2T). */
  readonly electionTimeoutUs: Micros;
  readonly heartbeatUs: Micros;
  readonly retransmitUs: Micros;
  /** Most slots beyond the chosen prefix that a node proposes in. */
  readonly window: number;
  /** Slots applied between snapshots; 0 for none. */
  readonly snapshotEvery: number;
  /** Most slots in one Learn. */
  readonly batch: number;
}

/** "Nobody", where a node is expected. */
export const NOBODY = -1;
/** "None", where a slot is expected; slots begin at 1. */
export const NO_SLOT = 0;

/** A promise that a candidate has counted. */
export interface CountedPromise extends Promise1b {
  readonly node: NodeId;
}

/** One vote for one slot, and whose it is. */
export interface Vote extends Accepted {
  readonly node: NodeId;
}

/** Votes for one slot that is not known to be chosen: the latest of each node. */
export interface Tally {
  /** By node; null for none yet. */
  readonly votes: (Accepted | null)[];
  /** When the coordinator looks after it if it is not chosen by then. */
  attendUs: Micros;
}

/** What the coordinator has proposed in a slot itself (2a with a value), in its round or the next. */
export interface Phase2 {
  readonly round: number;
  readonly command: FastCommand;
  sentUs: Micros;
}

/** A command that a node sees to, for a client or (coordinator) for another node. */
export interface Waiting {
  readonly command: FastCommand;
  /** Null for a command of another node's client. */
  readonly to: ClientRef | null;
  /** Still here, proposed by this node in `slot`, or sent to the coordinator. */
  place: 'backlog' | 'offered' | 'forwarded';
  slot: LogIndex;
  readonly sinceUs: Micros;
  /** When it was last sent to anybody; null for never. */
  sentUs: Micros | null;
}

export interface FastState {
  readonly config: FastConfig;
  readonly self: NodeId;
  readonly members: readonly NodeId[];
  readonly quorums: Quorums;
  role: Role;
  /** Durable: the highest round promised, for all slots at once. */
  promised: Ballot;
  /** Durable: the highest round of its own that the node has used. */
  ownRound: number;
  /** Durable: the last Any received. */
  any: Omit<Any2a, 'kind'>;
  /** Durable, behind the snapshot: votes, by slot. */
  readonly accepted: Map<number, Accepted>;
  snapshot: Snapshot;
  /** What is known to be chosen, behind the snapshot. */
  readonly chosen: Map<number, FastCommand>;
  /** Every slot up to here is known to be chosen. */
  chosenUpTo: LogIndex;
  applied: LogIndex;
  kv: KvState;
  /** The highest round heard of. */
  seen: number;
  leader: NodeId;
  /** The round that a coordinator was last heard in. */
  following: number;
  /** When a coordinator was last heard: the election timeout runs from then, and is so long. */
  waitingSinceUs: Micros;
  timeoutUs: Micros;
  /** Learner: votes by slot. */
  readonly tallies: Map<number, Tally>;
  /** The highest slot that is known to be taken in the round promised. */
  taken: number;
  /** Proposer: commands under way, by request. */
  readonly waiting: Map<number, Waiting>;
  /** Those that this node proposed to the acceptors, by slot. */
  readonly offers: Map<number, Waiting>;
  /** Those that are neither proposed nor sent to the coordinator, in order. */
  backlog: Waiting[];
  /** Whether the timer for what gets no answer runs. */
  retrying: boolean;
  /** Coordinator: the round under way, since when, and the first slot that it prepared. */
  round: number;
  roundSinceUs: Micros;
  preparedFrom: LogIndex;
  /** No fast round is tried before. */
  fastFromUs: Micros;
  promises: CountedPromise[];
  /** Coordinator: the last round that it led, until it gave up. */
  led: number;
  /** Coordinator: what it proposed itself and is not known to be chosen. */
  readonly proposals: Map<number, Phase2>;
  /** Coordinator: rises with every recovery, and falls with every slot that needs none. */
  contention: number;
  /** Coordinator: how many heartbeats it has sent in its round. */
  beat: number;
  /** Coordinator, by node: the latest heartbeat answered, and when an answer to it, or a promise, came last. */
  readonly ackBeat: number[];
  readonly ackUs: Micros[];
  /** The cluster's clock stood at `clusterUs` when the own clock stood at `clusterSinceUs`. */
  clusterUs: Micros;
  clusterSinceUs: Micros;
}

export const TIMER = { election: ELECTION_TIMER, heartbeat: 1, retry: 2 } as const;

/** Whether two proposals are one and the same: of one request, made at one time. */
export function sameCommand(one: FastCommand, other: FastCommand): boolean {
  if (one === other) return true;
  if (one.valueHash !== other.valueHash || one.id !== other.id) return false;
  if (one.timeUs !== other.timeUs) return false;
  return one.from?.client === other.from?.client && one.from?.id === other.from?.id;
}
