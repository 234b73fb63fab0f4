/** Messages and durable records of Basic Paxos. Immutable: the simulator passes them by reference. */

import type { Value } from '../../checkers/history.ts';
import type { Ballot } from '../../checkers/units.ts';

/** What an acceptor has accepted last: Lamport's "proposal with the highest number accepted". */
export interface Accepted {
  readonly ballot: Ballot;
  readonly value: Value;
}

/** 1a. */
export interface Prepare {
  readonly kind: 'prepare';
  readonly key: string;
  readonly ballot: Ballot;
}

/** 1b. No value is promised: `accepted` is what this acceptor itself has accepted so far. */
export interface Promise1b {
  readonly kind: 'promise';
  readonly key: string;
  readonly ballot: Ballot;
  readonly accepted: Accepted | null;
}

/** 2a. */
export interface Accept {
  readonly kind: 'accept';
  readonly key: string;
  readonly ballot: Ballot;
  readonly value: Value;
  /** The ballot that the value was adopted from, or the own one; acceptors do not go by it. */
  readonly origin: number;
}

/** 2b, to every learner. */
export interface Accepted2b {
  readonly kind: 'accepted';
  readonly key: string;
  readonly ballot: Ballot;
  readonly value: Value;
}

/** Refuses something of `ballot`: the acceptor has promised more. A hint, not a promise. */
export interface Nack {
  readonly kind: 'nack';
  readonly key: string;
  readonly ballot: Ballot;
  readonly promised: Ballot;
  readonly accepted: Accepted | null;
}

/** The distinguished learner tells the others. */
export interface Decided {
  readonly kind: 'decided';
  readonly key: string;
  readonly ballot: Ballot;
  readonly value: Value;
}

/** Says that the sender is alive: the lowest node that is heard is the distinguished proposer. */
export interface Alive {
  readonly kind: 'alive';
}

export type BasicMessage = Prepare | Promise1b | Accept | Accepted2b | Nack | Decided | Alive;

/** What is written to the write-ahead log. */
export type BasicRecord =
  /** This ballot of the node's own is used up, whatever comes of it. */
  | { readonly kind: 'ballot'; readonly ballot: Ballot }
  | { readonly kind: 'promise'; readonly key: string; readonly ballot: Ballot }
  /** What was accepted in `ballot`, and what is promised since: no less, and maybe more. */
  | {
      readonly kind: 'accept';
      readonly key: string;
      readonly ballot: Ballot;
      readonly promised: Ballot;
      readonly accepted: Accepted;
    };
