/**
 * Phase 3 on the disks: which transaction has which zxid, in which order each server logs them, and
 * what may be cut or replaced (Zab, section IV; ZooKeeper's DIFF, TRUNC and SNAP).
 */

import { nodeName } from '../../trace.ts';
import type { LogIndex } from '../../units.ts';
import type { ZabEvent, Zxid } from './events.ts';
import {
  addTransaction,
  compareZxids,
  endOfHistory,
  findTransaction,
  forget,
  isSameZxid,
  type Place,
  push,
  type Transaction,
  type ZabGhost,
  type ZabNode,
  zxidName,
} from './state.ts';

/**
 * EpochUnique, PrimaryIntegrity, LocalPrimaryOrder, ZxidUnique: only the established leader of an
 * epoch proposes in it, once it has delivered its initial history, and numbers 1, 2, 3 ...
 */
export function onPropose(
  ghost: ZabGhost,
  node: ZabNode,
  event: Extract<ZabEvent, { kind: 'propose-txn' }>,
): void {
  const { findings, stats } = ghost;
  const { zxid, valueHash } = event;
  stats.proposed++;
  judgePrimary(ghost, node, zxid);
  if (node.proposed.zxid.epoch !== zxid.epoch && node.leads === -1) node.proposed = node.last;
  const before = node.proposed;
  const next = before.zxid.epoch === zxid.epoch ? before.zxid.counter + 1 : 1;
  if (zxid.counter !== next) {
    findings.report(
      'LocalPrimaryOrder',
      node.proposedLine,
      `${nodeName(node.node)} proposed ${zxidName(zxid)} right after ${zxidName(before.zxid)}`,
    );
  }
  const known = findTransaction(ghost, zxid);
  if (known !== undefined) judgeSame(ghost, node, known, valueHash, 'proposed');
  node.proposed = known ?? addTransaction(ghost, zxid, valueHash, before);
  node.proposedLine = findings.line;
}

function judgePrimary(ghost: ZabGhost, node: ZabNode, { epoch }: Zxid): void {
  const { findings } = ghost;
  const established = ghost.epochs.get(epoch)?.established ?? null;
  const subject = `${nodeName(node.node)} proposed in epoch ${epoch}`;
  if (established !== null && established.node !== node.node) {
    findings.report(
      'EpochUnique',
      established.line,
      `${subject}, which ${nodeName(established.node)} leads`,
    );
  } else if (node.leads !== epoch) {
    const leads = node.leads === -1 ? 'as leader of no epoch' : `as leader of epoch ${node.leads}`;
    const told = `${nodeName(node.node)} proposed a transaction although it did not lead`;
    findings.report('PrimaryIntegrity', node.phaseLine, `${subject} ${leads}`, told);
  } else if (established !== null && node.applied < established.position) {
    findings.report(
      'PrimaryIntegrity',
      node.appliedLine,
      `${subject} before it had delivered its initial history: ${node.applied} of ` +
        `${established.position} transactions`,
    );
  }
}

/** ZxidUnique: a zxid names one transaction. */
function judgeSame(
  ghost: ZabGhost,
  node: ZabNode,
  known: Transaction,
  valueHash: number,
  did: string,
): void {
  if (known.valueHash === valueHash) return;
  ghost.findings.report(
    'ZxidUnique',
    known.line,
    `${nodeName(node.node)} ${did} another transaction as ${zxidName(known.zxid)} than was first ` +
      'seen under it',
  );
}

/** Integrity and ProposalGap: what is logged was proposed, and stands right behind what it must. */
export function onLogged(
  ghost: ZabGhost,
  node: ZabNode,
  event: Extract<ZabEvent, { kind: 'logged' }>,
): void {
  const { findings } = ghost;
  const { zxid, valueHash } = event;
  const { last } = node;
  let transaction = findTransaction(ghost, zxid);
  if (transaction === undefined) {
    // What everybody had in snapshots is forgotten; who begins with an empty disk is sent it again.
    if (last.position >= ghost.base) {
      findings.report(
        'Integrity',
        -1,
        `${nodeName(node.node)} logged ${zxidName(zxid)}, which nobody had proposed`,
      );
    }
    transaction = addTransaction(ghost, zxid, valueHash, last);
  } else {
    judgeSame(ghost, node, transaction, valueHash, 'logged');
    if (!follows(transaction, last)) {
      findings.report(
        'ProposalGap',
        transaction.line,
        `${nodeName(node.node)} logged ${zxidName(zxid)} at position ${last.position + 1}, right ` +
          `behind ${zxidName(last.zxid)}; it stands at position ${transaction.position}, behind ` +
          zxidName(transaction.previous),
      );
    }
  }
  push(node, transaction, findings.line);
}

function follows(transaction: Transaction, last: Place): boolean {
  return transaction.position === last.position + 1 && isSameZxid(transaction.previous, last.zxid);
}

/** TruncDelivered: what was delivered or committed is never cut. */
export function onTruncate(ghost: ZabGhost, node: ZabNode, to: Zxid): void {
  const { findings, stats } = ghost;
  stats.truncations++;
  const name = nodeName(node.node);
  while (node.history.length > 0 && compareZxids(node.last.zxid, to) > 0) {
    const cut = node.history.pop() as Transaction;
    node.historyLines.pop();
    const isDelivered = cut.position <= node.applied;
    if (!isDelivered && cut.committedLine === -1) continue;
    findings.report(
      'TruncDelivered',
      isDelivered ? node.appliedLine : cut.committedLine,
      `${name} cut its history behind ${zxidName(to)}, with ${zxidName(cut.zxid)} in it, which ` +
        (isDelivered ? 'it had delivered' : 'was committed'),
    );
  }
  if (isSameZxid(node.last.zxid, to)) return;
  if (compareZxids(node.last.zxid, to) > 0) {
    findings.report(
      'TruncDelivered',
      node.baseLine,
      `${name} cut its history behind ${zxidName(to)}, but has a snapshot up to ` +
        zxidName(node.last.zxid),
    );
    return;
  }
  findings.report(
    'ProposalGap',
    node.historyLines.at(-1) ?? node.baseLine,
    `${name} cut its history behind ${zxidName(to)}, which is not in it: ${endOfHistory(node)}`,
    `${name} cut its history at a transaction that it does not have`,
  );
}

/**
 * SnapshotMatches: a snapshot is the state that delivering up to its end gives. A server that is
 * sent one begins again from there, also where it had been further: nobody sees it until it serves.
 */
export function onSnapshot(
  ghost: ZabGhost,
  node: ZabNode,
  event: Extract<ZabEvent, { kind: 'snapshot-txns' }>,
): void {
  const { findings, stats } = ghost;
  const { op, zxid, position } = event;
  const name = nodeName(node.node);
  const contradicting = ghost.applied.contradicts(position, event.stateHash);
  if (contradicting !== -1) {
    findings.report(
      'SnapshotMatches',
      contradicting,
      `the snapshot of ${name} up to position ${position} is not the state that delivering them gives`,
    );
  }
  const place: Place = { zxid, position };
  if (op === 'take') {
    stats.snapshotsTaken++;
    judgeTaken(ghost, node, place);
    drop(node, position);
  } else {
    stats.snapshotsInstalled++;
    judgeInstalled(ghost, node, place);
    node.history.length = 0;
    node.historyLines.length = 0;
    node.applied = position;
    node.appliedLine = findings.line;
    node.delivered = zxid;
    node.commit = place;
    node.commitLine = findings.line;
  }
  node.base = place;
  node.baseLine = findings.line;
  forget(ghost);
}

function judgeTaken(ghost: ZabGhost, node: ZabNode, place: Place): void {
  if (place.position === node.applied && isSameZxid(place.zxid, node.delivered)) return;
  ghost.findings.report(
    'SnapshotMatches',
    node.appliedLine,
    `${nodeName(node.node)} took a snapshot up to position ${place.position}, ` +
      `${zxidName(place.zxid)}, but had delivered up to position ${node.applied}, ` +
      zxidName(node.delivered),
  );
}

/** The end of a snapshot stands at its place in the order. */
function judgeInstalled(ghost: ZabGhost, node: ZabNode, place: Place): void {
  const known = findTransaction(ghost, place.zxid);
  if (known === undefined || known.position === place.position) return;
  ghost.findings.report(
    'SnapshotMatches',
    known.line,
    `${nodeName(node.node)} was sent a snapshot of ${place.position} transactions up to ` +
      `${zxidName(place.zxid)}, which stands at position ${known.position}`,
  );
}

/** Drops what a snapshot covers. */
function drop(node: ZabNode, position: LogIndex): void {
  const covered = Math.min(position - node.base.position, node.history.length);
  if (covered <= 0) return;
  node.history.splice(0, covered);
  node.historyLines.splice(0, covered);
}
