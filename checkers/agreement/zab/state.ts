/**
 * What the checker knows of a Zab ensemble: each server as its own trace describes it, every
 * transaction that is still in somebody's history, and what each epoch began with.
 */

import { nodeName } from '../../trace.ts';
import type { Epoch, LogIndex, NodeId } from '../../units.ts';
import type { AppliedLog } from '../applied-log.ts';
import type { Findings } from '../findings.ts';
import type { Member } from '../members.ts';
import type { ZabVote, Zxid } from './events.ts';
import type { QuorumSystem } from './quorums.ts';

/** Before the first transaction. */
export const NO_ZXID: Zxid = { epoch: 0, counter: 0 };

/** A place in a history, from 1, and which transaction stands there. */
export interface Place {
  readonly zxid: Zxid;
  readonly position: LogIndex;
}

/** One transaction, known by its zxid; with it goes all that stands before it. */
export interface Transaction extends Place {
  readonly valueHash: number;
  /** What stands right before it. */
  readonly previous: Zxid;
  /** Where it was first told of. */
  readonly line: number;
  /** Servers that have ever had it on their disk, as bits. */
  loggedBy: number;
  /** Where it was first committed; -1 while it is not. */
  committedLine: number;
}

/** What a server had in its history when it began or joined an epoch. */
export interface Beginning extends Place {
  readonly node: NodeId;
  readonly line: number;
}

export interface EpochGhost {
  readonly epoch: Epoch;
  /** By counter, in order. */
  readonly transactions: Map<number, Transaction>;
  /** The leader's history when it made the epoch its current one. */
  begun: Beginning | null;
  /** The same, when a quorum had joined it: from here on it is the primary. */
  established: Beginning | null;
  /** Servers that have made it their current epoch, as bits. */
  joined: number;
  /** The last transaction that was committed in this epoch, maybe of an earlier one. */
  committed: Place | null;
}

/** Looking for a leader; finding one and catching up with it; in its epoch; answering clients. */
export type ZabPhase = 'looking' | 'syncing' | 'joined' | 'serving';

/** One server, after its latest line. Lines are -1 where nothing was said yet. */
export class ZabNode implements Member {
  readonly node: NodeId;
  incarnation = 0;
  bootLine = -1;
  // Durable claims: they outlive a crash.
  acceptedEpoch = 0;
  acceptedLine = -1;
  currentEpoch = 0;
  currentLine = -1;
  /** Its snapshot, and what it has logged behind that. */
  base: Place = { zxid: NO_ZXID, position: 0 };
  baseLine = -1;
  readonly history: Transaction[] = [];
  /** By position in `history`: the line that said so. */
  readonly historyLines: number[] = [];
  // Volatile.
  phase: ZabPhase = 'looking';
  phaseLine = -1;
  /** Round of elections, and its vote there. */
  clock = 0;
  vote: ZabVote | null = null;
  voteLine = -1;
  /** Whom it takes for the leader; -1 for nobody. */
  leader = -1;
  /** The epoch that it is established as leader of; -1 for none. */
  leads = -1;
  /** As leader: the last transaction that it proposed, or the end of its initial history. */
  proposed: Place = { zxid: NO_ZXID, position: 0 };
  proposedLine = -1;
  commit: Place = { zxid: NO_ZXID, position: 0 };
  commitLine = -1;
  applied = 0;
  appliedLine = -1;
  delivered: Zxid = NO_ZXID;

  constructor(node: NodeId) {
    this.node = node;
  }

  /** The end of its history. */
  get last(): Place {
    return this.history.at(-1) ?? this.base;
  }

  /** What stands at a position of its history; undefined where it ends before or is a snapshot. */
  at(position: LogIndex): Transaction | undefined {
    return this.history[position - this.base.position - 1];
  }
}

export interface ZabStats {
  /** Epochs that had a leader. */
  leaders: number;
  /** How often another server than the last leader took over. */
  leaderChanges: number;
  /** How often a server began to look for a leader. */
  elections: number;
  highestEpoch: Epoch;
  proposed: number;
  /** Transactions committed, counted once for the ensemble. */
  committed: LogIndex;
  applied: LogIndex;
  duplicates: number;
  sessions: number;
  /** Histories that were cut, and snapshots that were sent, in synchronisation. */
  truncations: number;
  snapshotsTaken: number;
  snapshotsInstalled: number;
  restarts: number;
  readsLocal: number;
  readsSync: number;
  readsLog: number;
  orphans: number;
}

/** The ensemble. `Ghost` as in proofs: state that no server has, but the invariants speak of. */
export interface ZabGhost {
  readonly findings: Findings;
  readonly applied: AppliedLog;
  /** By number; holes where nothing has booted. */
  readonly nodes: (ZabNode | undefined)[];
  quorums: QuorumSystem;
  readonly epochs: Map<number, EpochGhost>;
  /** The highest epoch with an established leader. */
  highestEstablished: number;
  lastLeader: number;
  /** Up to which position anything was committed by anybody, and what was, as far as lines tell. */
  committed: LogIndex;
  readonly committedAt: Map<number, Transaction>;
  /** Positions up to here are in everybody's snapshot, and forgotten. */
  base: number;
  /** Which votes were given up for which: `better` by the vote that it was preferred to. */
  readonly preferred: Map<string, Set<string>>;
  readonly stats: ZabStats;
}

export function compareZxids(a: Zxid, b: Zxid): number {
  return a.epoch - b.epoch || a.counter - b.counter;
}

export function isSameZxid(a: Zxid, b: Zxid): boolean {
  return a.counter === b.counter && a.epoch === b.epoch;
}

/** `zxid 3:17`, or `nothing`. */
export function zxidName({ epoch, counter }: Zxid): string {
  return epoch === 0 && counter === 0 ? 'nothing' : `zxid ${epoch}:${counter}`;
}

/** `the history of n1 ends at zxid 3:17`, or that it is empty. */
export function endOfHistory(node: ZabNode): string {
  const { zxid, position } = node.last;
  const subject = `the history of ${nodeName(node.node)}`;
  return position === 0 ? `${subject} is empty` : `${subject} ends at ${zxidName(zxid)}`;
}

export function epochOf(ghost: ZabGhost, epoch: Epoch): EpochGhost {
  let found = ghost.epochs.get(epoch);
  if (found === undefined) {
    found = {
      epoch,
      transactions: new Map(),
      begun: null,
      established: null,
      joined: 0,
      committed: null,
    };
    ghost.epochs.set(epoch, found);
  }
  return found;
}

export function findTransaction(ghost: ZabGhost, zxid: Zxid): Transaction | undefined {
  return ghost.epochs.get(zxid.epoch)?.transactions.get(zxid.counter);
}

/** Makes a transaction known that was not; `before` is what stands before it. */
export function addTransaction(
  ghost: ZabGhost,
  zxid: Zxid,
  valueHash: number,
  before: Place,
): Transaction {
  const transaction: Transaction = {
    zxid,
    position: before.position + 1,
    valueHash,
    previous: before.zxid,
    line: ghost.findings.line,
    loggedBy: 0,
    committedLine: -1,
  };
  epochOf(ghost, zxid.epoch).transactions.set(zxid.counter, transaction);
  return transaction;
}

/** Whether a server's history holds what stands at `place`. A snapshot holds all before its end. */
export function holds(node: ZabNode, { zxid, position }: Place): boolean {
  if (position <= node.base.position) return true;
  const own = node.at(position);
  return own !== undefined && isSameZxid(own.zxid, zxid);
}

/** A transaction behind another one, in a server's history. */
export function push(node: ZabNode, transaction: Transaction, line: number): void {
  transaction.loggedBy |= 1 << node.node;
  node.history.push(transaction);
  node.historyLines.push(line);
}

/** Forgets what is in the snapshots of all servers. O(what is forgotten). */
export function forget(ghost: ZabGhost): void {
  let base = Number.POSITIVE_INFINITY;
  for (const node of ghost.nodes) if (node !== undefined) base = Math.min(base, node.base.position);
  if (base <= ghost.base) return;
  for (let position = ghost.base + 1; position <= base; position++) {
    ghost.committedAt.delete(position);
  }
  ghost.base = base;
  ghost.applied.retire(base);
  for (const [epoch, { transactions, committed, established }] of ghost.epochs) {
    for (const [counter, { position }] of transactions) {
      if (position > base) break;
      transactions.delete(counter);
    }
    // A leader that was stopped may establish its epoch long after a higher one began, and one that
    // is cut off answers in its epoch until it gives up.
    const mayBegin = established === null;
    const mayGoOn = ghost.nodes.some((node) => node?.currentEpoch === epoch);
    const isOver = !mayBegin && !mayGoOn && epoch < ghost.highestEstablished;
    const isKept = transactions.size > 0 || (committed !== null && committed.position > base);
    if (isOver && !isKept) ghost.epochs.delete(epoch);
  }
}
