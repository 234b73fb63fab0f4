/** Phase 2: what may be proposed and accepted, and what is chosen (Lamport, PMS, 2.2 and 2.3). */

import { nodeName } from '../../trace.ts';
import type { Ballot } from '../../units.ts';
import { nodeNames } from '../findings.ts';
import { bitsOf, countNodes, nodesIn } from '../members.ts';
import type { Instance, PaxosEvent } from './events.ts';
import {
  addValue,
  type BallotValue,
  ballotOf,
  choosersIn,
  committedTo,
  findRound,
  findValue,
  type InstanceGhost,
  instanceName,
  instanceOf,
  isForgotten,
  type PaxosGhost,
  type PaxosNode,
  type Round,
  raisePromise,
  scopeOf,
  votersIn,
} from './state.ts';

type Propose = Extract<PaxosEvent, { kind: 'propose' }>;
type Accept = Extract<PaxosEvent, { kind: 'accept' }>;
type Learn = Extract<PaxosEvent, { kind: 'learn' }>;

export function onPropose(ghost: PaxosGhost, node: PaxosNode, event: Propose): void {
  const { findings, stats } = ghost;
  const { ballot, instance, valueHash } = event;
  stats.proposals++;
  judgeCertificate(ghost, node, event);
  if (isForgotten(ghost, instance)) return;
  const known = instanceOf(ghost, instance);
  const same = ballotOf(known, ballot);
  if (same === undefined) {
    addValue(known, ballot, valueHash, findings.line).proposed = true;
  } else if (same.valueHash !== valueHash) {
    findings.report(
      'OneValuePerBallot',
      same.line,
      `${nodeName(node.node)} proposed a second value in ballot ${ballot} of ` +
        instanceName(instance),
    );
  }
  judgeSafe(ghost, node, event, known);
}

/** J:NoCert: who proposes in a ballot has ended its phase 1; null where it has not. */
export function endedPhase1(
  ghost: PaxosGhost,
  node: PaxosNode,
  ballot: Ballot,
  instance: Instance,
): Round | null {
  const round = findRound(ghost, scopeOf(ghost, instance), ballot);
  const isEnded = round !== undefined && round.preparedBy === node.node;
  if (isEnded && !isBelow(instance, round.from)) return round;
  ghost.findings.report(
    'J:NoCert',
    -1,
    `${nodeName(node.node)} proposed in ballot ${ballot} of ${instanceName(instance)} without ` +
      'having ended phase 1 of that ballot for it',
    // Nobody leads in Basic Paxos, and who leads may propose where it has not asked.
    `${nodeName(node.node)} proposed a value before enough nodes had told it what they had accepted`,
  );
  return null;
}

/** J:HighestValue: phase 1 allows this value. */
function judgeCertificate(ghost: PaxosGhost, node: PaxosNode, event: Propose): void {
  const { findings, stats } = ghost;
  const { ballot, instance, valueHash } = event;
  const round = endedPhase1(ghost, node, ballot, instance);
  if (round === null) return;
  const required = round.required.get(instance);
  if (required === undefined) return;
  stats.adopted++;
  if (required.valueHash === valueHash) return;
  const source =
    required.ballot === Number.POSITIVE_INFINITY
      ? 'one that was reported for chosen'
      : `that of ballot ${required.ballot}, the highest reported`;
  findings.report(
    'J:HighestValue',
    required.line,
    `${nodeName(node.node)} proposed in ballot ${ballot} of ${instanceName(instance)} another ` +
      `value than ${source}`,
  );
}

/**
 * SafeAt, the invariant of the proof: no other value can have been or ever become chosen in an
 * earlier ballot k, because those who accepted it there and those who still may, having promised
 * no more than k, are no majority. O(earlier ballots of the instance).
 */
export function judgeSafe(
  ghost: PaxosGhost,
  node: PaxosNode,
  { ballot, instance, valueHash }: Propose,
  known: InstanceGhost,
): void {
  const { voters } = votersIn(ghost, instance);
  for (const earlier of known.ballots) {
    if (earlier.ballot >= ballot || earlier.valueHash === valueHash) continue;
    const able = ableToChoose(ghost, node.size, instance, known, earlier);
    if (countNodes(able & voters) < choosersIn(ghost, instance, earlier.ballot)) continue;
    ghost.findings.report(
      'SafeAt',
      earlier.line,
      `${nodeName(node.node)} proposed in ballot ${ballot} of ${instanceName(instance)} while ` +
        `another value was or could be chosen in ballot ${earlier.ballot} by ` +
        nodeNames(nodesIn(able & voters)),
    );
  }
}

/** Who has accepted a value in its ballot or, for all that is known, still may. */
export function ableToChoose(
  ghost: PaxosGhost,
  size: number,
  instance: Instance,
  known: InstanceGhost,
  value: Pick<BallotValue, 'ballot' | 'voters'>,
): number {
  let able = value.voters;
  for (let other = 0; other < size; other++) {
    const state = ghost.nodes[other];
    if (state === undefined) able |= 1 << other;
    else if (committedTo(ghost, state, instance) <= value.ballot) able |= 1 << other;
  }
  if (ghost.fast === null) return able;
  // A node votes once in a round: who has done so for another value there is lost to this one.
  for (const rival of known.ballots) {
    if (rival.ballot === value.ballot && rival !== value) able &= ~rival.voters | value.voters;
  }
  return able;
}

export function onAccept(ghost: PaxosGhost, node: PaxosNode, event: Accept): void {
  const { findings } = ghost;
  const { ballot, instance, valueHash } = event;
  const scope = scopeOf(ghost, instance);
  ghost.stats.accepted++;
  const promised = committedTo(ghost, node, instance);
  if (ballot < promised) {
    findings.report(
      'AcceptRespectsPromise',
      node.promised.get(scope)?.line ?? -1,
      `${nodeName(node.node)} accepted in ballot ${ballot} of ${instanceName(instance)} although ` +
        `it had promised ballot ${promised}`,
    );
  }
  raisePromise(node, scope, ballot, findings.line);
  if (isForgotten(ghost, instance)) return;
  const known = instanceOf(ghost, instance);
  known.accepted[node.node] = { ballot, valueHash, line: findings.line };
  let value = ballotOf(known, ballot);
  if (value === undefined) {
    findings.report(
      'VoteAuthorized',
      -1,
      `${nodeName(node.node)} accepted in ballot ${ballot} of ${instanceName(instance)} what ` +
        'nobody had proposed in it',
    );
    value = addValue(known, ballot, valueHash, findings.line);
  } else if (value.valueHash !== valueHash) {
    findings.report(
      'OneValuePerBallot',
      value.line,
      `${nodeName(node.node)} accepted in ballot ${ballot} of ${instanceName(instance)} another ` +
        'value than the one first seen in it',
    );
    return;
  }
  countVote(ghost, node, instance, known, value);
}

/** Counts an acceptance; a majority in one ballot chooses its value. Agreement: only ever one. */
export function countVote(
  ghost: PaxosGhost,
  node: PaxosNode,
  instance: Instance,
  known: InstanceGhost,
  value: BallotValue,
): void {
  const { findings } = ghost;
  value.voters |= 1 << node.node;
  value.voteLine = findings.line;
  if (known.chosen === value) return;
  const { voters } = votersIn(ghost, instance);
  if (countNodes(value.voters & voters) < choosersIn(ghost, instance, value.ballot)) return;
  if (known.chosen === null) {
    known.chosen = value;
    known.chosenLine = findings.line;
    ghost.stats.chosen++;
  } else if (known.chosen.valueHash !== value.valueHash) {
    findings.report(
      'Agreement',
      known.chosenLine,
      `in ${instanceName(instance)} one value was chosen in ballot ${known.chosen.ballot} and ` +
        `another in ballot ${value.ballot}`,
    );
  }
}

/** LearnedNotChosen, ChosenStable, and the grounds of the learner: J:QuorumCert, J:StaleCert. */
export function onLearn(ghost: PaxosGhost, node: PaxosNode, event: Learn): void {
  const { findings } = ghost;
  const { ballot, instance, valueHash, certificate, noticed = ballot } = event;
  ghost.stats.learned++;
  if (isForgotten(ghost, instance)) return;
  const known = instanceOf(ghost, instance);
  judgeChosen(ghost, node, instance, valueHash);
  const first = known.learned;
  if (first === null) known.learned = { ballot, valueHash, line: findings.line };
  else if (first.valueHash !== valueHash) {
    findings.report(
      'ChosenStable',
      first.line,
      `${nodeName(node.node)} learned another value in ${instanceName(instance)} than was learned ` +
        'before',
    );
  }
  if (noticed !== ballot) {
    findings.report(
      'J:StaleCert',
      known.accepted[node.node]?.line ?? -1,
      `${nodeName(node.node)} took the value of ballot ${ballot} in ${instanceName(instance)} for ` +
        `chosen, having been told that the one of ballot ${noticed} is`,
    );
  }
  if (certificate.length === 0) return;
  const value = findValue(known, ballot, valueHash);
  const { voters } = votersIn(ghost, instance);
  const counted = countNodes(bitsOf(certificate) & (value?.voters ?? 0) & voters);
  const quorum = choosersIn(ghost, instance, ballot);
  if (counted >= quorum) return;
  findings.report(
    'J:QuorumCert',
    value?.line ?? -1,
    `${nodeName(node.node)} took the value of ballot ${ballot} in ${instanceName(instance)} for ` +
      `chosen on the word of ${nodeNames(certificate)}; ${counted} of them had accepted it, and ` +
      `${quorum} must`,
  );
}

/** What a node learns or executes has been chosen. */
export function judgeChosen(
  ghost: PaxosGhost,
  node: PaxosNode,
  instance: Instance,
  valueHash: number,
): void {
  const known = ghost.instances.get(instance);
  if (known === undefined || known.chosen?.valueHash === valueHash) return;
  ghost.findings.report(
    'LearnedNotChosen',
    known.chosenLine,
    `${nodeName(node.node)} took a value for chosen in ${instanceName(instance)}, but ` +
      (known.chosen === null
        ? 'no majority had accepted anything there in one ballot'
        : `another one was chosen, in ballot ${known.chosen.ballot}`),
  );
}

export function isBelow(instance: Instance, from: Instance): boolean {
  return typeof instance === 'number' && typeof from === 'number' && instance < from;
}
