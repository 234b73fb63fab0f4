/**
 * Who takes part in a Raft cluster (dissertation, chapter 4), as each node's log has it, and what
 * changes of it must keep: ConfigFromLog, QuorumOverlap, ConfigAfterTermCommit and ConfigOneAtATime.
 *
 * Sets of nodes are bits of an integer.
 */

import { itemAt } from '../../item-at.ts';
import { nodeName, type TraceEvent } from '../../trace.ts';
import type { LogIndex, NodeId, NodeSet } from '../../units.ts';
import { nodeNames } from '../findings.ts';
import type { Membership } from '../leader-events.ts';
import type { RaftEvent } from './events.ts';
import { type MembershipGhost, place, type RaftGhost, type RaftNode } from './state.ts';

/** What may stand between a change in a node's log and its word on who takes part from then on. */
const MAY_COME_FIRST: readonly TraceEvent['kind'][] = ['membership', 'snapshot', 'crash', 'panic'];

/** Which of the sets of voters that have to agree lacks a majority, and by how much. */
export interface Shortfall {
  readonly counted: number;
  readonly needed: number;
}

/** Null where these nodes are a quorum: a majority of the voters, and of the old ones if joint. */
export function shortfall(membership: MembershipGhost, holders: number): Shortfall | null {
  const { needed, oldNeeded } = membership;
  const counted = count(holders & membership.voters);
  if (counted < needed) return { counted, needed };
  if (oldNeeded === 0) return null;
  const old = count(holders & membership.oldVoters);
  return old < oldNeeded ? { counted: old, needed: oldNeeded } : null;
}

export function ghostOf(membership: Membership, line: number): MembershipGhost {
  const { index, term, oldVoters } = membership;
  const voters = bits(membership.voters);
  const old = bits(oldVoters ?? []);
  return {
    index,
    term,
    voters,
    needed: majority(voters),
    learners: bits(membership.learners),
    oldVoters: old,
    oldNeeded: old === 0 ? 0 : majority(old),
    line,
  };
}

/** What the cluster starts with: every node votes. */
export function initialMembership(nodes: readonly NodeId[], line: number): MembershipGhost {
  return ghostOf({ index: 0, term: 0, voters: nodes, learners: [], oldVoters: null }, line);
}

/** ConfigFromLog: a node goes by the latest membership in its log, committed or not. */
export function onMembership(
  ghost: RaftGhost,
  node: RaftNode,
  event: Extract<RaftEvent, { kind: 'membership' }>,
): void {
  const own = node.membership;
  node.announced = ghostOf(event, ghost.findings.line);
  node.changed = !isSame(node.announced, own);
  if (!node.changed) return;
  ghost.findings.report(
    'ConfigFromLog',
    own.line,
    `${nodeName(node.node)} goes by the membership of ${place(event.index, event.term)}, but the ` +
      `latest in its log is that of ${place(own.index, own.term)}`,
  );
}

/**
 * ConfigFromLog: what changed in the log is announced before anything else happens. For nodes whose
 * `changed` is set.
 */
export function judgeAnnounced(ghost: RaftGhost, node: RaftNode, kind: TraceEvent['kind']): void {
  const { announced, membership } = node;
  if (MAY_COME_FIRST.includes(kind)) return;
  node.changed = false;
  if (membership.index === announced.index && membership.term === announced.term) return;
  ghost.findings.report(
    'ConfigFromLog',
    membership.line,
    `${nodeName(node.node)} still goes by the membership of ` +
      `${place(announced.index, announced.term)}, although the latest in its log is that of ` +
      place(membership.index, membership.term),
  );
}

/** An entry of a node's log changes who takes part. */
export function appendMembership(ghost: RaftGhost, node: RaftNode, membership: Membership): void {
  const before = node.membership;
  node.memberships.push(ghostOf(membership, ghost.findings.line));
  goBy(node);
  // Whoever joins may have another disk than when it was a member: it begins anew with it.
  const joined = membersOf(node.membership) & ~membersOf(before);
  for (const peer of ghost.nodes.keys()) if ((joined >> peer) & 1) node.forgetMatch(peer);
}

/** Whether a node takes part, voting or not. */
export function isMember(membership: MembershipGhost, node: NodeId): boolean {
  return ((membersOf(membership) >> node) & 1) === 1;
}

function membersOf({ voters, oldVoters, learners }: MembershipGhost): NodeSet {
  return voters | oldVoters | learners;
}

/** Whether the leader of its term might append this change after what the node's log holds. */
export function judgeChange(ghost: RaftGhost, node: RaftNode, membership: Membership): void {
  judgeOverlap(ghost, node, ghostOf(membership, ghost.findings.line));
  judgeTermCommit(ghost, node, membership);
  judgeOneAtATime(ghost, node, membership);
}

/** The log of a node ends before `from` now. */
export function truncateMemberships(node: RaftNode, from: LogIndex): void {
  const { memberships } = node;
  if (node.membership.index < from) return;
  while (memberships.length > 1 && (memberships.at(-1)?.index ?? 0) >= from) memberships.pop();
  goBy(node);
}

/**
 * ConfigFromLog of snapshots: each carries the membership that was committed last up to its index.
 * `replaced`: from this index on, what the node's log had is gone.
 */
export function snapshotMembership(
  ghost: RaftGhost,
  node: RaftNode,
  index: LogIndex,
  membership: Membership | undefined,
): void {
  const { findings } = ghost;
  const carried =
    membership === undefined ? ghost.memberships[0] : ghostOf(membership, findings.line);
  const committed = committedUpTo(ghost, index);
  if (carried === undefined || committed === undefined || isSame(carried, committed)) return;
  findings.report(
    'ConfigFromLog',
    committed.line,
    `the snapshot up to index ${index} of ${nodeName(node.node)} carries the membership of index ` +
      `${carried.index}, but the one in force there is that of index ${committed.index}`,
    `a snapshot of ${nodeName(node.node)} has other members than were in force there`,
  );
}

/** Puts what a snapshot up to `index` carries in the place of what the log had up to there. */
export function adoptMembership(
  node: RaftNode,
  index: LogIndex,
  carried: MembershipGhost,
  keepsSuffix: boolean,
): void {
  const suffix = keepsSuffix ? node.memberships.filter((each) => each.index > index) : [];
  node.memberships.length = 0;
  node.memberships.push(carried, ...suffix);
  goBy(node);
}

/** The node must go by the latest in its log from now on. */
function goBy(node: RaftNode): void {
  node.membership = node.memberships.at(-1) ?? node.membership;
  node.changed = true;
}

/** Positions up to `index` were committed: the changes among them count from now on. */
export function commitMemberships(ghost: RaftGhost, node: RaftNode, index: LogIndex): void {
  const { memberships, stats } = ghost;
  for (const membership of node.memberships) {
    const last = memberships.at(-1);
    if (last === undefined || membership.index <= last.index || membership.index > index) continue;
    memberships.push(membership);
    stats.membershipChanges++;
    if (membership.oldVoters !== 0) stats.jointMemberships++;
    stats.learnersPromoted += count(last.learners & membership.voters);
  }
}

/** A snapshot on the disk of a node that starts may know of changes that no line tells of. */
export function adoptCommittedMembership(ghost: RaftGhost, carried: MembershipGhost): void {
  const last = ghost.memberships.at(-1);
  if (last === undefined || carried.index > last.index) ghost.memberships.push(carried);
}

/** Nodes by name. */
export function votersIn(membership: MembershipGhost): string {
  return nodeNames(nodesOf(membership.voters));
}

/** QuorumOverlap: any quorum of the new meets any of each that may still be in force before it. */
function judgeOverlap(ghost: RaftGhost, node: RaftNode, appended: MembershipGhost): void {
  const { memberships } = node;
  for (let at = memberships.length - 1; at >= 0; at--) {
    const before = itemAt(memberships, at);
    if (!overlap(before, appended)) {
      ghost.findings.report(
        'QuorumOverlap',
        before.line,
        `the membership of index ${appended.index} was appended while that of index ` +
          `${before.index} may be in force: a quorum of ${votersIn(before)} and one of ` +
          `${votersIn(appended)} need not meet`,
      );
    }
    if (before.index <= ghost.committed) return;
  }
}

/**
 * ConfigAfterTermCommit: a leader changes the membership only once an entry of its own term is
 * committed; else an earlier leader's uncommitted change may yet win (raft-dev, 10 July 2015).
 */
function judgeTermCommit(ghost: RaftGhost, node: RaftNode, { index, term }: Membership): void {
  if (ghost.committedTerm >= term) return;
  ghost.findings.report(
    'ConfigAfterTermCommit',
    ghost.leaderOf.get(term)?.line ?? -1,
    `the leader of term ${term} appended a membership at ${place(index, term)}, in the log of ` +
      `${nodeName(node.node)}, although nothing of that term was committed`,
  );
}

/**
 * ConfigOneAtATime: a leader appends a membership only once that before it is committed (dissertation,
 * sections 4.1 and 4.3).
 */
function judgeOneAtATime(ghost: RaftGhost, node: RaftNode, { index, term }: Membership): void {
  const before = node.membership;
  if (before.index <= ghost.committed) return;
  ghost.findings.report(
    'ConfigOneAtATime',
    before.line,
    `the leader of term ${term} appended a membership at index ${index}, in the log of ` +
      `${nodeName(node.node)}, although that of ${place(before.index, before.term)} was not committed`,
  );
}

function committedUpTo(ghost: RaftGhost, index: LogIndex): MembershipGhost | undefined {
  return ghost.memberships.findLast((membership) => membership.index <= index);
}

function isSame(a: MembershipGhost, b: MembershipGhost): boolean {
  return (
    a.index === b.index &&
    a.term === b.term &&
    a.voters === b.voters &&
    a.learners === b.learners &&
    a.oldVoters === b.oldVoters
  );
}

/** Whether every quorum of one meets every quorum of the other, by some pair of their sets. */
function overlap(a: MembershipGhost, b: MembershipGhost): boolean {
  const sets = [b.voters, ...(b.oldVoters === 0 ? [] : [b.oldVoters])];
  return sets.some((set) => meet(a.voters, set) || (a.oldVoters !== 0 && meet(a.oldVoters, set)));
}

/** Whether any majority of one set meets any of the other. */
function meet(a: number, b: number): boolean {
  const shared = count(a & b);
  // Disjoint majorities take whom they can from outside, and the rest from what is shared.
  const fromShared = (set: number): number => Math.max(0, majority(set) - (count(set) - shared));
  return fromShared(a) + fromShared(b) > shared;
}

function majority(set: number): number {
  return (count(set) >> 1) + 1;
}

function bits(nodes: readonly NodeId[]): number {
  let set = 0;
  for (const node of nodes) set |= 1 << node;
  return set;
}

function nodesOf(set: number): number[] {
  return Array.from({ length: 31 }, (_, node) => node).filter((node) => (set & (1 << node)) !== 0);
}

function count(set: number): number {
  let rest = set;
  let found = 0;
  for (; rest !== 0; found++) rest &= rest - 1;
  return found;
}
