/**
 * Phase 3 as seen from outside: what is committed and delivered, in which order, and what servers
 * answer (Zab, section III: the properties of primary order atomic broadcast).
 */

import { nodeName, type TraceEvent } from '../../trace.ts';
import { judgeQuorum } from './elections.ts';
import { judgeLateCommit } from './epochs.ts';
import type { ZabEvent } from './events.ts';
import {
  compareZxids,
  endOfHistory,
  epochOf,
  findTransaction,
  isSameZxid,
  type Place,
  type ZabGhost,
  type ZabNode,
  zxidName,
} from './state.ts';

/** CommitQuorum, CommitMonotone, CommitBeyondLog and Agreement on what is committed where. */
export function onCommit(
  ghost: ZabGhost,
  node: ZabNode,
  event: Extract<ZabEvent, { kind: 'commit-txn' }>,
): void {
  const { findings } = ghost;
  const { zxid, certificate } = event;
  const name = nodeName(node.node);
  if (compareZxids(zxid, node.commit.zxid) < 0) {
    findings.report(
      'CommitMonotone',
      node.commitLine,
      `the commit of ${name} went back from ${zxidName(node.commit.zxid)} to ${zxidName(zxid)}`,
    );
  }
  const place = placeOf(ghost, node, event);
  if (place === null) return;
  const epoch = epochOf(ghost, node.currentEpoch);
  if (certificate.length > 0) judgeCounted(ghost, node, event, place);
  else if (epoch.committed === null || epoch.committed.position < place.position) {
    findings.report(
      'CommitQuorum',
      epoch.established?.line ?? -1,
      `${name} took ${zxidName(zxid)} for committed, which the leader of epoch ${epoch.epoch} had ` +
        'not committed',
      `${name} took for committed what its leader had not committed`,
    );
  }
  if (epoch.committed === null || epoch.committed.position < place.position) {
    epoch.committed = place;
  }
  judgeLateCommit(ghost, node, epoch.epoch, place);
  markCommitted(ghost, node, place);
  node.commit = place;
  node.commitLine = findings.line;
}

/** Where the history of a server has it; null, and CommitBeyondLog, where it does not. */
function placeOf(
  ghost: ZabGhost,
  node: ZabNode,
  { zxid }: Extract<ZabEvent, { kind: 'commit-txn' }>,
): Place | null {
  if (isSameZxid(zxid, node.base.zxid)) return node.base;
  const known = findTransaction(ghost, zxid);
  // A history with a gap has it at another place: that was reported when it was logged.
  if (known !== undefined && node.at(known.position) === known) return known;
  if (compareZxids(zxid, node.base.zxid) < 0) return null;
  const own = node.history.findLast((each) => isSameZxid(each.zxid, zxid));
  if (own !== undefined) return own;
  ghost.findings.report(
    'CommitBeyondLog',
    node.historyLines.at(-1) ?? node.baseLine,
    `${nodeName(node.node)} took ${zxidName(zxid)} for committed, but ${endOfHistory(node)}`,
  );
  return null;
}

/** CommitQuorum: those who are named have logged it, or entered an epoch that began with it. */
function judgeCounted(
  ghost: ZabGhost,
  node: ZabNode,
  { zxid, certificate }: Extract<ZabEvent, { kind: 'commit-txn' }>,
  place: Place,
): void {
  const { joined, established } = epochOf(ghost, node.currentEpoch);
  const isInitial = established !== null && place.position <= established.position;
  const logged = findTransaction(ghost, zxid)?.loggedBy ?? 0;
  let counted = 0;
  for (const member of certificate) {
    const bit = 1 << member;
    const state = ghost.nodes[member];
    if (state === undefined) continue;
    const isCovered = state.base.position >= place.position;
    if ((logged & bit) !== 0 || (isInitial && (joined & bit) !== 0) || isCovered) counted |= bit;
  }
  if (ghost.quorums.isQuorum(counted)) return;
  const decision = `committed ${zxidName(zxid)}`;
  judgeQuorum(ghost, node, 'CommitQuorum', counted, decision, 'who had logged it; no quorum');
}

/** Agreement: no two transactions are committed at one position. Amortised O(1). */
function markCommitted(ghost: ZabGhost, node: ZabNode, { position }: Place): void {
  const { findings, committedAt } = ghost;
  const from = Math.max(Math.min(ghost.committed + 1, position), node.base.position + 1);
  for (let at = from; at <= position; at++) {
    const transaction = node.at(at);
    if (transaction === undefined) continue;
    const known = committedAt.get(at);
    if (known === undefined) {
      committedAt.set(at, transaction);
      transaction.committedLine = findings.line;
    } else if (known !== transaction) {
      findings.report(
        'Agreement',
        known.committedLine,
        `${nodeName(node.node)} committed ${zxidName(transaction.zxid)} at position ${at}, where ` +
          `${zxidName(known.zxid)} had been committed`,
        'two different transactions were committed at the same place',
      );
    }
  }
  if (position <= ghost.committed) return;
  ghost.stats.committed += position - ghost.committed;
  ghost.committed = position;
}

/**
 * TotalOrder, Integrity, LocalPrimaryOrder and GlobalPrimaryOrder: every server delivers the same
 * transactions in the same order, epoch by epoch, and within one 1, 2, 3 ...
 */
export function onApply(
  ghost: ZabGhost,
  node: ZabNode,
  event: Extract<TraceEvent, { kind: 'apply' }>,
): void {
  const { findings } = ghost;
  const { position } = event;
  ghost.stats.applied++;
  ghost.applied.apply(event, node);
  ghost.stats.duplicates = ghost.applied.duplicates;
  ghost.stats.sessions = ghost.applied.sessions;
  if (position > node.commit.position) {
    findings.report(
      'ApplyBeyondCommit',
      node.commitLine,
      `${nodeName(node.node)} delivered position ${position}, but knew only position ` +
        `${node.commit.position} to be committed`,
    );
  }
  const zxid = event.zxid ?? node.at(position)?.zxid;
  if (zxid === undefined) return;
  const known = findTransaction(ghost, zxid);
  const own = node.at(position);
  if (known?.valueHash !== event.valueHash && position > node.base.position) {
    findings.report(
      'Integrity',
      known?.line ?? -1,
      `${nodeName(node.node)} delivered as ${zxidName(zxid)} what was never proposed as that`,
    );
  } else if (own !== undefined && !isSameZxid(own.zxid, zxid)) {
    findings.report(
      'TotalOrder',
      own.line,
      `${nodeName(node.node)} delivered ${zxidName(zxid)} at position ${position}, where its ` +
        `history has ${zxidName(own.zxid)}`,
      `${nodeName(node.node)} executed something else than its own history holds`,
    );
  }
  judgeOrder(ghost, node, zxid);
  node.delivered = zxid;
}

function judgeOrder(ghost: ZabGhost, node: ZabNode, zxid: Place['zxid']): void {
  const before = node.delivered;
  const isNext = zxid.epoch === before.epoch && zxid.counter === before.counter + 1;
  if (isNext || (zxid.epoch > before.epoch && zxid.counter === 1)) return;
  ghost.findings.report(
    zxid.epoch < before.epoch ? 'GlobalPrimaryOrder' : 'LocalPrimaryOrder',
    node.appliedLine,
    `${nodeName(node.node)} delivered ${zxidName(zxid)} right after ${zxidName(before)}`,
  );
}

/** ServeAfterSync and AckedNotDelivered: what clients are told was delivered by who tells them. */
export function onReply(
  ghost: ZabGhost,
  node: ZabNode,
  event: Extract<TraceEvent, { kind: 'reply' }>,
): void {
  if (event.status === 'ok') judgeServing(ghost, node, 'answered a client');
  ghost.applied.reply(event, node);
}

function judgeServing(ghost: ZabGhost, node: ZabNode, did: string): void {
  if (node.phase === 'serving') return;
  ghost.findings.report(
    'ServeAfterSync',
    node.phaseLine,
    `${nodeName(node.node)} ${did} while it was ` +
      (node.phase === 'looking' ? 'looking for a leader' : 'still catching up with its leader'),
    // It may have caught up before, with a leader that it has lost since.
    ...(node.phase === 'looking'
      ? [`${nodeName(node.node)} served clients while it had no leader`]
      : []),
  );
}

/**
 * MonotonicSession: no read is older than what its session has seen. SyncFreshness: one
 * behind a sync has a leader's word for how far the server had to be.
 */
export function onReadCertificate(
  ghost: ZabGhost,
  node: ZabNode,
  event: Extract<TraceEvent, { kind: 'read-cert' }>,
): void {
  const { findings, stats } = ghost;
  const { mode, readPosition, seen = 0 } = event;
  if (mode === 'local') stats.readsLocal++;
  else if (mode === 'sync') stats.readsSync++;
  else stats.readsLog++;
  judgeServing(ghost, node, 'answered a read');
  const applied = Math.min(event.applied, node.applied);
  const subject = `${nodeName(node.node)} answered a read `;
  if (applied < readPosition) {
    findings.report(
      mode === 'local' ? 'MonotonicSession' : mode === 'sync' ? 'SyncFreshness' : 'J:ReadCert',
      node.appliedLine,
      `${subject}for position ${readPosition}, but had delivered only up to position ${applied}`,
    );
  }
  if (applied < seen) {
    findings.report(
      'MonotonicSession',
      node.appliedLine,
      `${subject}whose session had seen position ${seen}, but had delivered only up to position ` +
        `${applied}`,
    );
  }
  if (mode !== 'sync') return;
  const because = staleness(ghost, event);
  if (because !== null) findings.report('SyncFreshness', node.phaseLine, subject + because);
}

/** Why a sync is none; null where it is one: a leader that was established named the position. */
function staleness(
  ghost: ZabGhost,
  { acks, round, term, readPosition }: Extract<TraceEvent, { kind: 'read-cert' }>,
): string | null {
  const ack = acks.find((each) => each.round === round);
  if (ack === undefined) return `behind sync ${round}, which no leader had answered`;
  const epoch = ghost.epochs.get(term);
  if (epoch?.established?.node !== ack.node) {
    return `behind a sync that ${nodeName(ack.node)} answered without being leader of epoch ${term}`;
  }
  const committed = epoch.committed?.position ?? 0;
  if (readPosition <= committed) return null;
  return `for position ${readPosition}, of which the leader had committed only ${committed}`;
}
