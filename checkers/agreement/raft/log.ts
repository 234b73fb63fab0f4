/** What may happen to a Raft node's log: appends, truncations and snapshots. */

import { itemAt } from '../../item-at.ts';
import { nodeName } from '../../trace.ts';
import type { LogIndex, Term } from '../../units.ts';
import type { LeaderEvent } from '../leader-events.ts';
import { NONE } from './entry-table.ts';
import type { RaftEvent } from './events.ts';
import {
  adoptMembership,
  appendMembership,
  ghostOf,
  judgeChange,
  snapshotMembership,
  truncateMemberships,
} from './membership.ts';
import { endOfLog, entryAt, place, type RaftGhost, type RaftNode, termAt } from './state.ts';

type Append = Extract<RaftEvent, { kind: 'append' }>;
type Snapshot = Extract<LeaderEvent, { kind: 'snapshot' }>;

/** Entry columns are kept this far below the lowest snapshot, for late lines. */
const RETIRE_MARGIN = 1024;

export function onAppend(ghost: RaftGhost, node: RaftNode, event: Append): void {
  const { index, term } = event;
  if (index !== node.last + 1 || event.previousTerm !== node.lastTerm) {
    misplaced(ghost, node, event);
    // A gap cannot be followed; what overlaps replaces what was there.
    if (index <= node.snapshot || index > node.last + 1) return;
  }
  if (term > node.term || (node.leading !== -1 && term !== node.leading))
    wrongTerm(ghost, node, event);
  if (!ghost.entries.reach(index)) return;
  if (node.removedEntry !== NONE) judgeRemoval(ghost, node, index, term);
  const { membership } = event;
  if (membership !== undefined) {
    // A change is judged once, where it is seen first.
    if (ghost.entries.find(index, term) === NONE) judgeChange(ghost, node, membership);
    appendMembership(ghost, node, membership);
  }
  placeEntry(ghost, node, index, term, event);
}

/** Puts an entry at the end of a node's log and judges LogMatching. */
export function placeEntry(
  ghost: RaftGhost,
  node: RaftNode,
  index: LogIndex,
  term: Term,
  content: { readonly valueHash: number; readonly previousTerm: Term },
): void {
  const { entries, findings } = ghost;
  const { valueHash, previousTerm } = content;
  const at = index & entries.mask;
  let entry = entries.find(index, term);
  if (entry === NONE) {
    entry = entries.add(index, term, valueHash, previousTerm);
    entries.node[entry] = node.node;
    entries.line[entry] = findings.line;
  } else if (entries.hash[entry] !== valueHash || entries.previousTerm[entry] !== previousTerm) {
    differs(ghost, node, { index, entry, valueHash, previousTerm });
  }
  itemAt(entries.logs, node.node)[at] = entry;
  itemAt(entries.logLines, node.node)[at] = findings.line;
  node.last = index;
  node.lastTerm = term;
}

export function onTruncate(ghost: RaftGhost, node: RaftNode, from: LogIndex): void {
  const { entries, findings } = ghost;
  const name = nodeName(node.node);
  if (from > node.last) return;
  if (node.leading !== -1) {
    findings.report(
      'LeaderAppendOnly',
      node.leaderLine,
      `${name} removed its log from index ${from} on while it was leader of term ${node.leading}`,
    );
  } else if (node.lastTerm === node.term) {
    // Only the leader of this term makes such entries, and it never takes one back.
    findings.report(
      'D:LogShrink',
      lineOf(ghost, node, node.last),
      `${name} removed its log from index ${from} on, and with it ` +
        `${place(node.last, node.lastTerm)}, in the very term in which it had acknowledged that`,
    );
  }
  if (from <= node.commit) {
    findings.report(
      'TruncateCommitted',
      node.commitLine,
      `${name} removed its log from index ${from} on although it knew that everything up to ` +
        `index ${node.commit} is committed`,
    );
  } else if (from <= ghost.committed && from >= entries.base) {
    const at = from & entries.mask;
    const committed = entries.committed.get(at);
    // A delayed message of an older leader may rightly remove what a later one has committed since:
    // only leaders of the commit's own term and later must have it (section 5.4.3).
    const binding = entries.commitTerm.get(at) <= node.term;
    if (binding && committed !== NONE && entryAt(ghost, node, from) === committed) {
      findings.report(
        'TruncateCommitted',
        entries.commitLine.get(at),
        `${name} removed the entry of ${place(from, entries.term.get(committed))} from its ` +
          'log, which is committed',
      );
    }
  }
  node.removedEntry = entryAt(ghost, node, from);
  node.removedFrom = from;
  node.removedLast = node.last;
  node.removedLine = findings.line;
  truncateMemberships(node, from);
  const last = Math.max(from - 1, node.snapshot);
  node.lastTerm = termAt(ghost, node, last);
  node.last = last;
}

/** A removal must make room for an entry of another term; else what was acknowledged just went. */
function judgeRemoval(ghost: RaftGhost, node: RaftNode, index: LogIndex, term: Term): void {
  const { entries } = ghost;
  if (index === node.removedFrom && entries.term[node.removedEntry] === term) {
    ghost.findings.report(
      'D:LogShrink',
      node.removedLine,
      `${nodeName(node.node)} removed its log from index ${index} to ${node.removedLast} and then ` +
        `appended the very entry that stood there, of term ${term}: no conflict asked for that`,
    );
  }
  node.removedEntry = NONE;
}

export function onSnapshot(ghost: RaftGhost, node: RaftNode, event: Snapshot): void {
  const { index, term } = event.last;
  judgeSnapshot(ghost, node, event);
  if (event.op === 'take') {
    ghost.stats.snapshotsTaken++;
    if (index > node.snapshot && index <= node.last) {
      node.snapshot = index;
      node.snapshotTerm = term;
      node.snapshotLine = ghost.findings.line;
      retire(ghost);
    }
    return;
  }
  ghost.stats.snapshotsInstalled++;
  if (index < node.applied) {
    ghost.findings.report(
      'AppliedMonotone',
      node.appliedLine,
      `${nodeName(node.node)} installed a snapshot up to index ${index} although it had already ` +
        `executed up to index ${node.applied}`,
    );
  }
  // The suffix stays only if the log agrees with the snapshot (section 7, figure 13, step 6).
  const keepsSuffix = index <= node.last && termAt(ghost, node, index) === term;
  if (!keepsSuffix) {
    node.last = index;
    node.lastTerm = term;
  }
  const { membership } = event;
  const initial = itemAt(ghost.memberships, 0);
  const carried = membership === undefined ? initial : ghostOf(membership, ghost.findings.line);
  adoptMembership(node, index, carried, keepsSuffix);
  node.removedEntry = NONE;
  node.snapshot = index;
  node.snapshotTerm = term;
  node.snapshotLine = ghost.findings.line;
  if (index > node.commit) {
    node.commit = index;
    node.commitLine = ghost.findings.line;
  }
  node.applied = index;
  node.appliedLine = ghost.findings.line;
  retire(ghost);
}

/** SnapshotMatches: a snapshot is the state after the committed prefix that it claims to be. */
function judgeSnapshot(ghost: RaftGhost, node: RaftNode, event: Snapshot): void {
  const { entries, findings } = ghost;
  const { index, term } = event.last;
  const name = nodeName(node.node);
  snapshotMembership(ghost, node, index, event.membership);
  const did = event.op === 'take' ? 'took' : 'installed';
  if (index > ghost.committed || (event.op === 'take' && index > node.applied)) {
    const reached =
      event.op === 'take'
        ? `it had executed only up to index ${node.applied}`
        : `nothing beyond index ${ghost.committed} is committed`;
    findings.report(
      'SnapshotMatches',
      -1,
      `${name} ${did} a snapshot up to index ${index}, but ${reached}`,
    );
    return;
  }
  if (index >= entries.base) {
    const at = index & entries.mask;
    const entry = entries.committed.get(at);
    if (entry !== NONE && entries.term[entry] !== term) {
      findings.report(
        'SnapshotMatches',
        entries.commitLine.get(at),
        `${name} ${did} a snapshot up to ${place(index, term)}, but the entry committed there is ` +
          `of term ${entries.term.get(entry)}`,
      );
    }
  }
  const contradiction = ghost.applied.contradicts(index, event.stateHash);
  if (contradiction === -1) return;
  findings.report(
    'SnapshotMatches',
    contradiction,
    `${name} ${did} a snapshot up to index ${index} that is not the state after index ${index}`,
  );
}

/** Forgets what every node, up or down, has covered by a durable snapshot. */
function retire(ghost: RaftGhost): void {
  let lowest = Number.POSITIVE_INFINITY;
  for (const node of ghost.nodes) {
    if (node !== undefined) lowest = Math.min(lowest, node.snapshot);
  }
  const base = lowest - RETIRE_MARGIN;
  if (base <= ghost.entries.base) return;
  ghost.entries.retire(base);
  ghost.applied.retire(base);
}

/** The line in which a node reported what now stands at `index` of its log. */
export function lineOf(ghost: RaftGhost, node: RaftNode, index: LogIndex): number {
  const { entries } = ghost;
  if (index <= node.snapshot || index < entries.base) return node.snapshotLine;
  return itemAt(entries.logLines, node.node).get(index & entries.mask);
}

function misplaced(ghost: RaftGhost, node: RaftNode, event: Append): void {
  const { index, term } = event;
  const name = nodeName(node.node);
  if (index === node.last + 1) {
    ghost.findings.report(
      'LogMatching',
      index > 1 ? lineOf(ghost, node, index - 1) : -1,
      `${name} appended ${place(index, term)} as the successor of an entry of term ` +
        `${event.previousTerm}, but ${endOfLog(node)}`,
    );
    return;
  }
  ghost.findings.report(
    'LogMatching',
    node.last > 0 ? lineOf(ghost, node, node.last) : -1,
    `${name} appended ${place(index, term)}, but ${endOfLog(node)}`,
  );
}

function wrongTerm(ghost: RaftGhost, node: RaftNode, event: Append): void {
  const { index, term } = event;
  const name = nodeName(node.node);
  if (term > node.term) {
    ghost.findings.report(
      'TermMonotone',
      node.termLine,
      `${name} appended ${place(index, term)} while its own term was ${node.term}`,
      `${name} took an entry of a leader whose term it had not entered`,
    );
    return;
  }
  ghost.findings.report(
    'LeaderAppendOnly',
    node.leaderLine,
    `${name}, leader of term ${node.leading}, appended ${place(index, term)}: a leader makes ` +
      'entries of its own term only',
    `${name} led, and put an entry of another leader into its log`,
  );
}

/** LogMatching: two entries of the same index and term are the same entry after the same log. */
function differs(
  ghost: RaftGhost,
  node: RaftNode,
  found: { index: LogIndex; entry: number; valueHash: number; previousTerm: Term },
): void {
  const { entries } = ghost;
  const { index, entry } = found;
  if (Number.isNaN(entries.hash[entry])) {
    // So far it was known as the last entry of a snapshot only.
    entries.hash[entry] = found.valueHash;
    entries.previousTerm[entry] = found.previousTerm;
    return;
  }
  const difference =
    entries.hash[entry] === found.valueHash
      ? `after an entry of term ${entries.previousTerm.get(entry)} there and of term ` +
        `${found.previousTerm} here`
      : 'with different content';
  const first = entries.node.get(entry);
  const who =
    first === node.node
      ? `${nodeName(first)} came to hold a second entry of`
      : `${nodeName(first)} and ${nodeName(node.node)} both hold an entry of`;
  ghost.findings.report(
    'LogMatching',
    entries.line.get(entry),
    `${who} ${place(index, entries.term.get(entry))}, ${difference}`,
  );
}
