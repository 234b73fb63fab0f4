/**
 * What a leader knows of one node and its log, and in which of three ways it sends to it
 * (after `tracker.Progress` of etcd-io/raft). All of it is begun anew with each leadership.
 *
 *   probe ───── the node accepts ─────► replicate ── its next entry is compacted ──► snapshot
 *     ▲                                  │     ▲                                        │
 *     └────── it refuses, or joins ──────┘     └──── it has what the snapshot has ──────┘
 */

import { assert } from '../../checkers/assert.ts';
import { itemAt } from '../../checkers/item-at.ts';
import type { LogIndex, Micros, NodeId } from '../../checkers/units.ts';
import type { Snapshot } from './messages.ts';

/** A snapshot on its way to a follower, in pieces. */
export interface Outgoing {
  readonly kind: 'snapshot';
  readonly snapshot: Snapshot;
  readonly text: string;
  /** What the follower has confirmed so far, in characters. */
  offset: number;
}

/**
 * `probe`: `next` is a guess, so one message at a time is sent to find out, with a heartbeat;
 * `replicate`: in step, so entries are sent as they come; `snapshot`: nothing but its pieces.
 */
type Sending = { readonly kind: 'probe' } | { readonly kind: 'replicate' } | Outgoing;

const PROBE: Sending = { kind: 'probe' };
const REPLICATE: Sending = { kind: 'replicate' };

export interface Progress {
  sending: Sending;
  /** Up to here its log is known to agree with the leader's. */
  match: LogIndex;
  /** The index to go on with; above `match`. */
  next: number;
  /** The last index of each AppendEntries under way; only where `inFlight` limits them. */
  flights: number[];
  /** Answers to earlier rounds are of an earlier membership of it. */
  sinceRound: number;
  /** The latest round that it has answered, and when an answer to it came last. */
  ackRound: number;
  ackUs: Micros;
  /**
   * Learners catch up in rounds, each up to where the log ended when it began; one that ends within
   * an election timeout shows that the learner keeps up (dissertation, section 4.2.1).
   */
  catchUpTo: number;
  catchUpSinceUs: Micros;
  caughtUp: boolean;
}

/** Of a node that the leader has not heard yet: it takes it for being in step, and for alive. */
export function newProgress(lastIndex: LogIndex, nowUs: Micros): Progress {
  return {
    sending: REPLICATE,
    match: 0,
    next: lastIndex + 1,
    flights: [],
    sinceRound: 0,
    ackRound: 0,
    ackUs: nowUs,
    catchUpTo: lastIndex,
    catchUpSinceUs: nowUs,
    caughtUp: false,
  };
}

/** The progress of a node. */
export function progressOf(
  { progress }: { readonly progress: readonly Progress[] },
  node: NodeId,
): Progress {
  const found = progress[node];
  assert(found !== undefined, 'a message from somebody who is no member');
  return found;
}

/**
 * It joins: what it has beyond `match` has to be found out, and it counts as heard for now. What it
 * answers to anything before `round` it said as an earlier member: with another disk, maybe.
 */
export function becomeJoining(
  progress: Progress,
  { next, match, round }: { next: number; match: LogIndex; round: number },
  last: LogIndex,
  nowUs: Micros,
): void {
  progress.match = match;
  progress.sinceRound = round;
  becomeProbe(progress, next);
  progress.ackUs = nowUs;
  beginCatchUp(progress, last, nowUs);
  progress.caughtUp = false;
}

/** It refused, or nothing is known of it: `next` is a guess from here on. */
export function becomeProbe(progress: Progress, next: number): void {
  progress.sending = PROBE;
  progress.next = next;
  progress.flights = [];
}

/** Its next entry is compacted: it is sent this snapshot, and what follows that is held back. */
export function becomeSnapshot(progress: Progress, snapshot: Snapshot, text: string): Outgoing {
  assert(snapshot.index > progress.match, 'a snapshot of what the follower has');
  const outgoing: Outgoing = { kind: 'snapshot', snapshot, text, offset: 0 };
  progress.sending = outgoing;
  progress.next = snapshot.index + 1;
  progress.flights = [];
  return outgoing;
}

/** It accepted up to `match`; a snapshot that it lacks still goes on. */
export function noteAccepted(progress: Progress, match: LogIndex): void {
  progress.match = match;
  const { flights, sending } = progress;
  while (flights.length > 0 && itemAt(flights, 0) <= match) flights.shift();
  if (sending.kind !== 'snapshot' || match >= sending.snapshot.index) progress.sending = REPLICATE;
  if (progress.next <= match) progress.next = match + 1;
  assert(progress.match < progress.next, 'what a follower has is sent again');
}

/** It was sent entries up to `last`: the next message goes on at `next`, without waiting. */
export function noteSent(progress: Progress, next: number, last: number | null): void {
  assert(progress.sending.kind !== 'probe', 'sending ahead on a guess');
  assert(next > progress.match, 'going on with what the follower has');
  progress.next = next;
  if (last === null) return;
  const { flights } = progress;
  assert(flights.length === 0 || itemAt(flights, flights.length - 1) <= last, 'flights overtake');
  flights.push(last);
}

/**
 * It has answered this round, and is heard: not by an answer to a round before the latest that it has
 * answered, which may have been on its way, or come twice, long after the node was gone. Whether the round
 * is news.
 */
export function noteAck(progress: Progress, round: number, nowUs: Micros): boolean {
  if (round < progress.ackRound) return false;
  progress.ackUs = nowUs;
  if (round === progress.ackRound) return false;
  progress.ackRound = round;
  return true;
}

/** A round of catching up begins, up to where the log ends now. */
export function beginCatchUp(progress: Progress, lastIndex: LogIndex, nowUs: Micros): void {
  assert(nowUs >= progress.catchUpSinceUs, 'rounds of catching up begin in order of time');
  progress.catchUpTo = lastIndex;
  progress.catchUpSinceUs = nowUs;
}
