/**
 * Phases 1 and 2: epochs that only grow and have one leader each, whose history holds everything
 * that was committed before (Junqueira, Reed and Serafini 2011, sections III and IV).
 */

import { nodeName } from '../../trace.ts';
import type { Epoch } from '../../units.ts';
import { bitsOf } from '../members.ts';
import { judgeQuorum } from './elections.ts';
import type { ZabEvent } from './events.ts';
import {
  type Beginning,
  compareZxids,
  type EpochGhost,
  endOfHistory,
  epochOf,
  holds,
  isSameZxid,
  type Place,
  type ZabGhost,
  type ZabNode,
  zxidName,
} from './state.ts';

/** EpochMonotone: once it is promised to one epoch, a server accepts no lower one. */
export function onAcceptedEpoch(ghost: ZabGhost, node: ZabNode, epoch: Epoch): void {
  const { findings } = ghost;
  if (epoch < node.acceptedEpoch) {
    findings.report(
      'EpochMonotone',
      node.acceptedLine,
      `${nodeName(node.node)} accepted epoch ${epoch} after it had accepted epoch ` +
        `${node.acceptedEpoch}`,
    );
  }
  node.acceptedEpoch = epoch;
  node.acceptedLine = findings.line;
}

/**
 * J:QuorumCert and J:StaleCert: a quorum has said what it had accepted, and it said the truth. That
 * the epoch is above all of that is not asked: who has accepted a higher one refuses it.
 */
export function onNewEpoch(
  ghost: ZabGhost,
  node: ZabNode,
  event: Extract<ZabEvent, { kind: 'new-epoch' }>,
): void {
  const { findings } = ghost;
  const { epoch, certificate } = event;
  for (const { node: member, acceptedEpoch } of certificate) {
    const state = ghost.nodes[member];
    if (state === undefined || acceptedEpoch <= state.acceptedEpoch) continue;
    findings.report(
      'J:StaleCert',
      state.acceptedLine,
      `${nodeName(node.node)} proposed epoch ${epoch} because ${nodeName(member)} had accepted ` +
        `epoch ${acceptedEpoch}, but that had only accepted epoch ${state.acceptedEpoch}`,
    );
  }
  const set = bitsOf(certificate.map((each) => each.node));
  judgeQuorum(ghost, node, 'J:QuorumCert', set, `proposed epoch ${epoch}`);
}

/**
 * EpochMonotone, CurrentEpochAccepted (currentEpoch <= acceptedEpoch), D:LogDurable and
 * SyncComplete: who enters an epoch has the history that its leader began it with, on its disk.
 */
export function onCurrentEpoch(
  ghost: ZabGhost,
  node: ZabNode,
  event: Extract<ZabEvent, { kind: 'current-epoch' }>,
): void {
  const { findings } = ghost;
  const { epoch, last } = event;
  const name = nodeName(node.node);
  if (epoch < node.currentEpoch) {
    findings.report(
      'EpochMonotone',
      node.currentLine,
      `${name} entered epoch ${epoch} after it had been in epoch ${node.currentEpoch}`,
    );
  }
  if (epoch > node.acceptedEpoch) {
    findings.report(
      'CurrentEpochAccepted',
      node.acceptedLine,
      `${name} entered epoch ${epoch}, but had accepted only epoch ${node.acceptedEpoch}`,
    );
  }
  if (!isSameZxid(last, node.last.zxid)) {
    findings.report(
      'D:LogDurable',
      node.historyLines.at(-1) ?? node.baseLine,
      `${name} entered epoch ${epoch} with a history up to ${zxidName(last)}, but ` +
        endOfHistory(node),
      `${name} says that it has another history than it had logged`,
    );
  }
  node.currentEpoch = epoch;
  node.currentLine = findings.line;
  node.phase = 'joined';
  node.phaseLine = findings.line;
  const known = epochOf(ghost, epoch);
  known.joined |= 1 << node.node;
  if (node.leader === node.node) known.begun = beginning(ghost, node);
  else judgeSync(ghost, node, known);
}

/** What is missing at the end was not made durable; anything else was never synchronised. */
function judgeSync(ghost: ZabGhost, node: ZabNode, { epoch, begun }: EpochGhost): void {
  if (begun === null || begun.node !== node.leader) return;
  const { last } = node;
  // Later ones have the leader's own proposals behind its initial history.
  if (last.zxid.epoch === epoch) return;
  if (isSameZxid(last.zxid, begun.zxid) && last.position === begun.position) return;
  const leader = ghost.nodes[begun.node];
  const isPrefix = last.position < begun.position && leader !== undefined && holds(leader, last);
  ghost.findings.report(
    isPrefix ? 'D:LogDurable' : 'SyncComplete',
    begun.line,
    `${nodeName(node.node)} entered epoch ${epoch} with ${last.position} transactions up to ` +
      `${zxidName(last.zxid)}; its leader ${nodeName(begun.node)} had begun it with ` +
      `${begun.position}, up to ${zxidName(begun.zxid)}`,
    isPrefix
      ? `${nodeName(node.node)} joined its leader without all of the leader's history on its disk`
      : undefined,
  );
}

/** EpochUnique, J:QuorumCert and LeaderHistoryComplete: a leader begins to broadcast. */
export function onEstablished(
  ghost: ZabGhost,
  node: ZabNode,
  event: Extract<ZabEvent, { kind: 'established' }>,
): void {
  const { findings, stats } = ghost;
  const { epoch, last, length } = event;
  const name = nodeName(node.node);
  const known = epochOf(ghost, epoch);
  if (known.established !== null) {
    findings.report(
      'EpochUnique',
      known.established.line,
      `${name} became the leader of epoch ${epoch}, which ${nodeName(known.established.node)} had ` +
        'led already',
      ...(known.established.node === node.node
        ? [`${name} became the leader of the same epoch twice`]
        : []),
    );
  }
  const joined = bitsOf(event.certificate) & known.joined;
  judgeQuorum(
    ghost,
    node,
    'J:QuorumCert',
    joined,
    `became the leader of epoch ${epoch}`,
    'who had entered it; that is no quorum',
  );
  judgeComplete(ghost, node, epoch);
  known.established = { zxid: last, position: length, node: node.node, line: findings.line };
  // With a quorum that has entered the epoch, all that it begins with is committed.
  known.committed = known.established;
  stats.leaders++;
  if (ghost.lastLeader !== -1 && ghost.lastLeader !== node.node) stats.leaderChanges++;
  ghost.lastLeader = node.node;
  stats.highestEpoch = Math.max(stats.highestEpoch, epoch);
  ghost.highestEstablished = Math.max(ghost.highestEstablished, epoch);
  node.leads = epoch;
  node.proposed = known.established;
  node.proposedLine = findings.line;
}

/**
 * What was committed in earlier epochs is in the new leader's history. The epoch of the commit
 * decides, not that of the transaction: the leader of a lower epoch may be established late,
 * after a higher one has gone further without it.
 */
function judgeComplete(ghost: ZabGhost, node: ZabNode, epoch: Epoch): void {
  for (const earlier of ghost.epochs.values()) {
    const { committed } = earlier;
    if (earlier.epoch >= epoch || committed === null || holds(node, committed)) continue;
    const line = ghost.epochs
      .get(committed.zxid.epoch)
      ?.transactions.get(committed.zxid.counter)?.committedLine;
    ghost.findings.report(
      'LeaderHistoryComplete',
      line ?? -1,
      `${nodeName(node.node)} became the leader of epoch ${epoch}, but its history lacks ` +
        `${zxidName(committed.zxid)}, which was committed in epoch ${earlier.epoch}`,
    );
  }
}

/**
 * PrimaryIntegrity, from the other side: something is committed in `epoch` after a later one has
 * begun, whose leader must have had it.
 */
export function judgeLateCommit(
  ghost: ZabGhost,
  node: ZabNode,
  epoch: Epoch,
  committed: Place,
): void {
  if (epoch >= ghost.highestEstablished) return;
  for (const { epoch: later, established } of ghost.epochs.values()) {
    if (later <= epoch || established === null) continue;
    const isInside =
      committed.position <= established.position &&
      compareZxids(committed.zxid, established.zxid) <= 0;
    const leader = ghost.nodes[established.node];
    const isHeld = leader === undefined || leader.leads !== later || holds(leader, committed);
    if (isInside && isHeld) continue;
    ghost.findings.report(
      'PrimaryIntegrity',
      established.line,
      `in epoch ${epoch}, ${nodeName(node.node)} took ${zxidName(committed.zxid)} for committed, ` +
        `which ${nodeName(established.node)} did not have when it became the leader of epoch ${later}`,
      `${nodeName(node.node)} took for committed what a newer leader did not begin with`,
    );
  }
}

/** ServeAfterSync: a server answers clients only in an epoch that it has entered, and that stands. */
export function onServing(ghost: ZabGhost, node: ZabNode, epoch: Epoch): void {
  const established = ghost.epochs.get(epoch)?.established ?? null;
  if (node.phase !== 'joined' || node.currentEpoch !== epoch || established === null) {
    ghost.findings.report(
      'ServeAfterSync',
      node.phaseLine,
      `${nodeName(node.node)} began to serve in epoch ${epoch}, ` +
        (established === null ? 'which no leader had established' : 'which it had not entered'),
    );
  }
  node.phase = 'serving';
  node.phaseLine = ghost.findings.line;
}

function beginning(ghost: ZabGhost, node: ZabNode): Beginning {
  const { zxid, position } = node.last;
  return { zxid, position, node: node.node, line: ghost.findings.line };
}
