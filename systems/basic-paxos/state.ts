/** The state of one Basic Paxos node: proposer, acceptor and learner of many keys in one process. */

import type { Value } from '../../checkers/history.ts';
import type { Ballot, Micros, NodeId } from '../../checkers/units.ts';
import type { ClientRef } from '../protocol.ts';
import type { Accepted, Promise1b } from './messages.ts';

/** Options, resolved. */
export interface BasicConfig {
  /** Whether only the lowest node that is heard proposes, and the others send clients to it. */
  readonly distinguishedProposer: boolean;
  /** Whether acceptors answer the proposer alone, and it tells the other learners. */
  readonly distinguishedLearner: boolean;
  readonly heartbeatUs: Micros;
  /** After how long a ballot without its quorum is given up. */
  readonly phaseTimeoutUs: Micros;
  /** Back-off after the k-th failure: random in [0, 2^k) times this. */
  readonly backoffUs: Micros;
  /** After how long without a decision the clients of a key are told that nobody knows. */
  readonly giveUpUs: Micros;
}

/** No ballot: below every ballot. */
export const NO_BALLOT = -1;

/** A promise that a proposer has counted. */
export interface CountedPromise extends Promise1b {
  readonly node: NodeId;
}

/** A client of an attempt. */
export interface Waiting {
  readonly to: ClientRef;
  /** What it proposes; null for a read. */
  readonly proposal: Value;
  /** The first ballot that was begun after the request arrived: only that may answer "nothing". */
  readonly ballot: Ballot;
}

/** What a proposer does about one key, until it is decided. */
export interface Attempt {
  readonly key: string;
  phase: 'prepare' | 'accept' | 'backoff';
  ballot: Ballot;
  promises: CountedPromise[];
  /** Fixed for the ballot once phase 2 has begun; null before. */
  value: Value;
  readonly waiting: Waiting[];
  /** Ballots that failed. */
  failures: number;
  /** When the phase is over, whatever has come of it, and when all of it is. */
  deadlineUs: Micros;
  readonly giveUpAtUs: Micros;
}

/** One acceptor's acceptance, as a learner heard of it. */
export interface Vote {
  readonly node: NodeId;
  readonly ballot: Ballot;
  readonly value: Value;
}

export interface BasicState {
  readonly config: BasicConfig;
  readonly self: NodeId;
  readonly members: readonly NodeId[];
  /** Durable: the highest ballot of its own that the node has used, for any key. */
  ownBallot: Ballot;
  /** Durable, by key. */
  readonly promised: Map<string, number>;
  readonly accepted: Map<string, Accepted>;
  /** By key: the highest ballot heard of. */
  readonly seen: Map<string, number>;
  readonly attempts: Map<string, Attempt>;
  /** Learner, by key: what was heard, until it is enough. */
  readonly votes: Map<string, Vote[]>;
  readonly decided: Map<string, Accepted>;
  /** When each node was last heard, by node. */
  readonly heardUs: Micros[];
  /** The lowest node that is heard. */
  leader: NodeId;
  /** Records since the log was last rewritten. */
  records: number;
}

export const TIMER = { attempts: 0, heartbeat: 1 } as const;

export function promisedFor(state: Readonly<BasicState>, key: string): number {
  return state.promised.get(key) ?? NO_BALLOT;
}
