/** Phase 1: whose a ballot is, what is promised, and what phase 1 ends on (Lamport, PMS, 2.2). */

import { nodeName } from '../../trace.ts';
import type { Ballot, NodeId } from '../../units.ts';
import { nodeNames } from '../findings.ts';
import type { LeaderEvent } from '../leader-events.ts';
import { countNodes } from '../members.ts';
import type { AcceptedValue, Instance, PaxosEvent } from './events.ts';
import { grantBroken } from './leases.ts';
import {
  type Acceptance,
  instanceName,
  isForgotten,
  NO_BALLOT,
  type PaxosGhost,
  type PaxosNode,
  promisedBy,
  type Round,
  raisePromise,
  roundOf,
  scopeOf,
  votersFrom,
} from './state.ts';

type Prepare = Extract<PaxosEvent, { kind: 'prepare' }>;
type PromiseEvent = Extract<PaxosEvent, { kind: 'promise' }>;
type Prepared = Extract<PaxosEvent, { kind: 'prepared' }>;
type Leader = Extract<LeaderEvent, { kind: 'leader' }>;

/** BallotReused: no node begins the same ballot twice, not even after a restart. */
export function onPrepare(ghost: PaxosGhost, node: PaxosNode, event: Prepare): void {
  const { findings, stats } = ghost;
  const { ballot } = event;
  stats.ballots++;
  if (ballot > stats.highestBallot) stats.highestBallot = ballot;
  if (ownerOf(ghost, node, ballot) !== node.node) stats.foreignBallots++;
  if (ballot <= node.ballot.ballot) {
    findings.report(
      'BallotReused',
      node.ballot.line,
      `${nodeName(node.node)} began ballot ${ballot} after it had used ballot ` +
        `${node.ballot.ballot}`,
    );
  }
  node.ballot.ballot = ballot;
  node.ballot.line = findings.line;
  roundOf(ghost, scopeOf(ghost, event.from), ballot).begunLine = findings.line;
}

/** Whose a ballot is: m·n + i is node i's; a round of Fast Paxos is twice that, or one more. */
export function ownerOf({ fast }: PaxosGhost, { size }: PaxosNode, ballot: Ballot): number {
  return (fast === null ? ballot : Math.floor(ballot / 2)) % size;
}

/** PromiseMonotone and PromiseTruthful. To promise the same ballot again is to repeat oneself. */
export function onPromise(ghost: PaxosGhost, node: PaxosNode, event: PromiseEvent): void {
  const { findings } = ghost;
  const { ballot, instance: scope } = event;
  const before = promisedBy(node, scope);
  if (ballot < before) {
    findings.report(
      'PromiseMonotone',
      node.promised.get(scope)?.line ?? -1,
      `${nodeName(node.node)} promised ballot ${ballot} although it had promised ballot ${before}`,
    );
  }
  if (event.lease !== undefined) {
    findings.report(
      'LeaseRespected',
      before === NO_BALLOT ? -1 : (node.promised.get(scope)?.line ?? -1),
      grantBroken(node.node, event.lease, `promised ballot ${ballot}`),
    );
  }
  raisePromise(node, scope, ballot, findings.line);
  keepPromise(roundOf(ghost, scope, ballot), node.node, event);
  for (const reported of event.accepted) judgeReported(ghost, node, ballot, reported);
  judgeComplete(ghost, node, event);
  for (const { instance, valueHash } of event.chosen) {
    const known = ghost.instances.get(instance);
    if (isForgotten(ghost, instance) || known?.chosen?.valueHash === valueHash) continue;
    findings.report(
      'LearnedNotChosen',
      known?.chosenLine ?? -1,
      `${nodeName(node.node)} reported for chosen in ${instanceName(instance)} what was not`,
    );
  }
}

/**
 * Nobody can tell which of several answers to one Prepare was counted, so all that they reported
 * counts. A later one may report less: n4 reports slot 5, learns that the slot is chosen, takes a
 * snapshot, and answers the repeated Prepare without it. Once phase 1 has ended no answer is
 * counted any more.
 */
function keepPromise(round: Round, node: NodeId, event: PromiseEvent): void {
  const before = round.promises[node];
  if (before === undefined) round.promises[node] = event;
  else if (round.preparedBy === -1) round.promises[node] = withReportsOf(event, before);
}

function withReportsOf(event: PromiseEvent, before: PromiseEvent): PromiseEvent {
  const reported = new Set([...event.accepted, ...event.chosen].map(({ instance }) => instance));
  const isGone = ({ instance }: { readonly instance: Instance }) => !reported.has(instance);
  return {
    ...event,
    accepted: [...event.accepted, ...before.accepted.filter(isGone)],
    chosen: [...event.chosen, ...before.chosen.filter(isGone)],
  };
}

/** A report is of what the node accepted last: the same ballot, the same value. */
function judgeReported(
  ghost: PaxosGhost,
  node: PaxosNode,
  promised: Ballot,
  { instance, ballot, valueHash }: AcceptedValue,
): void {
  if (isForgotten(ghost, instance)) return;
  const own = ghost.instances.get(instance)?.accepted[node.node];
  if (own?.ballot === ballot && own.valueHash === valueHash) return;
  const truth =
    own === undefined
      ? 'had accepted nothing there'
      : `had accepted ${own.valueHash === valueHash ? 'that' : 'another value'} in ballot ` +
        `${own.ballot} there`;
  ghost.findings.report(
    'PromiseTruthful',
    own?.line ?? -1,
    `${nodeName(node.node)}, promising ballot ${promised}, reported a value of ballot ${ballot} ` +
      `in ${instanceName(instance)}, but it ${truth}`,
  );
}

/** Nothing is left out: every instance in which the node has accepted is in its report. */
function judgeComplete(ghost: PaxosGhost, node: PaxosNode, event: PromiseEvent): void {
  const { from } = event;
  if (typeof from === 'string') {
    if (event.accepted.length === 0 && event.chosen.length === 0) leftOut(ghost, node, from);
    return;
  }
  if (ghost.highestSlot < from) return;
  const reported = new Set<unknown>();
  for (const { instance } of event.accepted) reported.add(instance);
  for (const { instance } of event.chosen) reported.add(instance);
  for (let slot = Math.max(from, node.snapshot + 1); slot <= ghost.highestSlot; slot++) {
    if (!reported.has(slot)) leftOut(ghost, node, slot);
  }
}

function leftOut(ghost: PaxosGhost, node: PaxosNode, instance: number | string): void {
  const own = ghost.instances.get(instance)?.accepted[node.node];
  if (own === undefined || isForgotten(ghost, instance)) return;
  ghost.findings.report(
    'PromiseTruthful',
    own.line,
    `${nodeName(node.node)} did not report what it had accepted in ballot ${own.ballot} in ` +
      instanceName(instance),
  );
}

/** J:QuorumCert and J:StaleCert: a majority of distinct nodes has promised this very ballot. */
export function onPrepared(ghost: PaxosGhost, node: PaxosNode, event: Prepared): void {
  const { findings, stats } = ghost;
  const { ballot, promises } = event;
  const round = roundOf(ghost, scopeOf(ghost, event.from), ballot);
  stats.prepared++;
  if (ghost.lastLeader !== -1 && ghost.lastLeader !== node.node) stats.leaderChanges++;
  ghost.lastLeader = node.node;
  if (round.preparedBy !== -1 && round.preparedBy !== node.node) {
    findings.report(
      'BallotOwner',
      round.preparedLine,
      `${nodeNames([round.preparedBy, node.node])} both ended phase 1 of ballot ${ballot}`,
    );
  }
  let promised = 0;
  for (const promise of promises) {
    if (promise.ballot !== ballot) judgeStale(ghost, node, ballot, promise);
    const given = round.promises[promise.node];
    if (given === undefined) continue;
    promised |= 1 << promise.node;
    require(round, given, findings.line);
  }
  for (const { voters, quorum } of votersFrom(ghost, node.configuredFrom, event.from)) {
    const distinct = countNodes(promised & voters);
    if (distinct >= quorum) continue;
    findings.report(
      'J:QuorumCert',
      -1,
      `${nodeName(node.node)} ended phase 1 of ballot ${ballot} on the promises of ` +
        `${nodeNames(promises.map((promise) => promise.node))}, of which ${distinct} count; ` +
        `it needs ${quorum}`,
    );
  }
  round.counted = promised;
  round.preparedBy = node.node;
  round.preparedLine = findings.line;
  round.from = event.from;
}

/** Multi-Paxos: who leads a ballot has ended its phase 1. */
export function onLeader(ghost: PaxosGhost, node: PaxosNode, event: Leader): void {
  const { findings } = ghost;
  const { term } = event;
  const round = ghost.rounds.get(null)?.get(term);
  if (round?.preparedBy !== node.node) {
    findings.report(
      'J:NoCert',
      -1,
      `${nodeName(node.node)} leads ballot ${term}, whose phase 1 it has not ended`,
    );
  }
  node.leading = term;
  node.leaderLine = findings.line;
  node.round = 0;
  node.firstOwn = event.last.index;
  node.ledFrom = node.configuredFrom;
}

function judgeStale(
  ghost: PaxosGhost,
  node: PaxosNode,
  ballot: Ballot,
  promise: { readonly node: NodeId; readonly ballot: Ballot },
): void {
  ghost.findings.report(
    'J:StaleCert',
    -1,
    `${nodeName(node.node)} counted for ballot ${ballot} the promise that ` +
      `${nodeName(promise.node)} had given for ballot ${promise.ballot}`,
  );
}

/** What the promise dictates: per instance, the value of the highest ballot reported so far. */
function require(round: Round, promise: PromiseEvent, line: number): void {
  const consider = (instance: string | number, found: Acceptance): void => {
    const known = round.required.get(instance);
    if (known === undefined || found.ballot > known.ballot) round.required.set(instance, found);
  };
  for (const { instance, ballot, valueHash } of promise.accepted) {
    consider(instance, { ballot, valueHash, line });
  }
  for (const { instance, valueHash } of promise.chosen) {
    consider(instance, { ballot: Number.POSITIVE_INFINITY, valueHash, line });
  }
}
