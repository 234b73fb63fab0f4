/**
 * The invariants of Basic Paxos and Multi-Paxos over a trace, line by line: promises, ballots and
 * their values, the certificates of phases 1 and 2, the induction invariant of Lamport's proof
 * (SafeAt), agreement on what is chosen and executed, and the durability of every claim.
 *
 * O(1) or O(quorum) per line, but for promises, which cost as much as they report. Memory follows
 * the longest live log: what all nodes have in snapshots is forgotten.
 */

import { nodeName, type TraceChecker, type TraceEvent, type Violation } from '../../trace.ts';
import type { LogIndex, Nanos, NodeId } from '../../units.ts';
import { AppliedLog } from '../applied-log.ts';
import { Findings } from '../findings.ts';
import type { LeaderEvent } from '../leader-events.ts';
import { memberOf, onPanic } from '../members.ts';
import { onLeader, onPrepare, onPrepared, onPromise } from './ballots.ts';
import { learnVoters } from './configurations.ts';
import { onLease, onRead, onReadCertificate, onRound } from './reads.ts';
import { onBoot } from './recovery.ts';
import {
  type FastRounds,
  NO_BALLOT,
  type PaxosGhost,
  PaxosNode,
  type PaxosStats,
} from './state.ts';
import { judgeChosen, onAccept, onLearn, onPropose } from './values.ts';

/** A checker for one trace of one cluster of up to 31 acceptors. */
export function paxosChecker(promises: PaxosGhost['promises']): TraceChecker {
  return new PaxosChecker(promises);
}

class PaxosChecker implements TraceChecker {
  readonly violations: readonly Violation[];
  readonly stats: Readonly<Record<string, number>>;
  readonly #ghost: PaxosGhost;

  constructor(promises: PaxosGhost['promises']) {
    const stats = noPaxosStats();
    this.#ghost = paxosGhost(promises, stats, null);
    this.violations = this.#ghost.findings.violations;
    this.stats = stats;
  }

  feed(event: TraceEvent, node: NodeId, incarnation: number, _timeNs: Nanos): void {
    const ghost = this.#ghost;
    const member = memberOf(ghost, event, node, incarnation, newPaxosNode);
    if (member === null) return;
    if (event.kind === 'boot') onBoot(ghost, member, event, incarnation);
    else stepPaxos(ghost, member, event);
  }
}

/** A cluster of which nothing is known yet. */
export function paxosGhost(
  promises: PaxosGhost['promises'],
  stats: PaxosStats,
  fast: FastRounds | null,
): PaxosGhost {
  const findings = new Findings();
  return {
    findings,
    applied: new AppliedLog(findings),
    promises,
    nodes: [],
    instances: new Map(),
    rounds: new Map(),
    fast,
    configurations: [],
    lease: null,
    base: 0,
    highestSlot: 0,
    lastLeader: -1,
    stats,
  };
}

export function newPaxosNode(node: NodeId): PaxosNode {
  return new PaxosNode(node);
}

/** Judges and records one line of a node that is up. */
export function stepPaxos(
  ghost: PaxosGhost,
  node: PaxosNode,
  event: Exclude<TraceEvent, { kind: 'boot' }>,
): void {
  switch (event.kind) {
    case 'prepare':
      onPrepare(ghost, node, event);
      return;
    case 'promise':
      onPromise(ghost, node, event);
      return;
    case 'prepared':
      onPrepared(ghost, node, event);
      return;
    case 'leader':
      onLeader(ghost, node, event);
      return;
    case 'propose':
      onPropose(ghost, node, event);
      return;
    case 'accept':
      onAccept(ghost, node, event);
      return;
    case 'learn':
      onLearn(ghost, node, event);
      return;
    case 'configuration':
      learnVoters(ghost, node, event);
      return;
    case 'commit':
      onPrefix(ghost, node, event.index);
      return;
    case 'apply':
      ghost.stats.applied++;
      judgeChosen(ghost, node, event.position, event.valueHash);
      ghost.applied.apply(event, node);
      ghost.stats.duplicates = ghost.applied.duplicates;
      ghost.stats.sessions = ghost.applied.sessions;
      return;
    case 'reply':
      ghost.applied.reply(event, node);
      return;
    case 'read-cert':
      onReadCertificate(ghost, node, event);
      return;
    case 'read':
      onRead(ghost, node, event);
      return;
    case 'round':
      onRound(ghost, node, event);
      return;
    case 'lease':
      onLease(ghost, node, event);
      return;
    case 'snapshot':
      onSnapshot(ghost, node, event);
      return;
    case 'step-down':
      node.leading = NO_BALLOT;
      return;
    case 'crash':
      // Not the node's own line, so it may stand before the node's last ones: `boot` ends a life.
      return;
    case 'panic':
      onPanic(ghost, node, event);
      return;
    default:
      // Lines of other protocols.
      return;
  }
}

/** The prefix that a node knows to be chosen only grows while it lives. */
function onPrefix(ghost: PaxosGhost, node: PaxosNode, index: LogIndex): void {
  if (index < node.commit) {
    ghost.findings.report(
      'CommitMonotone',
      node.commitLine,
      `the chosen prefix of ${nodeName(node.node)} went back from slot ${node.commit} to ${index}`,
    );
  }
  node.commit = index;
  node.commitLine = ghost.findings.line;
}

function onSnapshot(
  ghost: PaxosGhost,
  node: PaxosNode,
  event: Extract<LeaderEvent, { kind: 'snapshot' }>,
): void {
  const { findings, stats } = ghost;
  const { index } = event.last;
  if (event.op === 'take') stats.snapshotsTaken++;
  else stats.snapshotsInstalled++;
  const name = nodeName(node.node);
  if (index < node.applied) {
    findings.report(
      'AppliedMonotone',
      node.appliedLine,
      `${name} went back from slot ${node.applied} to a snapshot up to slot ${index}`,
    );
  }
  const contradicting = ghost.applied.contradicts(index, event.stateHash);
  if (contradicting !== -1) {
    findings.report(
      'SnapshotMatches',
      contradicting,
      `the snapshot up to slot ${index} of ${name} is not the state that executing them gives`,
    );
  }
  node.applied = index;
  node.appliedLine = findings.line;
  node.snapshot = index;
  node.snapshotLine = findings.line;
  // What a snapshot covers is chosen: who voted there has no say in what the node leads now.
  if (index > node.commit) {
    node.commit = index;
    node.commitLine = findings.line;
  }
  forget(ghost);
}

/** Forgets what is in the snapshots of all nodes. */
function forget(ghost: PaxosGhost): void {
  let base = Number.POSITIVE_INFINITY;
  for (const node of ghost.nodes) if (node !== undefined) base = Math.min(base, node.snapshot);
  if (base <= ghost.base) return;
  for (let slot = ghost.base + 1; slot <= base; slot++) {
    ghost.instances.delete(slot);
    ghost.fast?.recoveries.delete(slot);
  }
  ghost.base = base;
  ghost.applied.retire(base);
}

export function noPaxosStats(): PaxosStats & Record<string, number> {
  return {
    ballots: 0,
    prepared: 0,
    leaderChanges: 0,
    highestBallot: 0,
    proposals: 0,
    adopted: 0,
    chosen: 0,
    accepted: 0,
    learned: 0,
    applied: 0,
    duplicates: 0,
    sessions: 0,
    snapshotsTaken: 0,
    snapshotsInstalled: 0,
    restarts: 0,
    readsIndex: 0,
    readsLease: 0,
    readsLog: 0,
    readsValue: 0,
    leases: 0,
    reconfigurations: 0,
    foreignBallots: 0,
    orphans: 0,
  };
}
