/** J:ReadCert: a read is linearizable because of what its certificate says (dissertation, 6.4). */

import { nodeName, type TraceEvent } from '../../trace.ts';
import { type Fault, nodeNames, unconfirmed } from '../findings.ts';
import { outlasts } from '../leases.ts';
import { shortfall } from './membership.ts';
import { type RaftGhost, type RaftNode, ROUNDS_KEPT, termAt } from './state.ts';

type ReadCertificate = Extract<TraceEvent, { kind: 'read-cert' }>;

export function onReadCertificate(ghost: RaftGhost, node: RaftNode, event: ReadCertificate): void {
  const found = fault(ghost, node, event);
  if (event.mode === 'index') confirm(node, event);
  if (found === null) {
    count(ghost.stats, event.mode);
    return;
  }
  ghost.findings.report(
    'J:ReadCert',
    node.leaderLine,
    `${nodeName(node.node)} served a read at index ${event.readPosition} in term ${event.term} ` +
      found.because,
    found.told,
  );
}

/** What was not confirmed is not counted as a read that was. */
function count(stats: RaftGhost['stats'], mode: ReadCertificate['mode']): void {
  if (mode === 'index') stats.readsIndex++;
  else if (mode === 'lease') stats.readsLease++;
  else if (mode === 'follower') stats.readsFollower++;
  else stats.readsLog++;
}

function fault(ghost: RaftGhost, node: RaftNode, event: ReadCertificate): Fault | null {
  const { readPosition, term } = event;
  const name = nodeName(node.node);
  if (event.applied < readPosition || node.applied < readPosition) {
    const applied = Math.min(event.applied, node.applied);
    return {
      because: `but had executed only up to index ${applied}`,
      told: `${name} answered a read before it had executed what the read must see`,
    };
  }
  // A read through the log is a command like any other: order is its only justification.
  if (event.mode === 'log') return null;
  if (event.mode === 'follower') return followerFault(ghost, node, event);
  if (node.leading !== term && ghost.leaderOf.get(term)?.node !== node.node)
    return {
      because: 'without being its leader',
      told: `${name} answered a read as leader, but did not lead`,
    };
  // A new leader does not know what is committed until an entry of its own term is (6.4, step 1).
  const readTerm = readPosition > node.last ? -1 : termAt(ghost, node, readPosition);
  if (readTerm !== -1 && readTerm !== term) {
    return {
      because: `although no entry of term ${term} was committed there yet`,
      told: `${name} had just begun to lead, and answered a read before it knew what is committed`,
    };
  }
  const unbegun = roundNotBegun(node, event);
  if (unbegun !== null) {
    const told = `${name} took the answer to somebody else's question for word that it still led`;
    return { because: unbegun, told };
  }
  const { round, since } = event;
  if (since !== undefined && round <= since) {
    return {
      because: `on round ${round}, although round ${since} had begun when the read came`,
      told: `${name} answered a read as leader on what it had asked before the read came`,
    };
  }
  if (event.mode === 'lease') {
    const because = leaseFault(node, event);
    if (because !== null) return { because, told: unconfirmed(name, event) };
  }
  let confirming = 1 << node.node;
  for (const ack of event.acks) if (ack.round >= event.round) confirming |= 1 << ack.node;
  const short = shortfall(node.membership, confirming);
  if (short === null) return null;
  const asked = nodeNames(event.acks.map((ack) => ack.node));
  return {
    because:
      `on the word of ${asked} for round ${event.round}; with its own, ${short.counted} count and ` +
      `${short.needed} must`,
    told: unconfirmed(name, event),
  };
}

/**
 * Why no lease covers the read; null where one may. Both are the reader's own word, and one clock's: what
 * it said last of its lease, in the order of its own lines, and how long ago it had asked for it.
 */
function leaseFault(node: RaftNode, { term, ageUs }: ReadCertificate): string | null {
  if (node.leaseTerm !== term) return 'by a lease, having said last that it had none in that term';
  if (node.lease === null || ageUs === undefined) return null;
  const over = outlasts(node.lease, { ageUs, lastsUs: 0 });
  return over === null ? null : `although it ${over}`;
}

/**
 * A leader answers its own rounds as it begins them. Whoever answered a later one answered another
 * leadership, and says nothing about this one.
 */
function roundNotBegun(node: RaftNode, { acks }: ReadCertificate): string | null {
  const own = acks.find((ack) => ack.node === node.node);
  if (own === undefined) return null;
  const early = acks.find((ack) => ack.round > own.round);
  if (early === undefined) return null;
  return (
    `on the word of ${nodeName(early.node)} for round ${early.round}, although it had begun only ` +
    `${own.round} in that term`
  );
}

/** Remembers what a leader confirmed: followers answer on the strength of it. */
function confirm(node: RaftNode, { term, round, readPosition }: ReadCertificate): void {
  if (node.confirmedTerm !== term) {
    node.confirmedTerm = term;
    node.confirmed.round.fill(-1);
  }
  const at = round % ROUNDS_KEPT;
  if (node.confirmed.round[at] !== round) {
    node.confirmed.round[at] = round;
    node.confirmed.min[at] = readPosition;
    node.confirmed.max[at] = readPosition;
  }
  node.confirmed.min[at] = Math.min(node.confirmed.min.get(at), readPosition);
  node.confirmed.max[at] = Math.max(node.confirmed.max.get(at), readPosition);
}

/** A follower's read needs a leader that has confirmed just that; what is forgotten passes. */
function followerFault(ghost: RaftGhost, node: RaftNode, event: ReadCertificate): Fault | null {
  const { term, round, readPosition } = event;
  const leadership = ghost.leaderOf.get(term);
  const told =
    `${nodeName(node.node)} answered a read on the word of a leader that had not made sure that it ` +
    'still led';
  if (leadership === undefined) {
    // A read may wait at a follower for as long as that has not executed enough.
    if (term < ghost.forgottenBelow) return null;
    return { because: 'on the word of a leader that there was not', told };
  }
  const leader = ghost.nodes[leadership.node];
  if (leader === undefined || leader.confirmedTerm > term) return null;
  const at = round % ROUNDS_KEPT;
  // What it confirmed in earlier terms says nothing about this one.
  const known = leader.confirmedTerm === term ? leader.confirmed.round.get(at) : -1;
  if (known > round) return null;
  const isConfirmed =
    known === round &&
    readPosition >= leader.confirmed.min.get(at) &&
    readPosition <= leader.confirmed.max.get(at);
  if (isConfirmed) return null;
  const because = `which ${nodeName(leadership.node)}, its leader, had not confirmed in round ${round}`;
  return { because, told };
}
