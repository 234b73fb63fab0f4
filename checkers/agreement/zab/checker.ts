/**
 * Zab's invariants over a trace, line by line: epochs with one leader each, the leader's history
 * complete, zxids unique and gap-free, commits by quorums, delivery in primary order, and the
 * durability of every claim (Junqueira, Reed and Serafini 2011; names as there and in ZooKeeper's
 * TLA+ specifications).
 *
 * O(1) or O(quorum) per line. Delivered sets are compared by position (TotalOrder), so that of two
 * one is a prefix of the other; a restarted server legally delivers again. Memory follows the
 * longest live history: what all servers have in snapshots is forgotten.
 */

import type { TraceChecker, TraceEvent, Violation } from '../../trace.ts';
import type { Nanos, NodeId } from '../../units.ts';
import { AppliedLog } from '../applied-log.ts';
import { Findings } from '../findings.ts';
import { memberOf, onPanic } from '../members.ts';
import { onApply, onCommit, onReadCertificate, onReply } from './delivery.ts';
import { leave, onElected, onLooking, onVoteChange } from './elections.ts';
import { onAcceptedEpoch, onCurrentEpoch, onEstablished, onNewEpoch, onServing } from './epochs.ts';
import { onLogged, onPropose, onSnapshot, onTruncate } from './history.ts';
import { quorumSystem } from './quorums.ts';
import { onBoot } from './recovery.ts';
import { type ZabGhost, ZabNode, type ZabStats } from './state.ts';

/** A checker for one trace of one ensemble of up to 31 servers, observers included. */
export function zabChecker(): TraceChecker {
  return new ZabChecker();
}

class ZabChecker implements TraceChecker {
  readonly violations: readonly Violation[];
  readonly stats: Readonly<Record<string, number>>;
  readonly #ghost: ZabGhost;

  constructor() {
    const findings = new Findings();
    const stats = noStats();
    this.violations = findings.violations;
    this.stats = stats;
    this.#ghost = {
      findings,
      applied: new AppliedLog(findings, {
        agreement: 'TotalOrder',
        digest: 'StateDigest',
        acked: 'AckedNotDelivered',
        clientOrder: 'FifoClientOrder',
      }),
      nodes: [],
      quorums: quorumSystem([]),
      epochs: new Map(),
      highestEstablished: 0,
      lastLeader: -1,
      committed: 0,
      committedAt: new Map(),
      base: 0,
      preferred: new Map(),
      stats,
    };
  }

  feed(event: TraceEvent, node: NodeId, incarnation: number, _timeNs: Nanos): void {
    const ghost = this.#ghost;
    const server = memberOf(ghost, event, node, incarnation, newNode);
    if (server === null) return;
    if (event.kind === 'boot') onBoot(ghost, server, event, incarnation);
    else step(ghost, server, event);
  }
}

function newNode(node: NodeId): ZabNode {
  return new ZabNode(node);
}

function step(ghost: ZabGhost, node: ZabNode, event: Exclude<TraceEvent, { kind: 'boot' }>): void {
  switch (event.kind) {
    case 'logged':
      onLogged(ghost, node, event);
      return;
    case 'commit-txn':
      onCommit(ghost, node, event);
      return;
    case 'apply':
      onApply(ghost, node, event);
      return;
    case 'reply':
      onReply(ghost, node, event);
      return;
    case 'read-cert':
      onReadCertificate(ghost, node, event);
      return;
    case 'propose-txn':
      onPropose(ghost, node, event);
      return;
    case 'looking':
      onLooking(ghost, node, event);
      return;
    case 'vote-change':
      onVoteChange(ghost, node, event);
      return;
    case 'elected':
      onElected(ghost, node, event);
      return;
    case 'accepted-epoch':
      onAcceptedEpoch(ghost, node, event.epoch);
      return;
    case 'new-epoch':
      onNewEpoch(ghost, node, event);
      return;
    case 'current-epoch':
      onCurrentEpoch(ghost, node, event);
      return;
    case 'established':
      onEstablished(ghost, node, event);
      return;
    case 'serving':
      onServing(ghost, node, event.epoch);
      return;
    case 'truncate-txns':
      onTruncate(ghost, node, event.to);
      return;
    case 'snapshot-txns':
      onSnapshot(ghost, node, event);
      return;
    case 'crash':
      // Not the server's own line, so it may stand before its last ones: `boot` ends a life.
      return;
    case 'panic':
      leave(node);
      onPanic(ghost, node, event);
      return;
    default:
      // Lines of other protocols.
      return;
  }
}

function noStats(): ZabStats & Record<string, number> {
  return {
    leaders: 0,
    leaderChanges: 0,
    elections: 0,
    highestEpoch: 0,
    proposed: 0,
    committed: 0,
    applied: 0,
    duplicates: 0,
    sessions: 0,
    truncations: 0,
    snapshotsTaken: 0,
    snapshotsInstalled: 0,
    restarts: 0,
    readsLocal: 0,
    readsSync: 0,
    readsLog: 0,
    orphans: 0,
  };
}
