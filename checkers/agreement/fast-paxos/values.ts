/** Phase 2 of Fast Paxos: what may be proposed and voted for, and recovery from collisions. */

import { nodeName } from '../../trace.ts';
import type { Ballot, LogIndex } from '../../units.ts';
import { nodeNames } from '../findings.ts';
import { countNodes, nodesIn } from '../members.ts';
import { ownerOf } from '../paxos/ballots.ts';
import type { Instance, PaxosEvent } from '../paxos/events.ts';
import {
  addValue,
  type BallotValue,
  committedTo,
  type FastRounds,
  findRound,
  findValue,
  type InstanceGhost,
  instanceName,
  instanceOf,
  isForgotten,
  type PaxosGhost,
  type PaxosNode,
  promisedBy,
  votersIn,
} from '../paxos/state.ts';
import { ableToChoose, countVote, endedPhase1, isBelow, judgeSafe } from '../paxos/values.ts';
import type { FastPaxosEvent } from './events.ts';
import { forcedValue, isFastRound, reportedChosen, reportsOf } from './pick.ts';

type Propose = Extract<PaxosEvent, { kind: 'propose' }>;
type Vote = Extract<PaxosEvent, { kind: 'accept' }>;
type AnyEvent = Extract<FastPaxosEvent, { kind: 'any' }>;
type Recover = Extract<FastPaxosEvent, { kind: 'recover' }>;

/** OneValuePerRound, CollisionRule and SafeAt: a coordinator sends 2a with a value. */
export function onFastPropose(
  ghost: PaxosGhost,
  fast: FastRounds,
  node: PaxosNode,
  event: Propose,
): void {
  const { findings, stats } = ghost;
  const { ballot, instance, valueHash } = event;
  stats.proposals++;
  judgePicked(ghost, fast, node, event);
  if (isForgotten(ghost, instance)) return;
  const known = instanceOf(ghost, instance);
  const rival = known.ballots.find(
    (each) => each.ballot === ballot && each.proposed && each.valueHash !== valueHash,
  );
  if (rival !== undefined) {
    findings.report(
      'OneValuePerRound',
      rival.line,
      `${nodeName(node.node)} proposed a second value in round ${ballot} of ` +
        instanceName(instance),
    );
  }
  const value =
    findValue(known, ballot, valueHash) ?? addValue(known, ballot, valueHash, findings.line);
  value.proposed = true;
  judgeSafe(ghost, node, event, known);
  judgeOpen(ghost, fast, node, event, known);
}

/** CollisionRule: the quorum that the coordinator counted allows this value. */
function judgePicked(
  ghost: PaxosGhost,
  fast: FastRounds,
  node: PaxosNode,
  { ballot, instance, valueHash }: Propose,
): void {
  const { findings } = ghost;
  const recovery = fast.recoveries.get(instance);
  let required: number | null;
  let line: number;
  if (recovery?.ballot === ballot && recovery.node === node.node) {
    required = recovery.required;
    line = recovery.line;
  } else {
    const round = endedPhase1(ghost, node, ballot, instance);
    if (round === null) return;
    required = reportedChosen(round, instance) ?? pickIn(ghost, fast, round, instance, node);
    line = round.preparedLine;
  }
  if (required === null) return;
  ghost.stats.adopted++;
  if (required === valueHash) return;
  findings.report(
    'CollisionRule',
    line,
    `${nodeName(node.node)} proposed in round ${ballot} of ${instanceName(instance)} another ` +
      'value than the one that its quorum shows to be possibly chosen',
  );
}

function pickIn(
  ghost: PaxosGhost,
  { quorum }: FastRounds,
  round: Parameters<typeof reportsOf>[0],
  instance: Instance,
  node: PaxosNode,
): number | null {
  const { voters } = votersIn(ghost, instance);
  return forcedValue(
    reportsOf(round, instance),
    countNodes(round.counted & voters),
    { nodes: node.size, fast: quorum },
    (ballot) => isFastRound(ghost, ballot),
  );
}

/**
 * SafeAt for values that nobody has shown yet: in no earlier round under an "Any" are there enough
 * acceptors left, who may still vote for whatever comes, to choose it.
 */
function judgeOpen(
  ghost: PaxosGhost,
  fast: FastRounds,
  node: PaxosNode,
  { ballot, instance }: Propose,
  known: InstanceGhost,
): void {
  for (const [earlier, any] of fast.open) {
    if (earlier >= ballot || !staysOpen(ghost, fast, node, earlier)) continue;
    if (isBelow(instance, any.from)) continue;
    const free = freeIn(ghost, node, instance, earlier, known);
    if (countNodes(free) < fast.quorum) continue;
    ghost.findings.report(
      'SafeAt',
      any.line,
      `${nodeName(node.node)} proposed in round ${ballot} of ${instanceName(instance)} while ` +
        `${nodeNames(nodesIn(free))} could still choose any value in fast round ${earlier}`,
    );
  }
}

/** Promises only rise: a round that too few are still free to vote in is over for good. */
function staysOpen(
  ghost: PaxosGhost,
  fast: FastRounds,
  { size }: PaxosNode,
  ballot: Ballot,
): boolean {
  let open = 0;
  for (let other = 0; other < size; other++) {
    const state = ghost.nodes[other];
    if (state === undefined || promisedBy(state, null) <= ballot) open++;
  }
  if (open >= fast.quorum) return true;
  fast.open.delete(ballot);
  return false;
}

/** Who may still vote for anything in this round. */
function freeIn(
  ghost: PaxosGhost,
  node: PaxosNode,
  instance: Instance,
  ballot: Ballot,
  known: InstanceGhost,
): number {
  const free = ableToChoose(ghost, node.size, instance, known, { ballot, voters: 0 });
  return free & votersIn(ghost, instance).voters;
}

/** SafeAtAny: before "Any", no value was or can be chosen in an earlier round, from there on. */
export function onAny(ghost: PaxosGhost, fast: FastRounds, node: PaxosNode, event: AnyEvent): void {
  const { findings } = ghost;
  const { ballot, from } = event;
  endedPhase1(ghost, node, ballot, from);
  const any = { from, node: node.node, line: findings.line };
  fast.rounds.set(ballot, any);
  fast.open.set(ballot, any);
  const slots = typeof from === 'number' ? slotsFrom(ghost, from) : [from];
  for (const instance of slots) judgeAny(ghost, fast, node, event, instance);
}

/**
 * A coordinator has its own "Any" on its disk before anybody hears of it: the line about it may be lost
 * with a crash, and then nobody else votes by it. What was sent has its line.
 */
export function adoptAny(
  ghost: PaxosGhost,
  fast: FastRounds,
  node: PaxosNode,
  recovered: { readonly ballot: Ballot; readonly from: Instance } | undefined,
): void {
  if (recovered === undefined) return;
  const { ballot, from } = recovered;
  if (fast.rounds.get(ballot) !== null || ownerOf(ghost, node, ballot) !== node.node) return;
  const any = { from, node: node.node, line: ghost.findings.line };
  fast.rounds.set(ballot, any);
  fast.open.set(ballot, any);
}

/** Slots in which anything is known, and one more, which stands for all behind them. */
function slotsFrom(ghost: PaxosGhost, from: LogIndex): number[] {
  const slots: number[] = [];
  const first = Math.max(from, ghost.base + 1);
  for (let slot = first; slot <= ghost.highestSlot; slot++) slots.push(slot);
  slots.push(Math.max(first, ghost.highestSlot + 1));
  return slots;
}

const NOTHING_KNOWN: InstanceGhost = {
  ballots: [],
  chosen: null,
  chosenLine: -1,
  learned: null,
  accepted: [],
};

function judgeAny(
  ghost: PaxosGhost,
  fast: FastRounds,
  node: PaxosNode,
  { ballot }: AnyEvent,
  instance: Instance,
): void {
  const known = ghost.instances.get(instance) ?? NOTHING_KNOWN;
  const { voters, quorum } = votersIn(ghost, instance);
  const subject =
    `${nodeName(node.node)} opened fast round ${ballot} for ${instanceName(instance)} while ` +
    'a value was or could be chosen in ';
  for (const earlier of known.ballots) {
    if (earlier.ballot >= ballot) continue;
    const able = ableToChoose(ghost, node.size, instance, known, earlier) & voters;
    const needed = isFastRound(ghost, earlier.ballot) ? fast.quorum : quorum;
    if (countNodes(able) < needed) continue;
    const who = nodeNames(nodesIn(able));
    const because = `round ${earlier.ballot} by ${who}`;
    ghost.findings.report('SafeAtAny', earlier.line, subject + because);
  }
  for (const [earlier, any] of fast.open) {
    if (earlier >= ballot || !staysOpen(ghost, fast, node, earlier)) continue;
    if (isBelow(instance, any.from)) continue;
    const free = freeIn(ghost, node, instance, earlier, known);
    if (countNodes(free) < fast.quorum) continue;
    const because = `fast round ${earlier} by ${nodeNames(nodesIn(free))}`;
    ghost.findings.report('SafeAtAny', any.line, subject + because);
  }
}

/**
 * DirectSuccessor, J:QuorumCert and J:StaleCert: the votes of a fast round stand for promises of
 * the next one only, which is its own coordinator's, and only those that were really cast.
 */
export function onRecover(
  ghost: PaxosGhost,
  fast: FastRounds,
  node: PaxosNode,
  event: Recover,
): void {
  const { findings } = ghost;
  const { ballot, of, instance, votes } = event;
  const name = nodeName(node.node);
  const begun = findRound(ghost, null, of);
  if (ballot !== of + 1 || begun?.preparedBy !== node.node) {
    findings.report(
      'DirectSuccessor',
      begun?.preparedLine ?? -1,
      `${name} recovered fast round ${of} of ${instanceName(instance)} in round ${ballot}, ` +
        (ballot === of + 1 ? 'which another node coordinates' : 'which is not the next one'),
    );
  }
  if (isForgotten(ghost, instance)) return;
  const known = instanceOf(ghost, instance);
  let counted = 0;
  const reports = [];
  for (const { node: voter, valueHash } of votes) {
    const value = findValue(known, of, valueHash);
    if (value === undefined || (value.voters & (1 << voter)) === 0) {
      findings.report(
        'J:StaleCert',
        known.accepted[voter]?.line ?? -1,
        `${name} counted for the recovery of round ${of} in ${instanceName(instance)} a vote that ` +
          `${nodeName(voter)} had not cast there`,
      );
      continue;
    }
    if ((counted & (1 << voter)) !== 0) continue;
    counted |= 1 << voter;
    reports.push({ node: voter, ballot: of, valueHash });
  }
  const { voters, quorum } = votersIn(ghost, instance);
  const distinct = countNodes(counted & voters);
  if (distinct < quorum) {
    findings.report(
      'J:QuorumCert',
      -1,
      `${name} recovered round ${of} of ${instanceName(instance)} on the votes of ` +
        `${nodeNames(votes.map((vote) => vote.node))}, of which ${distinct} count; it needs ${quorum}`,
    );
  }
  const sizes = { nodes: node.size, fast: fast.quorum };
  const required = forcedValue(reports, distinct, sizes, (round) => isFastRound(ghost, round));
  fast.recoveries.set(instance, { ballot, node: node.node, line: findings.line, required });
}

/** VoteRespectsPromise, OneVotePerRound and VoteAuthorized; then the vote counts. */
export function onVote(ghost: PaxosGhost, fast: FastRounds, node: PaxosNode, event: Vote): void {
  const { findings } = ghost;
  const { ballot, instance, valueHash } = event;
  const name = nodeName(node.node);
  ghost.stats.accepted++;
  const committed = committedTo(ghost, node, instance);
  const own = ghost.instances.get(instance)?.accepted[node.node];
  if (ballot < committed) {
    findings.report(
      'VoteRespectsPromise',
      own?.ballot === committed ? own.line : (node.promised.get(null)?.line ?? -1),
      `${name} voted in round ${ballot} of ${instanceName(instance)} although it had gone on to ` +
        `round ${committed}`,
    );
  }
  if (isForgotten(ghost, instance)) return;
  const known = instanceOf(ghost, instance);
  if (own?.ballot === ballot && own.valueHash !== valueHash) {
    findings.report(
      'OneVotePerRound',
      own.line,
      `${name} voted a second time in round ${ballot} of ${instanceName(instance)}, for another ` +
        'value',
    );
  }
  judgeAuthorized(ghost, fast, node, event, known);
  known.accepted[node.node] = { ballot, valueHash, line: findings.line };
  const value =
    findValue(known, ballot, valueHash) ?? addValue(known, ballot, valueHash, findings.line);
  countVote(ghost, node, instance, known, value);
}

/** A vote is for what was proposed in its round, or for anything under an "Any" of that round. */
function judgeAuthorized(
  ghost: PaxosGhost,
  fast: FastRounds,
  node: PaxosNode,
  { ballot, instance, valueHash }: Vote,
  known: InstanceGhost,
): void {
  if (findValue(known, ballot, valueHash)?.proposed) return;
  const any = fast.rounds.get(ballot) ?? null;
  const proposed: BallotValue | undefined = known.ballots.find(
    (value) => value.ballot === ballot && value.proposed,
  );
  if (proposed === undefined && any !== null && !isBelow(instance, any.from)) return;
  ghost.findings.report(
    'VoteAuthorized',
    proposed?.line ?? any?.line ?? -1,
    `${nodeName(node.node)} voted in round ${ballot} of ${instanceName(instance)} ` +
      (proposed === undefined
        ? 'for what nobody had proposed in it, and without an "Any" for it'
        : 'for another value than was proposed in it'),
  );
}
