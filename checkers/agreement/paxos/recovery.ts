/**
 * The durability audit: what a node finds on its disk when it starts is at least what it had
 * claimed before (its trace lines are written after the records that they speak of are durable).
 */

import { nodeName, type TraceEvent } from '../../trace.ts';
import type { Ballot } from '../../units.ts';
import { learnVoters } from './configurations.ts';
import type { Instance, PaxosRecovered } from './events.ts';
import {
  type Acceptance,
  addValue,
  findValue,
  instanceName,
  instanceOf,
  isForgotten,
  NO_BALLOT,
  type PaxosGhost,
  type PaxosNode,
  voterSet,
} from './state.ts';
import { countVote } from './values.ts';

type Boot = Extract<TraceEvent, { kind: 'boot' }>;

export function onBoot(ghost: PaxosGhost, node: PaxosNode, event: Boot, incarnation: number): void {
  const { recovered } = event;
  if (!('accepted' in recovered)) {
    // The start of a node of another protocol is not the start of this one.
    ghost.stats.orphans++;
    return;
  }
  if (node.incarnation > 0) {
    ghost.stats.restarts++;
    auditBallots(ghost, node, recovered);
    auditAccepted(ghost, node, recovered);
  }
  node.incarnation = incarnation;
  node.bootLine = ghost.findings.line;
  node.size = event.nodes.length;
  ghost.lease = event.lease ?? null;
  const known = recovered.configurations ?? [{ from: 1, voters: event.nodes }];
  if (ghost.configurations.length === 0) {
    const { line } = ghost.findings;
    const quorum = event.quorums?.classic;
    for (const { from, voters } of known) {
      ghost.configurations.push(voterSet(from, voters, line, quorum));
    }
  }
  node.configuredFrom = known.at(-1)?.from ?? 1;
  // The disk may know of one whose line was lost with the crash: it is told of here first.
  for (const each of known) learnVoters(ghost, node, each);
  adopt(ghost, node, recovered);
}

function auditBallots(ghost: PaxosGhost, node: PaxosNode, recovered: PaxosRecovered): void {
  const { findings } = ghost;
  const name = nodeName(node.node);
  if (recovered.ballot < node.ballot.ballot) {
    findings.report(
      'D:BallotDurable',
      node.ballot.line,
      `${name} had used ballot ${node.ballot.ballot} and came back knowing only of ballot ` +
        `${recovered.ballot}`,
    );
  }
  const promised = new Map(recovered.promised.map(({ instance, ballot }) => [instance, ballot]));
  for (const [scope, claim] of node.promised) {
    const found = promised.get(scope) ?? NO_BALLOT;
    if (found >= claim.ballot) continue;
    findings.report(
      'D:PromiseDurable',
      claim.line,
      `${name} had promised ballot ${claim.ballot}${scope === null ? '' : ` of key ${scope}`} and ` +
        (found === NO_BALLOT ? 'came back knowing of none' : `came back with ballot ${found}`),
    );
  }
}

function auditAccepted(ghost: PaxosGhost, node: PaxosNode, recovered: PaxosRecovered): void {
  const { findings } = ghost;
  const name = nodeName(node.node);
  const { index: covered } = recovered.snapshot;
  if (covered < node.snapshot) {
    findings.report(
      'D:SnapshotDurable',
      node.snapshotLine,
      `${name} had a snapshot up to slot ${node.snapshot} and came back with one up to slot ` +
        `${covered}`,
    );
  }
  const found = new Map(recovered.accepted.map((accepted) => [accepted.instance, accepted]));
  for (const [instance, { accepted }] of ghost.instances) {
    const claim = accepted[node.node];
    if (claim === undefined) continue;
    if (typeof instance === 'number' && instance <= Math.max(covered, node.snapshot)) continue;
    const now = found.get(instance);
    if (now !== undefined && keeps(now, claim)) continue;
    const wasApplied = typeof instance === 'number' && instance <= node.applied;
    findings.report(
      wasApplied ? 'D:AppliedDurable' : ghost.fast === null ? 'D:AcceptDurable' : 'D:VoteDurable',
      claim.line,
      `${name} had accepted a value in ballot ${claim.ballot} of ${instanceName(instance)} and ` +
        (now === undefined
          ? 'came back without any'
          : `came back with one of ballot ${now.ballot}`),
    );
    return;
  }
}

/** A later acceptance may have become durable just before the line about it. */
function keeps(now: Omit<Acceptance, 'line'>, claim: Acceptance): boolean {
  if (now.ballot > claim.ballot) return true;
  return now.ballot === claim.ballot && now.valueHash === claim.valueHash;
}

/** From here on the node is what it says it found. */
function adopt(ghost: PaxosGhost, node: PaxosNode, recovered: PaxosRecovered): void {
  const { line } = ghost.findings;
  const { index } = recovered.snapshot;
  node.ballot.ballot = recovered.ballot;
  node.ballot.line = line;
  node.promised.clear();
  for (const { instance, ballot } of recovered.promised) {
    node.promised.set(instance, { ballot, line });
  }
  node.snapshot = index;
  node.snapshotLine = line;
  node.commit = index;
  node.commitLine = line;
  node.applied = index;
  node.appliedLine = line;
  node.leading = NO_BALLOT;
  node.leaderLine = -1;
  ghost.applied.recover(index);
  for (const { accepted } of ghost.instances.values()) accepted[node.node] = undefined;
  for (const accepted of recovered.accepted) adoptAccepted(ghost, node, accepted);
}

/** What is on the disk counts as accepted, also where no line tells of it. */
function adoptAccepted(
  ghost: PaxosGhost,
  node: PaxosNode,
  accepted: { readonly instance: Instance; readonly ballot: Ballot; readonly valueHash: number },
): void {
  const { instance, ballot, valueHash } = accepted;
  if (isForgotten(ghost, instance)) return;
  const { line } = ghost.findings;
  const known = instanceOf(ghost, instance);
  known.accepted[node.node] = { ballot, valueHash, line };
  const value = findValue(known, ballot, valueHash) ?? addValue(known, ballot, valueHash, line);
  countVote(ghost, node, instance, known, value);
}
