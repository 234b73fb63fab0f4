/**
 * The durability audit: what a node finds on its disk when it starts is at least what it had
 * claimed before (its trace lines are written after the records that they speak of are durable).
 */

import { nodeName, type TraceEvent } from '../../trace.ts';
import type { LogIndex, Term } from '../../units.ts';
import { NONE } from './entry-table.ts';
import type { RaftRecovered } from './events.ts';
import { lineOf, placeEntry } from './log.ts';
import {
  adoptCommittedMembership,
  adoptMembership,
  appendMembership,
  ghostOf,
  initialMembership,
  isMember,
  snapshotMembership,
} from './membership.ts';
import {
  ancestorTerm,
  entryAt,
  type MembershipGhost,
  place,
  type RaftGhost,
  type RaftNode,
  termAt,
} from './state.ts';

type Boot = Extract<TraceEvent, { kind: 'boot' }>;

export function onBoot(ghost: RaftGhost, node: RaftNode, event: Boot, incarnation: number): void {
  const { recovered } = event;
  if (!('entries' in recovered)) {
    // The start of a node of another protocol is not the start of this one.
    ghost.stats.orphans++;
    return;
  }
  const first = node.incarnation === 0;
  if (!first) {
    ghost.stats.restarts++;
    if (isReplaced(ghost, node, recovered)) node.votedTerm = -1;
    else {
      auditTerm(ghost, node, recovered);
      auditLog(ghost, node, recovered);
    }
  }
  node.incarnation = incarnation;
  node.bootLine = ghost.findings.line;
  if (recovered.joins !== undefined) {
    node.joinLine = ghost.findings.line;
    node.joinedAt = recovered.joins;
  }
  node.electionTimeoutNs = (event.raft?.electionTimeoutMs ?? 0) * 1e6;
  node.checksQuorum = event.raft?.checkQuorum ?? false;
  node.lease = event.lease ?? null;
  // A new server knows of the others only.
  const known = event.nodes.filter((one) => recovered.joins === undefined || one !== node.node);
  const initial = initialMembership(known, ghost.findings.line);
  if (ghost.memberships.length === 0) ghost.memberships.push(initial);
  startMembership(ghost, node, recovered.snapshot, initial);
  adopt(ghost, node, recovered);
}

/**
 * Whether another server, with an empty disk, is in the place of the one before. Its own word is not
 * enough, since that would excuse whoever lost its disk: somebody's log has the removal that it names
 * (the line that it is committed may come later), the one before did not hold any later committed entry
 * by which it took part again, and where that one had itself begun after the same removal, it never came
 * to hold anything.
 */
function isReplaced(ghost: RaftGhost, node: RaftNode, { joins }: RaftRecovered): boolean {
  if (joins === undefined) return false;
  const logs = [ghost, ...ghost.nodes].flatMap((one) => one?.memberships ?? []);
  const isRemoved = logs.some((one) => one.index === joins && !isMember(one, node.node));
  const isBackIn = ghost.memberships.some(
    (later) =>
      later.index > joins &&
      isMember(later, node.node) &&
      node.memberships.some(({ index, term }) => index === later.index && term === later.term),
  );
  return isRemoved && !isBackIn && (node.joinedAt !== joins || node.last === 0);
}

/** A node that starts goes by the membership of its snapshot, until it says otherwise. */
function startMembership(
  ghost: RaftGhost,
  node: RaftNode,
  snapshot: RaftRecovered['snapshot'],
  initial: MembershipGhost,
): void {
  const { index, membership } = snapshot;
  const carried = membership === undefined ? initial : ghostOf(membership, ghost.findings.line);
  if (index > ghost.committed) adoptCommittedMembership(ghost, carried);
  else snapshotMembership(ghost, node, index, membership);
  adoptMembership(node, index, carried, false);
  node.announced = initial;
}

function auditTerm(ghost: RaftGhost, node: RaftNode, recovered: RaftRecovered): void {
  const { findings } = ghost;
  const name = nodeName(node.node);
  if (recovered.term < node.term) {
    findings.report(
      'D:TermDurable',
      node.termLine,
      `${name} was in term ${node.term} and came back in term ${recovered.term}`,
    );
  }
  const forgot =
    recovered.term < node.votedTerm ||
    (recovered.term === node.votedTerm && recovered.votedFor !== node.votedFor);
  if (node.votedTerm !== -1 && forgot) {
    const now = recovered.votedFor === null ? 'nobody' : nodeName(recovered.votedFor);
    findings.report(
      'D:VoteDurable',
      node.voteLine,
      `${name} had voted for ${nodeName(node.votedFor)} in term ${node.votedTerm} and came back ` +
        `in term ${recovered.term} having voted for ${now}`,
    );
  }
}

function auditLog(ghost: RaftGhost, node: RaftNode, recovered: RaftRecovered): void {
  const { findings } = ghost;
  const { entries, snapshot } = recovered;
  const name = nodeName(node.node);
  if (snapshot.index < node.snapshot) {
    findings.report(
      'D:SnapshotDurable',
      node.snapshotLine,
      `${name} had a snapshot up to index ${node.snapshot} and came back with one up to index ` +
        `${snapshot.index}`,
    );
  }
  const last = reach(recovered);
  if (last < node.applied) {
    findings.report(
      'D:AppliedDurable',
      node.appliedLine,
      `${name} had executed up to index ${node.applied} and came back with a log and snapshot ` +
        `that reach index ${last}`,
    );
  }
  if (mayHaveReplacedLog(ghost, node, snapshot)) return;
  const offset = entries[0]?.index ?? snapshot.index + 1;
  const from = Math.max(node.snapshot, snapshot.index, ghost.entries.base - 1) + 1;
  for (let index = from; index <= node.last; index++) {
    const claimed = entryAt(ghost, node, index);
    if (claimed === NONE) continue;
    const term = ghost.entries.term.get(claimed);
    const found = entries[index - offset];
    if (found !== undefined && found.index === index) {
      if (found.term === term && found.valueHash === ghost.entries.hash[claimed]) continue;
      if (index > node.commit && mayReplace(ghost, recovered, index, term)) return;
    }
    findings.report(
      'D:LogDurable',
      lineOf(ghost, node, index),
      `${name} held ${place(index, term)} and came back ` +
        (found === undefined
          ? `with a log that ends at index ${last}`
          : `with ${place(found.index, found.term)} in its place`),
    );
    return;
  }
}

/**
 * Whether the entry found at `index` may have replaced one of `term`, durably, before the line about
 * that was lost with the crash: a leader of a later term had it there. Its own term says nothing: a
 * later leader may have an earlier entry.
 */
function mayReplace(
  ghost: RaftGhost,
  recovered: RaftRecovered,
  index: LogIndex,
  term: Term,
): boolean {
  const found = recovered.entries[index - (recovered.entries[0]?.index ?? 0)]?.term ?? -1;
  if (found > term) return true;
  for (const leadership of ghost.leaderOf.values()) {
    if (leadership.term <= term || leadership.term > recovered.term) continue;
    if (index > leadership.lastIndex) continue;
    const held = ancestorTerm(ghost.entries, leadership, index);
    if (held === null || held === found) return true;
  }
  return false;
}

/** The same of a snapshot: one that differs from the log takes the place of all of it (Figure 13). */
function mayHaveReplacedLog(
  ghost: RaftGhost,
  node: RaftNode,
  { index, term }: RaftRecovered['snapshot'],
): boolean {
  if (index <= node.commit || index <= node.snapshot || index > node.last) return false;
  return termAt(ghost, node, index) !== term;
}

/** The last index that a contiguous snapshot and log reach. */
function reach(recovered: RaftRecovered): number {
  let last = recovered.snapshot.index;
  for (const entry of recovered.entries) {
    if (entry.index > last + 1) break;
    if (entry.index === last + 1) last = entry.index;
  }
  return last;
}

/** From here on the node is what it says it found. */
function adopt(ghost: RaftGhost, node: RaftNode, recovered: RaftRecovered): void {
  const { findings } = ghost;
  const { snapshot } = recovered;
  const { line } = findings;
  node.term = recovered.term;
  node.termLine = line;
  // It may have been a candidate without living to say so.
  ghost.candidacy = Math.max(ghost.candidacy, recovered.term);
  if (recovered.term > ghost.stats.highestTerm) ghost.stats.highestTerm = recovered.term;
  if (recovered.votedFor !== null) {
    node.votedTerm = recovered.term;
    node.votedFor = recovered.votedFor;
    node.voteLine = line;
  }
  node.leading = -1;
  node.leaseTerm = -1;
  node.leaderLine = -1;
  node.removedEntry = NONE;
  node.snapshot = snapshot.index;
  node.snapshotTerm = snapshot.term;
  node.snapshotLine = line;
  node.last = snapshot.index;
  node.lastTerm = snapshot.term;
  node.commit = snapshot.index;
  node.commitLine = line;
  node.applied = snapshot.index;
  node.appliedLine = line;
  ghost.applied.recover(snapshot.index);
  if (snapshot.index > ghost.committed) adoptCommitted(ghost, node, recovered);
  for (const entry of recovered.entries) {
    if (entry.index <= snapshot.index) continue;
    if (entry.index !== node.last + 1) {
      findings.report(
        'D:LogDurable',
        -1,
        `${nodeName(node.node)} came back with a log that jumps from index ${node.last} to index ` +
          `${entry.index}`,
      );
      return;
    }
    if (!ghost.entries.reach(entry.index)) return;
    const { valueHash, membership } = entry;
    placeEntry(ghost, node, entry.index, entry.term, { valueHash, previousTerm: node.lastTerm });
    if (membership !== undefined) appendMembership(ghost, node, membership);
  }
}

/**
 * What snapshots hold is committed by definition, also where no line tells of it: the cluster did
 * not begin empty, or a snapshot survived a crash that the lines about it did not.
 */
function adoptCommitted(ghost: RaftGhost, node: RaftNode, recovered: RaftRecovered): void {
  const { index, term } = recovered.snapshot;
  const { entries } = ghost;
  if (entries.reach(index)) {
    let entry = entries.find(index, term);
    if (entry === NONE) {
      entry = entries.add(index, term, Number.NaN, Number.NaN);
      entries.node[entry] = node.node;
      entries.line[entry] = ghost.findings.line;
    }
    const at = index & entries.mask;
    entries.committed[at] = entry;
    // At the latest in the term in which the node comes back.
    entries.commitTerm[at] = recovered.term;
    entries.commitLine[at] = ghost.findings.line;
  }
  ghost.committed = index;
  ghost.committedTerm = Math.max(ghost.committedTerm, term);
}
