/**
 * What the checker knows of a Raft cluster: each node as its own trace describes it, and what
 * the cluster as a whole has decided.
 */

import { type ByteColumn, FloatColumn } from '../../columns.ts';
import { itemAt } from '../../item-at.ts';
import { nodeName } from '../../trace.ts';
import type { LogIndex, NodeId, NodeSet, Term } from '../../units.ts';
import type { AppliedLog, Replica } from '../applied-log.ts';
import type { Findings } from '../findings.ts';
import type { LeaseTerms } from '../leases.ts';
import { type EntryTable, NONE } from './entry-table.ts';
import type { Leases } from './exclusive-leases.ts';

/** Node numbers are bits of a 32-bit integer in certificates. */
export const NODES_MAX = 31;

/** Who takes part from an entry on, as bits; `oldVoters` is 0 outside of joint consensus. */
export interface MembershipGhost {
  readonly index: LogIndex;
  readonly term: Term;
  readonly voters: NodeSet;
  /** How many of them make a majority; likewise of the old voters. */
  readonly needed: number;
  readonly learners: NodeSet;
  readonly oldVoters: NodeSet;
  readonly oldNeeded: number;
  readonly line: number;
}

/** Of a node that has not started. */
const NOBODY: MembershipGhost = {
  index: 0,
  term: 0,
  voters: 0,
  needed: 1,
  learners: 0,
  oldVoters: 0,
  oldNeeded: 0,
  line: -1,
};

/** Rounds of reads whose positions are kept for followers that answer on their strength. */
export const ROUNDS_KEPT = 64;

/** One node, after its latest line. Lines are -1 where nothing was said yet. */
export class RaftNode implements Replica {
  readonly node: NodeId;
  incarnation = 0;
  bootLine = -1;
  /** Where another server of this name began with an empty disk, in the place of a removed one. */
  joinLine = -1;
  /** The removal that it says it began after; -1 for the first server of the name. */
  joinedAt = -1;
  /** What it was started with: T in nanoseconds, and whether it leads only while it hears a quorum. */
  electionTimeoutNs = 0;
  checksQuorum = false;
  /** How long who answers a round keeps to its leader; null where there are no leases. */
  lease: LeaseTerms | null = null;
  /** Who takes part, by its snapshot and log, in the order of the entries; and the latest of them. */
  readonly memberships: MembershipGhost[] = [];
  membership: MembershipGhost = NOBODY;
  /** What it says it goes by, and whether that may differ from the latest. */
  announced: MembershipGhost = NOBODY;
  changed = false;
  // Durable claims: they outlive a crash.
  term = 0;
  termLine = -1;
  votedTerm = -1;
  votedFor = -1;
  voteLine = -1;
  /** Last entry of the log, or of the snapshot where the log is empty. */
  last = 0;
  lastTerm = 0;
  snapshot = 0;
  snapshotTerm = 0;
  snapshotLine = -1;
  // Volatile: a restart begins again from the snapshot.
  commit = 0;
  commitLine = -1;
  applied = 0;
  appliedLine = -1;
  /** The term that it leads; -1 while it leads none. */
  leading = -1;
  leaderLine = -1;
  /** The term in which it said last that it has a lease; -1 where it said that it has none. */
  leaseTerm = -1;
  /** The term in which it is handing its leadership over; -1 while it is not. */
  transferring = -1;
  transferLine = -1;
  /** As leader: since when it takes commands and hears nobody, and its last line; -1 if it hears. */
  deafSinceNs = -1;
  deafUntilNs = -1;
  deafLine = -1;
  /** As leader of a term: what it confirmed reads to see in its last rounds, by round modulo. */
  confirmedTerm = -1;
  #confirmed: Confirmed | null = null;
  /** As leader: up to where each peer is believed to hold its log. */
  #matches: Matches | null = null;
  /** The entry that stood at the start of the suffix that was removed last; `NONE` if replaced. */
  removedEntry = NONE;
  removedFrom = 0;
  removedLast = 0;
  removedLine = -1;

  constructor(node: NodeId) {
    this.node = node;
  }

  // Made when they are needed: a search makes a checker for each of very many short traces.
  get confirmed(): Confirmed {
    this.#confirmed ??= {
      round: new FloatColumn(ROUNDS_KEPT),
      min: new FloatColumn(ROUNDS_KEPT),
      max: new FloatColumn(ROUNDS_KEPT),
    };
    return this.#confirmed;
  }

  /** What it knew of the log of this one counts no more. */
  forgetMatch(peer: NodeId): void {
    if (this.#matches !== null) this.#matches.index[peer] = 0;
  }

  get matches(): Matches {
    this.#matches ??= { index: new FloatColumn(NODES_MAX), line: new FloatColumn(NODES_MAX) };
    return this.#matches;
  }
}

/** What a leader confirmed reads to see, by round modulo. */
interface Confirmed {
  readonly round: FloatColumn;
  readonly min: FloatColumn;
  readonly max: FloatColumn;
}

/** By peer: up to where it is believed to hold the leader's log, and the line that says so. */
interface Matches {
  readonly index: FloatColumn;
  readonly line: FloatColumn;
}

/** One won election. The log as it was then is known by its last entry. */
export interface Leadership {
  readonly term: Term;
  readonly node: NodeId;
  readonly line: number;
  readonly lastIndex: LogIndex;
  readonly lastTerm: Term;
}

export interface RaftStats {
  /** Leaderships won: one for each term that had a leader. */
  leaders: number;
  /** How often another node than the last leader took over. */
  leaderChanges: number;
  /** Candidacies: votes of nodes for themselves. */
  elections: number;
  highestTerm: Term;
  /** Log positions committed, counted once for the cluster. */
  committed: LogIndex;
  applied: LogIndex;
  /** Commands that the session table recognised as repetitions. */
  duplicates: number;
  sessions: number;
  snapshotsTaken: number;
  snapshotsInstalled: number;
  restarts: number;
  readsIndex: LogIndex;
  readsLease: number;
  readsLog: number;
  /** Reads that followers answered. */
  readsFollower: number;
  /** How often a leader said that it has a lease. */
  leases: number;
  /** Entries committed that changed who takes part; and of those, joint configurations. */
  membershipChanges: number;
  jointMemberships: number;
  /** Learners that became voters. */
  learnersPromoted: number;
  /** Leadership transfers begun, given up, and ended by the target's election. */
  transfers: number;
  transfersAborted: number;
  transfersDone: number;
  /** Lines of nodes that never said that they were started: the trace is incomplete. */
  orphans: number;
}

/** The cluster. `Ghost` as in proofs: state that no node has, but that the invariants speak of. */
export interface RaftGhost {
  readonly findings: Findings;
  readonly applied: AppliedLog;
  readonly leases: Leases;
  readonly entries: EntryTable;
  /** By number; holes where nothing has booted. */
  readonly nodes: (RaftNode | undefined)[];
  /** The highest index committed by anyone. */
  committed: LogIndex;
  /** The highest term of a committed entry. */
  committedTerm: Term;
  /** The changes of who takes part that are committed, in order, from the initial one on. */
  readonly memberships: MembershipGhost[];
  /** The highest term for which some node was a candidate. */
  candidacy: number;
  /** The last transfer begun: in which term, to whom. */
  transferTerm: Term;
  transferTarget: number;
  /** The last leaderships, in order of election, and all of them by term. */
  readonly leaderships: Leadership[];
  readonly leaderOf: Map<number, Leadership>;
  /** Votes and leaders of lower terms than this may be forgotten. */
  forgottenBelow: number;
  highestLedTerm: Term;
  /** Per term: for whom each node voted, `candidate + 1`, 0 for nobody. */
  readonly votes: Map<number, ByteColumn>;
  readonly stats: RaftStats;
}

/**
 * The term of the entry at `index` in a node's log; -1 where the log ends before, or where it is
 * no longer known.
 */
export function termAt(ghost: RaftGhost, node: RaftNode, index: LogIndex): number {
  if (index === node.last) return node.lastTerm;
  if (index === node.snapshot) return node.snapshotTerm;
  if (index === 0) return 0;
  const entry = entryAt(ghost, node, index);
  return entry === NONE ? -1 : ghost.entries.term.get(entry);
}

/** The entry at `index` in a node's log. What a snapshot covers is what was committed there. */
export function entryAt(ghost: RaftGhost, node: RaftNode, index: LogIndex): number {
  const { entries } = ghost;
  if (index < entries.base || index > node.last || index > entries.base + entries.mask) return NONE;
  const at = index & entries.mask;
  if (index <= node.snapshot) return entries.committed.get(at);
  return itemAt(entries.logs, node.node).get(at);
}

/** `index 7 (term 2)`. */
export function place(index: LogIndex, term: Term): string {
  return `index ${index} (term ${term})`;
}

/** `the log of n1 ends at index 7 (term 2)`, without the verb's subject. */
export function endOfLog(node: RaftNode): string {
  if (node.last === 0) return `the log of ${nodeName(node.node)} is empty`;
  return `the log of ${nodeName(node.node)} ends at ${place(node.last, node.lastTerm)}`;
}

/**
 * The term at `index` of the log that ends with (lastIndex, lastTerm), found by walking back over
 * what is known; null where that is not enough. O(distance): for rare events only.
 */
export function ancestorTerm(
  entries: EntryTable,
  last: { readonly lastIndex: LogIndex; readonly lastTerm: Term },
  index: LogIndex,
): Term | null {
  let term = last.lastTerm;
  for (let at = last.lastIndex; at > index; at--) {
    const entry = entries.find(at, term);
    if (entry === NONE) return null;
    term = entries.previousTerm.get(entry);
  }
  return Number.isNaN(term) ? null : term;
}
