/** Phase 0: votes that only get better, and leaders elected by a quorum (FastLeaderElection). */

import { nodeName } from '../../trace.ts';
import { nodeNames } from '../findings.ts';
import { bitsOf, nodesIn } from '../members.ts';
import type { PropertyName } from '../properties.ts';
import type { ZabEvent, ZabVote } from './events.ts';
import { meetsEveryQuorum } from './quorums.ts';
import { type ZabGhost, type ZabNode, zxidName } from './state.ts';

/** Pairs of votes that are remembered; elections are few, and a contradiction comes soon. */
const PREFERENCES_MAX = 4096;

export function onLooking(
  ghost: ZabGhost,
  node: ZabNode,
  event: Extract<ZabEvent, { kind: 'looking' }>,
): void {
  ghost.stats.elections++;
  leave(node);
  node.phase = 'looking';
  node.phaseLine = ghost.findings.line;
  node.clock = event.clock;
  node.vote = null;
}

/** The server follows and leads nobody any more. */
export function leave(node: ZabNode): void {
  node.leader = -1;
  node.leads = -1;
}

/**
 * VoteOrderTotal: within one round a server gives up a vote only for a better one, in an order
 * that all servers share. Which order does not matter here: that a leader lacks nothing is judged
 * where it begins. But if votes go round in a circle, elections need never end (ZOOKEEPER-1419).
 */
export function onVoteChange(
  ghost: ZabGhost,
  node: ZabNode,
  event: Extract<ZabEvent, { kind: 'vote-change' }>,
): void {
  const { findings } = ghost;
  const { clock, vote } = event;
  const before = clock === node.clock ? node.vote : null;
  if (before !== null && prefersInCircles(ghost, before, vote)) {
    findings.report(
      'VoteOrderTotal',
      node.voteLine,
      `${nodeName(node.node)} gave up its vote for ${voteName(before)} for one for ` +
        `${voteName(vote)}, although by earlier changes the former is the better one`,
    );
  }
  node.clock = clock;
  node.vote = vote;
  node.voteLine = findings.line;
}

/** Records that `better` was preferred to `worse`; true if that closes a circle. */
function prefersInCircles({ preferred }: ZabGhost, worse: ZabVote, better: ZabVote): boolean {
  const from = voteKey(better);
  const to = voteKey(worse);
  if (from === to || leadsTo(preferred, from, to)) return true;
  if (preferred.size >= PREFERENCES_MAX) preferred.clear();
  const over = preferred.get(to);
  if (over === undefined) preferred.set(to, new Set([from]));
  else over.add(from);
  return false;
}

function leadsTo(preferred: ZabGhost['preferred'], from: string, to: string): boolean {
  const seen = new Set([from]);
  for (const at of seen) {
    if (at === to) return true;
    for (const next of preferred.get(at) ?? []) seen.add(next);
  }
  return false;
}

function voteKey({ leader, epoch, zxid }: ZabVote): string {
  return `${epoch} ${zxid.epoch} ${zxid.counter} ${leader}`;
}

function voteName({ leader, epoch, zxid }: ZabVote): string {
  return `${nodeName(leader)} (epoch ${epoch}, ${zxidName(zxid)})`;
}

export function onElected(
  ghost: ZabGhost,
  node: ZabNode,
  event: Extract<ZabEvent, { kind: 'elected' }>,
): void {
  node.leader = event.leader;
  node.phase = 'syncing';
  node.phaseLine = ghost.findings.line;
  const election = `took ${nodeName(event.leader)} for elected`;
  judgeQuorum(ghost, node, 'J:QuorumCert', bitsOf(event.certificate), election);
}

/**
 * A decision by these servers is one of a quorum, or `property` is broken; and it meets every other
 * quorum (QuorumIntersection): else two halves of the ensemble may decide differently.
 */
export function judgeQuorum(
  ghost: ZabGhost,
  node: ZabNode,
  property: PropertyName,
  set: number,
  decision: string,
  because = 'which is no quorum',
): void {
  const { findings, quorums } = ghost;
  if (quorums.isQuorum(set)) return;
  const counted = nodeNames(nodesIn(set & quorums.voters));
  const subject = `${nodeName(node.node)} ${decision} on the word of ${counted}`;
  findings.report(property, -1, `${subject}, ${because}`);
  if (meetsEveryQuorum(quorums, set)) return;
  const others = nodeNames(nodesIn(quorums.voters & ~set));
  findings.report(
    'QuorumIntersection',
    -1,
    `${subject}, while ${others} without them are a quorum too`,
  );
}
