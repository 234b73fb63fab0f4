/** J:ReadCert, PrefixRead, J:LeaseCert and ReadChosen: what an answer to a read rests on. */

import { nodeName, type TraceEvent } from '../../trace.ts';
import type { NodeId, Term } from '../../units.ts';
import { type Fault, nodeNames, unconfirmed } from '../findings.ts';
import { outlasts } from '../leases.ts';
import { countNodes } from '../members.ts';
import type { PaxosEvent } from './events.ts';
import {
  findRound,
  instanceName,
  type PaxosGhost,
  type PaxosNode,
  ROUNDS_KEPT,
  scopeOf,
  votersFrom,
} from './state.ts';

type Read = Extract<PaxosEvent, { kind: 'read' }>;
type RoundBegun = Extract<TraceEvent, { kind: 'round' }>;
type Lease = Extract<TraceEvent, { kind: 'lease' }>;
type ReadCertificate = Extract<TraceEvent, { kind: 'read-cert' }>;
type Certificate = Pick<ReadCertificate, 'term' | 'round' | 'acks'> & { readonly mode: string };

export function onReadCertificate(
  ghost: PaxosGhost,
  node: PaxosNode,
  event: ReadCertificate,
): void {
  const { stats, findings } = ghost;
  const { readPosition, term } = event;
  const subject = `${nodeName(node.node)} served a read at slot ${readPosition} in ballot ${term} `;
  // A leader knows all that was chosen before it only beyond its own first slot (PROTOCOLS 2.2).
  if (event.mode !== 'log' && readPosition < node.firstOwn) {
    findings.report(
      'PrefixRead',
      node.leaderLine,
      `${subject}although its chosen prefix had not reached slot ${node.firstOwn}, its own first`,
    );
  }
  const found = fault(ghost, node, event);
  if (found === null) {
    // What was not confirmed is not counted as a read that was.
    if (event.mode === 'index') stats.readsIndex++;
    else if (event.mode === 'lease') stats.readsLease++;
    else stats.readsLog++;
    return;
  }
  findings.report('J:ReadCert', node.leaderLine, subject + found.because, found.told);
}

/**
 * ReadChosen and J:ReadCert of Basic Paxos: what a read is told is chosen, and that there is
 * nothing rests on a phase 1 that began after the read came, and before anything was chosen.
 */
export function onRead(ghost: PaxosGhost, node: PaxosNode, event: Read): void {
  ghost.stats.readsValue++;
  if (event.valueHash === null) judgeNothing(ghost, node, event);
  else judgeValue(ghost, node, event);
}

function judgeValue(ghost: PaxosGhost, node: PaxosNode, { instance, valueHash }: Read): void {
  const known = ghost.instances.get(instance);
  if (known?.chosen?.valueHash === valueHash) return;
  const instead =
    known === undefined || known.chosen === null
      ? 'nothing was chosen there'
      : `another was chosen, in ballot ${known.chosen.ballot}`;
  ghost.findings.report(
    'ReadChosen',
    known?.chosenLine ?? -1,
    `${nodeName(node.node)} told a client a value of ${instanceName(instance)}, but ${instead}`,
  );
}

function judgeNothing(ghost: PaxosGhost, node: PaxosNode, event: Read): void {
  const { findings, instances } = ghost;
  const { instance, ballot, since } = event;
  const known = instances.get(instance);
  const name = nodeName(node.node);
  const round = findRound(ghost, scopeOf(ghost, instance), ballot);
  const begunLine = round?.begunLine ?? -1;
  const subject = `${name} told a client that nothing is decided in ${instanceName(instance)} `;
  if (known?.chosen && begunLine !== -1 && known.chosenLine < begunLine) {
    findings.report(
      'ReadChosen',
      known.chosenLine,
      `${subject}although a value had been chosen there before ballot ${ballot}, in which it ` +
        'looked, began',
      `${name} told a client that nothing was decided, although a value was`,
    );
  }
  if (since > ballot) {
    findings.report(
      'J:ReadCert',
      begunLine,
      `${subject}on a look in ballot ${ballot}, which began before the client asked`,
      `${name} answered a read by what it had looked up before the read came`,
    );
  } else if (round !== undefined && round.preparedBy !== node.node) {
    findings.report(
      'J:ReadCert',
      begunLine,
      `${subject}in ballot ${ballot}, whose phase 1 it has not ended`,
      `${name} answered a read without having asked a majority`,
    );
  }
}

/** A leader begins a round: whoever has promised a higher ballot by then cannot answer it. */
export function onRound(ghost: PaxosGhost, node: PaxosNode, { term, round }: RoundBegun): void {
  if (term !== node.leading) return;
  node.round = round;
  node.roundLines[round % ROUNDS_KEPT] = ghost.findings.line;
}

/** J:LeaseCert: a lease rests on a quorum, and is over before those who granted it are free. */
export function onLease(ghost: PaxosGhost, node: PaxosNode, event: Lease): void {
  ghost.stats.leases++;
  const over = ghost.lease === null ? null : outlasts(ghost.lease, event);
  const because = over ?? unheard(ghost, node, { ...event, mode: 'lease' })?.because ?? null;
  if (because === null) return;
  ghost.findings.report(
    'J:LeaseCert',
    node.leaderLine,
    `${nodeName(node.node)}, which leads ballot ${event.term}, ${because} (round ${event.round})`,
  );
}

function fault(ghost: PaxosGhost, node: PaxosNode, event: ReadCertificate): Fault | null {
  const { readPosition, term, since, ageUs } = event;
  const name = nodeName(node.node);
  if (event.applied < readPosition || node.applied < readPosition) {
    return {
      because: `but had executed only up to slot ${Math.min(event.applied, node.applied)}`,
      told: `${name} answered a read before it had executed what the read must see`,
    };
  }
  // A read through the log is a command like any other: order is its only justification.
  if (event.mode === 'log') return null;
  if (node.leading !== term) {
    return {
      because: 'without leading it',
      told: `${name} answered a read as leader, but did not lead`,
    };
  }
  if (since !== undefined && event.round <= since) {
    return {
      because: `on round ${event.round}, although round ${since} had begun when the read came`,
      told: `${name} answered a read as leader on what it had asked before the read came`,
    };
  }
  if (ghost.lease !== null && ageUs !== undefined) {
    const over = outlasts(ghost.lease, { ageUs, lastsUs: 0 });
    if (over !== null) return { because: `although it ${over}`, told: unconfirmed(name, event) };
  }
  return unheard(ghost, node, event);
}

/** Why these answers do not confirm that the node leads; null where they do. */
function unheard(ghost: PaxosGhost, node: PaxosNode, event: Certificate): Fault | null {
  const { term, round, acks } = event;
  const told = unconfirmed(nodeName(node.node), event);
  let acked = 1 << node.node;
  for (const ack of acks) {
    const because = impossible(ghost, node, term, ack);
    if (because !== null) return { because, told };
    if (ack.round >= round) acked |= 1 << ack.node;
  }
  for (const { voters, quorum } of votersFrom(ghost, node.ledFrom, node.commit + 1)) {
    const counted = countNodes(acked & voters);
    if (counted >= quorum) continue;
    const asked = nodeNames(acks.map((ack) => ack.node));
    return {
      because:
        `on the word of ${asked} for round ${round}; with its own, ${counted} count and ` +
        `${quorum} must`,
      told,
    };
  }
  return null;
}

/**
 * Why nobody can have given this answer; null where it may have been. The begin of a round comes
 * before every answer to it, in whatever order the lines of several nodes were put together.
 */
function impossible(
  ghost: PaxosGhost,
  node: PaxosNode,
  term: Term,
  ack: { readonly node: NodeId; readonly round: number },
): string | null {
  // Who leads without telling of rounds is believed.
  if (node.round === 0 || ack.round <= node.round - ROUNDS_KEPT) return null;
  const name = nodeName(ack.node);
  if (ack.round > node.round) {
    return `on the word of ${name} for round ${ack.round}, although it had begun only ${node.round}`;
  }
  const promised = ghost.nodes[ack.node]?.promised.get(null);
  if (promised === undefined || promised.ballot <= term) return null;
  if (promised.line > node.roundLines.get(ack.round % ROUNDS_KEPT)) return null;
  return (
    `on the word of ${name} for round ${ack.round}, although ${name} had promised ballot ` +
    `${promised.ballot} before that round began`
  );
}
