/**
 * Raft's invariants over a trace, line by line: Election Safety, Leader Append-Only, Log Matching,
 * Leader Completeness and State Machine Safety (Ongaro and Ousterhout, figure 3), the durability
 * of every claim, and the certificates of elections, commits and reads.
 *
 * O(1) or O(quorum) per line and nothing allocated on the way, because this runs inside the
 * simulator. Memory follows the longest live log: what all nodes have in snapshots is forgotten.
 */

import { nodeName, type TraceChecker, type TraceEvent, type Violation } from '../../trace.ts';
import type { Nanos, NodeId } from '../../units.ts';
import { AppliedLog } from '../applied-log.ts';
import { Findings, nodeNames } from '../findings.ts';
import { outlasts } from '../leases.ts';
import { memberOf, onPanic } from '../members.ts';
import { onCommit, onMatch } from './commit.ts';
import { onLeader, onTerm, onVote } from './elections.ts';
import { EntryTable, NONE } from './entry-table.ts';
import { type LeaseClaim, Leases } from './exclusive-leases.ts';
import { onAppend, onSnapshot, onTruncate } from './log.ts';
import { judgeAnnounced, onMembership, shortfall } from './membership.ts';
import { onReadCertificate } from './reads.ts';
import { onBoot } from './recovery.ts';
import { entryAt, type RaftGhost, RaftNode, type RaftStats } from './state.ts';
import { hears, hearsOfPiece, judgeHearing, judgeQuiet, onTransfer } from './tenure.ts';

/** A checker for one trace of one Raft cluster, of any size up to 31 nodes. */
export function raftChecker(): TraceChecker {
  return new RaftChecker();
}

class RaftChecker implements TraceChecker {
  readonly violations: readonly Violation[];
  readonly stats: Readonly<Record<string, number>>;
  readonly #ghost: RaftGhost;
  readonly #make = (node: NodeId): RaftNode => {
    this.#ghost.entries.addNode(node);
    return new RaftNode(node);
  };

  constructor() {
    const findings = new Findings();
    const stats = noStats();
    this.violations = findings.violations;
    this.stats = stats;
    this.#ghost = {
      findings,
      applied: new AppliedLog(findings, { agreement: 'StateMachineSafety' }),
      leases: new Leases(findings),
      entries: new EntryTable(),
      nodes: [],
      committed: 0,
      committedTerm: 0,
      memberships: [],
      candidacy: 0,
      transferTerm: -1,
      transferTarget: -1,
      leaderships: [],
      leaderOf: new Map(),
      forgottenBelow: 0,
      highestLedTerm: 0,
      votes: new Map(),
      stats,
    };
  }

  feed(event: TraceEvent, node: NodeId, incarnation: number, timeNs: Nanos): void {
    const ghost = this.#ghost;
    const member = memberOf(ghost, event, node, incarnation, this.#make);
    if (member === null) return;
    if (event.kind === 'boot') onBoot(ghost, member, event, incarnation);
    else step(ghost, member, event, timeNs);
  }
}

function step(
  ghost: RaftGhost,
  node: RaftNode,
  event: Exclude<TraceEvent, { kind: 'boot' }>,
  timeNs: Nanos,
): void {
  if (node.changed) judgeAnnounced(ghost, node, event.kind);
  switch (event.kind) {
    case 'append':
      if (node.leading !== -1) {
        judgeQuiet(ghost, node, event);
        judgeHearing(ghost, node, timeNs);
      }
      onAppend(ghost, node, event);
      return;
    case 'apply':
      onApply(ghost, node, event);
      return;
    case 'commit':
      hears(node);
      onCommit(ghost, node, event);
      return;
    case 'match':
      hears(node);
      onMatch(ghost, node, event);
      return;
    case 'reply':
      ghost.applied.reply(event, node);
      return;
    case 'read-cert':
      onReadCertificate(ghost, node, event);
      return;
    case 'truncate':
      onTruncate(ghost, node, event.from);
      return;
    case 'snapshot':
      onSnapshot(ghost, node, event);
      return;
    case 'snapshot-piece':
      hearsOfPiece(ghost, event.term);
      return;
    case 'term':
      onTerm(ghost, node, event.term);
      return;
    case 'membership':
      onMembership(ghost, node, event);
      return;
    case 'transfer':
      onTransfer(ghost, node, event);
      return;
    case 'vote':
      onVote(ghost, node, event);
      return;
    case 'leader':
      hears(node);
      onLeader(ghost, node, event);
      ghost.leases.elected(node.node, event.term, timeNs);
      return;
    case 'lease-held':
      onLease(ghost, node, event, timeNs);
      return;
    case 'step-down':
      node.leading = -1;
      ghost.leases.steppedDown(node.node);
      return;
    case 'crash':
      // Not the node's own line, so it may stand before the node's last ones: `boot` ends a life.
      return;
    case 'panic':
      node.leading = -1;
      onPanic(ghost, node, event);
      return;
    default:
      // Lines of other protocols.
      return;
  }
}

/** A lease rests on a quorum's word, as an election does, and lasts as long as that is kept. */
function onLease(ghost: RaftGhost, node: RaftNode, event: LeaseClaim, timeNs: Nanos): void {
  const { certificate, remainingUs, term } = event;
  ghost.leases.claim(node.node, event, timeNs);
  node.leaseTerm = remainingUs > 0 ? term : -1;
  if (remainingUs <= 0) return;
  ghost.stats.leases++;
  judgeLength(ghost, node, event);
  const confirming = certificate.reduce((mask, member) => mask | (1 << member), 0);
  const short = shortfall(node.membership, confirming);
  if (short === null) return;
  ghost.findings.report(
    'J:QuorumCert',
    node.leaderLine,
    `${nodeName(node.node)} took a lease in term ${term} on the word of ` +
      `${nodeNames(certificate)}: ${short.counted} count and ${short.needed} must`,
    `${nodeName(node.node)} took itself for the only leader on the word of too few nodes`,
  );
}

/** It is over before those who answered its round may vote again, however the clocks differ. */
function judgeLength(ghost: RaftGhost, node: RaftNode, event: LeaseClaim): void {
  const { ageUs, remainingUs: lastsUs, term } = event;
  if (node.lease === null || ageUs === undefined) return;
  const over = outlasts(node.lease, { ageUs, lastsUs });
  if (over === null) return;
  ghost.findings.report(
    'J:LeaseCert',
    node.leaderLine,
    `${nodeName(node.node)}, which leads term ${term}, ${over}`,
  );
}

/** Only what is committed may be executed, and exactly what the own log says. */
function onApply(
  ghost: RaftGhost,
  node: RaftNode,
  event: Extract<TraceEvent, { kind: 'apply' }>,
): void {
  const { position } = event;
  ghost.stats.applied++;
  if (position > node.commit) {
    ghost.findings.report(
      'ApplyBeyondCommit',
      node.commitLine,
      `${nodeName(node.node)} executed index ${position}, but it knew only index ${node.commit} ` +
        'to be committed',
    );
  }
  const entry = entryAt(ghost, node, position);
  if (entry !== NONE && position > node.snapshot) {
    const { entries } = ghost;
    if (entries.hash[entry] !== event.valueHash) {
      ghost.findings.report(
        'ApplyAgreement',
        entries.line.get(entry),
        `${nodeName(node.node)} executed at index ${position} something else than its log holds`,
        `${nodeName(node.node)} executed something else than its own log holds`,
      );
    }
  }
  ghost.applied.apply(event, node);
  ghost.stats.duplicates = ghost.applied.duplicates;
  ghost.stats.sessions = ghost.applied.sessions;
}

function noStats(): RaftStats & Record<string, number> {
  return {
    leaders: 0,
    leaderChanges: 0,
    elections: 0,
    highestTerm: 0,
    committed: 0,
    applied: 0,
    duplicates: 0,
    sessions: 0,
    snapshotsTaken: 0,
    snapshotsInstalled: 0,
    restarts: 0,
    readsIndex: 0,
    readsLease: 0,
    readsLog: 0,
    readsFollower: 0,
    leases: 0,
    membershipChanges: 0,
    jointMemberships: 0,
    learnersPromoted: 0,
    transfers: 0,
    transfersAborted: 0,
    transfersDone: 0,
    orphans: 0,
  };
}
