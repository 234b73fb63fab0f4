/** Terms, votes and leaders: Raft's rules of sections 5.1, 5.2 and 5.4.1 of the extended paper. */

import { ByteColumn } from '../../columns.ts';
import { type LogPosition, nodeName } from '../../trace.ts';
import type { LogIndex, NodeId, Term } from '../../units.ts';
import { nodeNames } from '../findings.ts';
import type { LeaderEvent } from '../leader-events.ts';
import { NONE } from './entry-table.ts';
import type { RaftEvent } from './events.ts';
import { shortfall } from './membership.ts';
import {
  endOfLog,
  entryAt,
  type Leadership,
  NODES_MAX,
  place,
  type RaftGhost,
  type RaftNode,
} from './state.ts';

type Vote = Extract<RaftEvent, { kind: 'vote' }>;
type Leader = Extract<LeaderEvent, { kind: 'leader' }>;

/** Leaderships kept for judging commits by leaders of lower terms. */
const LEADERSHIPS_MAX = 64;
/** Terms whose votes are kept before those that no node can still win are forgotten. */
const VOTED_TERMS_MAX = 256;

/** The node's current term is now `term`. Terms never go back, not even across a restart. */
export function onTerm(ghost: RaftGhost, node: RaftNode, term: Term): void {
  if (term < node.term) {
    ghost.findings.report(
      'TermMonotone',
      node.termLine,
      `${nodeName(node.node)} went back from term ${node.term} to term ${term}`,
    );
  } else if (term === node.term) {
    return;
  }
  if (term > ghost.candidacy) unasked(ghost, node, term);
  node.term = term;
  node.termLine = ghost.findings.line;
  ghost.leases.entered(node.node, term);
  if (node.leading !== term) node.leading = -1;
  if (term > ghost.stats.highestTerm) ghost.stats.highestTerm = term;
}

/** TermOrigin: a term begins with a candidate for it; nothing else may make terms grow. */
function unasked(ghost: RaftGhost, node: RaftNode, term: Term): void {
  ghost.findings.report(
    'TermOrigin',
    node.termLine,
    `${nodeName(node.node)} went from term ${node.term} to term ${term}, for which there was no ` +
      'candidate',
  );
}

export function onVote(ghost: RaftGhost, node: RaftNode, event: Vote): void {
  const { findings } = ghost;
  const { term, candidate } = event;
  // The voters of a candidate may be heard of before itself; that they were asked is enough.
  if (term > ghost.candidacy) ghost.candidacy = term;
  onTerm(ghost, node, term);
  if (candidate === node.node) ghost.stats.elections++;
  if (node.votedTerm === term && node.votedFor !== candidate) {
    findings.report(
      'VoteOnce',
      node.voteLine,
      `${nodeName(node.node)} voted for ${nodeName(node.votedFor)} and for ` +
        `${nodeName(candidate)} in term ${term}`,
    );
  }
  if (term >= node.votedTerm) {
    node.votedTerm = term;
    node.votedFor = candidate;
    node.voteLine = findings.line;
  }
  recordVote(ghost, term, node.node, candidate);
  const { ownLast, candidateLast } = event;
  if (isBehind(candidateLast, ownLast)) {
    findings.report(
      'VoteRule',
      -1,
      `${nodeName(node.node)} voted in term ${term} for ${nodeName(candidate)}, whose log ended ` +
        `at ${place(candidateLast.index, candidateLast.term)}, although its own reached ` +
        place(ownLast.index, ownLast.term),
    );
  } else if (ownLast.index !== node.last || ownLast.term !== node.lastTerm) {
    findings.report(
      'VoteRule',
      -1,
      `${nodeName(node.node)} voted in term ${term} as if its log ended at ` +
        `${place(ownLast.index, ownLast.term)}, but ${endOfLog(node)}`,
      `${nodeName(node.node)} compared a candidate with another log than the one it has`,
    );
  }
}

export function onLeader(ghost: RaftGhost, node: RaftNode, event: Leader): void {
  const { findings, stats } = ghost;
  const { term } = event;
  if (term > ghost.candidacy) ghost.candidacy = term;
  onTerm(ghost, node, term);
  const other = ghost.leaderOf.get(term);
  if (other !== undefined) {
    findings.report(
      'ElectionSafety',
      other.line,
      other.node === node.node
        ? `${nodeName(node.node)} became leader of term ${term} twice`
        : `${nodeNames([other.node, node.node])} both became leader of term ${term}`,
      ...(other.node === node.node
        ? [`${nodeName(node.node)} was elected twice in the same term`]
        : []),
    );
  } else {
    stats.leaders++;
  }
  const before = ghost.leaderships.at(-1);
  if (before !== undefined && before.node !== node.node) stats.leaderChanges++;
  const handedOver = term === ghost.transferTerm + 1 && node.node === ghost.transferTarget;
  if (handedOver) stats.transfersDone++;
  judgeElection(ghost, node, event);
  judgeCompleteness(ghost, node, term);
  node.leading = term;
  node.leaderLine = findings.line;
  node.matches.index.fill(0);
  node.matches.line.fill(-1);
  const leadership = {
    term,
    node: node.node,
    line: findings.line,
    lastIndex: node.last,
    lastTerm: node.lastTerm,
  };
  record(ghost, leadership);
}

/** J:QuorumCert: a majority of distinct voters, each of which did vote for this node. */
function judgeElection(ghost: RaftGhost, node: RaftNode, event: Leader): void {
  const { term } = event;
  // A candidate's vote for itself needs no message; if it is not reported, leading implies it.
  const votes = votesIn(ghost, term);
  if (votes[node.node] === 0) recordVote(ghost, term, node.node, node.node);
  let granted = 0;
  for (const voter of event.certificate) {
    if (votes[voter] === node.node + 1) granted |= 1 << voter;
  }
  const { membership } = node;
  const short = shortfall(membership, granted);
  if (short !== null) {
    ghost.findings.report(
      'J:QuorumCert',
      membership.index === 0 ? -1 : membership.line,
      `${nodeName(node.node)} became leader of term ${term} on the votes of ` +
        `${nodeNames(event.certificate)}, of which ${short.counted} count; it needs ${short.needed}`,
    );
  }
  if (event.last.index !== node.last || event.last.term !== node.lastTerm) {
    ghost.findings.report(
      'LeaderCompleteness',
      -1,
      `${nodeName(node.node)} became leader of term ${term} with a log that ends at ` +
        `${place(event.last.index, event.last.term)}, but ${endOfLog(node)}`,
      `${nodeName(node.node)} was elected for another log than the one it has`,
    );
  }
}

/**
 * LeaderCompleteness: what was committed in an earlier term is in the new leader's log. What was
 * committed in this term or a later one need not be: the leader of a lower term may learn of its
 * election late.
 */
function judgeCompleteness(ghost: RaftGhost, node: RaftNode, term: Term): void {
  const { entries } = ghost;
  let index = ghost.committed;
  while (index >= entries.base && entries.commitTerm.get(index & entries.mask) >= term) {
    index--;
  }
  if (isComplete(ghost, node, index)) return;
  while (index > entries.base && !isComplete(ghost, node, index - 1)) index--;
  const at = index & entries.mask;
  const entry = entries.committed.get(at);
  ghost.findings.report(
    'LeaderCompleteness',
    entries.commitLine.get(at),
    `${nodeName(node.node)} became leader of term ${term} without the entry of ` +
      `${place(index, entries.term.get(entry))}, which was committed in term ` +
      `${entries.commitTerm.get(at)}; ${endOfLog(node)}`,
  );
}

/** Whether the node holds what is committed at `index`; so it is where that is not known. */
function isComplete(ghost: RaftGhost, node: RaftNode, index: LogIndex): boolean {
  const { entries } = ghost;
  if (index < entries.base || index <= node.snapshot) return true;
  const entry = entries.committed.get(index & entries.mask);
  return entry === NONE || entryAt(ghost, node, index) === entry;
}

function record(ghost: RaftGhost, leadership: Leadership): void {
  if (!ghost.leaderOf.has(leadership.term)) ghost.leaderOf.set(leadership.term, leadership);
  ghost.leaderships.push(leadership);
  if (ghost.leaderships.length > LEADERSHIPS_MAX) ghost.leaderships.shift();
  if (leadership.term > ghost.highestLedTerm) ghost.highestLedTerm = leadership.term;
}

/** Whether a log is less up to date than another (section 5.4.1): first the term, then the length. */
function isBehind(a: LogPosition, b: LogPosition): boolean {
  return a.term !== b.term ? a.term < b.term : a.index < b.index;
}

function votesIn(ghost: RaftGhost, term: Term): ByteColumn {
  let votes = ghost.votes.get(term);
  if (votes === undefined) {
    if (ghost.votes.size >= VOTED_TERMS_MAX) forgetVotes(ghost);
    votes = new ByteColumn(NODES_MAX);
    ghost.votes.set(term, votes);
  }
  return votes;
}

function recordVote(ghost: RaftGhost, term: Term, voter: NodeId, candidate: NodeId): void {
  votesIn(ghost, term)[voter] = candidate + 1;
}

/** Forgets elections that nobody can win any more: every node has moved past their term. */
function forgetVotes(ghost: RaftGhost): void {
  let lowest = Number.POSITIVE_INFINITY;
  for (const node of ghost.nodes) if (node !== undefined) lowest = Math.min(lowest, node.term);
  for (const term of ghost.votes.keys()) if (term < lowest) ghost.votes.delete(term);
  for (const term of ghost.leaderOf.keys()) if (term < lowest) ghost.leaderOf.delete(term);
  ghost.forgottenBelow = lowest;
}
