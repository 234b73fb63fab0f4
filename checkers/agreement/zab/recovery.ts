/**
 * The durability audit: what a server finds on its disk when it starts is at least what it had
 * claimed before (its trace lines are written after the records that they speak of are durable).
 */

import { nodeName, type TraceEvent } from '../../trace.ts';
import { leave } from './elections.ts';
import type { ZabRecovered } from './events.ts';
import { quorumSystem } from './quorums.ts';
import {
  addTransaction,
  findTransaction,
  isSameZxid,
  push,
  type ZabGhost,
  type ZabNode,
  zxidName,
} from './state.ts';

type Boot = Extract<TraceEvent, { kind: 'boot' }>;

export function onBoot(ghost: ZabGhost, node: ZabNode, event: Boot, incarnation: number): void {
  const { recovered, nodes, weights, groups } = event;
  if (!('history' in recovered)) {
    // The start of a node of another protocol is not the start of this one.
    ghost.stats.orphans++;
    return;
  }
  if (node.incarnation > 0) {
    ghost.stats.restarts++;
    auditEpochs(ghost, node, recovered);
    auditHistory(ghost, node, recovered);
  } else if (ghost.quorums.voters === 0) {
    ghost.quorums = quorumSystem(nodes, weights, groups);
  }
  node.incarnation = incarnation;
  node.bootLine = ghost.findings.line;
  adopt(ghost, node, recovered);
}

function auditEpochs(ghost: ZabGhost, node: ZabNode, recovered: ZabRecovered): void {
  const { findings } = ghost;
  const name = nodeName(node.node);
  if (recovered.acceptedEpoch < node.acceptedEpoch) {
    findings.report(
      'D:EpochDurable',
      node.acceptedLine,
      `${name} had accepted epoch ${node.acceptedEpoch} and came back with epoch ` +
        `${recovered.acceptedEpoch}`,
    );
  }
  if (recovered.currentEpoch < node.currentEpoch) {
    findings.report(
      'D:EpochDurable',
      node.currentLine,
      `${name} was in epoch ${node.currentEpoch} and came back in epoch ${recovered.currentEpoch}`,
    );
  }
  if (recovered.currentEpoch > recovered.acceptedEpoch) {
    findings.report(
      'CurrentEpochAccepted',
      node.currentLine,
      `${name} came back in epoch ${recovered.currentEpoch}, having accepted only epoch ` +
        `${recovered.acceptedEpoch}`,
    );
  }
}

function auditHistory(ghost: ZabGhost, node: ZabNode, recovered: ZabRecovered): void {
  const { findings } = ghost;
  const { snapshot, history } = recovered;
  const name = nodeName(node.node);
  const last = snapshot.index + history.length;
  if (last < node.applied) {
    findings.report(
      'D:AppliedDurable',
      node.appliedLine,
      `${name} had delivered up to position ${node.applied} and came back with a snapshot and ` +
        `history that reach position ${last}`,
    );
  }
  const mayBeCut = mayHaveSynchronised(ghost, node, recovered);
  if (snapshot.index < node.base.position && !mayBeCut) {
    findings.report(
      'D:SnapshotDurable',
      node.baseLine,
      `${name} had a snapshot up to position ${node.base.position} and came back with one up to ` +
        `position ${snapshot.index}`,
    );
  }
  for (const [at, { zxid, position, valueHash }] of node.history.entries()) {
    if (position <= snapshot.index) continue;
    const found = history[position - snapshot.index - 1];
    if (found !== undefined && isSameZxid(found, zxid) && found.valueHash === valueHash) continue;
    if (mayBeCut && position > node.applied) return;
    findings.report(
      position <= node.applied ? 'D:AppliedDurable' : 'D:LogDurable',
      node.historyLines[at] ?? -1,
      `${name} had ${zxidName(zxid)} at position ${position} and came back with ` +
        (found === undefined ? `a history of ${last} transactions` : `${zxidName(found)} there`),
    );
    return;
  }
}

/**
 * Whether what the server had may have been cut or replaced, the lines about it lost with the crash:
 * another server had begun an epoch that this one has accepted, and is not known to have joined.
 */
function mayHaveSynchronised(ghost: ZabGhost, node: ZabNode, recovered: ZabRecovered): boolean {
  for (const { epoch, begun } of ghost.epochs.values()) {
    if (epoch <= node.currentEpoch || epoch > recovered.acceptedEpoch) continue;
    if (begun !== null && begun.node !== node.node) return true;
  }
  return false;
}

/** From here on the server is what it says it found. */
function adopt(ghost: ZabGhost, node: ZabNode, recovered: ZabRecovered): void {
  const { line } = ghost.findings;
  const { snapshot } = recovered;
  node.acceptedEpoch = recovered.acceptedEpoch;
  node.acceptedLine = line;
  node.currentEpoch = recovered.currentEpoch;
  node.currentLine = line;
  node.base = {
    zxid: { epoch: snapshot.term, counter: snapshot.counter },
    position: snapshot.index,
  };
  node.baseLine = line;
  node.commit = node.base;
  node.commitLine = line;
  node.applied = snapshot.index;
  node.appliedLine = line;
  node.delivered = node.base.zxid;
  node.phase = 'looking';
  node.phaseLine = line;
  node.clock = 0;
  node.vote = null;
  leave(node);
  ghost.applied.recover(snapshot.index);
  // What snapshots hold is committed, also where no line tells of it.
  if (snapshot.index > ghost.committed) ghost.committed = snapshot.index;
  node.history.length = 0;
  node.historyLines.length = 0;
  for (const { epoch, counter, valueHash } of recovered.history) {
    const zxid = { epoch, counter };
    let transaction = findTransaction(ghost, zxid);
    if (transaction === undefined) {
      transaction = addTransaction(ghost, zxid, valueHash, node.last);
    } else if (transaction.valueHash !== valueHash) {
      ghost.findings.report(
        'ZxidUnique',
        transaction.line,
        `${nodeName(node.node)} came back with another transaction as ${zxidName(zxid)} than was ` +
          'first seen under it',
      );
    }
    push(node, transaction, line);
  }
}
