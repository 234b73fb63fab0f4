/** What is committed, on whose word, and that it stays so (sections 5.3, 5.4 and figure 8). */

import { nodeName } from '../../trace.ts';
import type { LogIndex, NodeId } from '../../units.ts';
import type { LeaderEvent } from '../leader-events.ts';
import { NONE } from './entry-table.ts';
import type { RaftEvent } from './events.ts';
import { commitMemberships, isMember, shortfall } from './membership.ts';
import {
  ancestorTerm,
  endOfLog,
  entryAt,
  place,
  type RaftGhost,
  type RaftNode,
  termAt,
} from './state.ts';

type Commit = Extract<LeaderEvent, { kind: 'commit' }>;
type Match = Extract<RaftEvent, { kind: 'match' }>;

export function onCommit(ghost: RaftGhost, node: RaftNode, event: Commit): void {
  const { findings } = ghost;
  const { index } = event;
  if (index < node.commit) {
    findings.report(
      'CommitMonotone',
      node.commitLine,
      `the commit index of ${nodeName(node.node)} went back from ${node.commit} to ${index}`,
    );
    return;
  }
  if (index > node.last) {
    findings.report(
      'CommitBeyondLog',
      node.commitLine,
      `${nodeName(node.node)} holds index ${index} for committed, but ${endOfLog(node)}`,
    );
    return;
  }
  if (event.certificate.length > 0 || node.leading !== -1) {
    judgeLeaderCommit(ghost, node, event);
  } else if (index > ghost.committed) {
    findings.report(
      'CommitQuorum',
      -1,
      `${nodeName(node.node)} holds index ${index} for committed, but no leader has committed ` +
        `anything beyond index ${ghost.committed}`,
      `${nodeName(node.node)} took for committed what no leader had committed`,
    );
  }
  if (index > ghost.committed) extend(ghost, node, event);
  else judgeStable(ghost, node, index);
  node.commit = index;
  node.commitLine = findings.line;
}

/** CommitCurrentTerm, and CommitQuorum over the logs as their nodes reported them. */
function judgeLeaderCommit(ghost: RaftGhost, node: RaftNode, event: Commit): void {
  const { findings } = ghost;
  const { index, term } = event;
  const name = nodeName(node.node);
  const entryTerm = termAt(ghost, node, index);
  if (event.entryTerm !== term || (entryTerm !== -1 && entryTerm !== term)) {
    findings.report(
      'CommitCurrentTerm',
      node.leaderLine,
      `${name}, leader of term ${term}, counted replicas of an entry of an earlier term and ` +
        `committed ${place(index, entryTerm === -1 ? event.entryTerm : entryTerm)}`,
    );
  }
  const entry = entryAt(ghost, node, index);
  let holders = 0;
  for (const member of event.certificate) {
    if (member.match < index || !held(ghost, node, member.node, { index, entry })) continue;
    holders |= 1 << member.node;
  }
  const short = shortfall(node.membership, holders);
  if (short === null) return;
  const claimed = event.certificate.map((member) => nodeName(member.node)).join(', ');
  findings.report(
    'CommitQuorum',
    -1,
    `${name} committed ${place(index, event.entryTerm)} on the word of ${claimed || 'nobody'}; ` +
      `${short.counted} of its voters did hold that entry, and ${short.needed} must`,
  );
}

/**
 * Whether a member has this entry, or had it when it said so to this leader, if it has been replaced
 * since: that it had is judged there (MatchTruthful).
 */
function held(
  ghost: RaftGhost,
  leader: RaftNode,
  member: NodeId,
  { index, entry }: { readonly index: LogIndex; readonly entry: number },
): boolean {
  const { matches } = leader;
  const isReplaced = matches.line.get(member) < (ghost.nodes[member]?.joinLine ?? -1);
  if (isReplaced && matches.index.get(member) >= index) return true;
  return holds(ghost, member, index, entry);
}

/** Whether a node's log, by its own trace, has this entry; what is no longer known counts as yes. */
function holds(ghost: RaftGhost, member: NodeId, index: LogIndex, entry: number): boolean {
  const node = ghost.nodes[member];
  if (node === undefined || index > node.last) return false;
  const own = entryAt(ghost, node, index);
  return own === entry || own === NONE || entry === NONE;
}

/** The first commit of these positions by anyone. */
function extend(ghost: RaftGhost, node: RaftNode, event: Commit): void {
  const { entries, findings, stats } = ghost;
  const { index, term } = event;
  if (ghost.committed > 0) judgeStable(ghost, node, ghost.committed);
  stats.committed += index - ghost.committed;
  for (let i = Math.max(ghost.committed + 1, entries.base); i <= index; i++) {
    const at = i & entries.mask;
    entries.committed[at] = entryAt(ghost, node, i);
    entries.commitTerm[at] = term;
    entries.commitLine[at] = findings.line;
  }
  ghost.committed = index;
  if (event.entryTerm > ghost.committedTerm) ghost.committedTerm = event.entryTerm;
  if (node.membership.index > (ghost.memberships.at(-1)?.index ?? 0)) {
    commitMemberships(ghost, node, index);
  }
  if (term < ghost.highestLedTerm) judgeLaterLeaders(ghost, node, event);
}

/** CommittedStable: what is committed at an index never becomes something else. */
function judgeStable(ghost: RaftGhost, node: RaftNode, index: LogIndex): void {
  const { entries } = ghost;
  if (index < entries.base || index <= node.snapshot) return;
  const committed = entries.committed.get(index & entries.mask);
  if (committed === NONE || entryAt(ghost, node, index) === committed) return;
  // Logs that differ here may differ earlier: name the first place.
  let first = index;
  while (first > Math.max(entries.base, node.snapshot + 1)) {
    const before = entries.committed.get((first - 1) & entries.mask);
    if (before === NONE || entryAt(ghost, node, first - 1) === before) break;
    first--;
  }
  const at = first & entries.mask;
  const was = entries.committed.get(at);
  ghost.findings.report(
    'CommittedStable',
    entries.commitLine.get(at),
    `${nodeName(node.node)} holds ${place(first, termAt(ghost, node, first))} for committed, but ` +
      `the entry committed there is of term ${entries.term.get(was)}`,
  );
}

/**
 * LeaderCompleteness seen from the other side: a leader that has been overtaken without knowing it
 * commits something that the leaders of later terms, elected before this line, must have held.
 */
function judgeLaterLeaders(ghost: RaftGhost, node: RaftNode, event: Commit): void {
  const { index, term } = event;
  const entryTerm = termAt(ghost, node, index);
  for (const later of ghost.leaderships) {
    if (later.term <= term) continue;
    const held = later.lastIndex < index ? -1 : ancestorTerm(ghost.entries, later, index);
    if (held === null || held === entryTerm) continue;
    ghost.findings.report(
      'LeaderCompleteness',
      later.line,
      `${nodeName(node.node)} committed ${place(index, entryTerm)} in term ${term}, but ` +
        `${nodeName(later.node)} had become leader of term ${later.term} without that entry`,
      `${nodeName(node.node)} committed an entry that a newer leader does not have`,
    );
  }
}

/** MatchTruthful and MatchMonotone: what a leader believes of a peer's log is so, and only grows. */
export function onMatch(ghost: RaftGhost, node: RaftNode, event: Match): void {
  const { findings } = ghost;
  const { peer, index, term } = event;
  const before = node.matches.index.get(peer);
  const name = nodeName(node.node);
  if (index < before) {
    findings.report(
      'MatchMonotone',
      node.matches.line.get(peer),
      `${name}, leader of term ${term}, took back its match index of ${nodeName(peer)} from ` +
        `${before} to ${index}`,
    );
  }
  node.matches.index[peer] = index;
  node.matches.line[peer] = findings.line;
  if (event.responseTerm !== term || node.leading !== term) {
    findings.report(
      'MatchTruthful',
      node.leaderLine,
      `${name} in term ${term} believed an answer of term ${event.responseTerm} about the log of ` +
        `${nodeName(peer)}`,
      `${name} believed an outdated answer about another node's log`,
    );
    return;
  }
  const other = ghost.nodes[peer];
  // In a later term the peer may have had to drop the entry after it had truthfully said so.
  if (other === undefined || other.term > term) return;
  // What a removed server said may come when another has begun in its place: until that is taken in.
  if (other.joinLine >= 0 && !isMember(node.membership, peer)) return;
  if (index <= node.last && holds(ghost, peer, index, entryAt(ghost, node, index))) return;
  findings.report(
    'MatchTruthful',
    -1,
    `${name}, leader of term ${term}, believes that ${nodeName(peer)} holds its log up to index ` +
      `${index}, but ${index > node.last ? endOfLog(node) : endOfLog(other)}`,
  );
}
