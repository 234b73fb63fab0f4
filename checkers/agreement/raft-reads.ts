/** J:ReadCert: a read is linearizable because of what its certificate says (dissertation, 6.4). */

import { nodeName, type TraceEvent } from '../trace.ts';
import { nodeNames } from './findings.ts';
import { type RaftGhost, type RaftNode, termAt } from './raft-state.ts';

type ReadCertificate = Extract<TraceEvent, { kind: 'read-cert' }>;

export function onReadCertificate(ghost: RaftGhost, node: RaftNode, event: ReadCertificate): void {
  const { stats } = ghost;
  if (event.mode === 'index') stats.readsIndex++;
  else if (event.mode === 'lease') stats.readsLease++;
  else stats.readsLog++;
  const because = fault(ghost, node, event);
  if (because === null) return;
  ghost.findings.report(
    'J:ReadCert',
    node.leaderLine,
    `${nodeName(node.node)} served a read at index ${event.readPosition} in term ${event.term} ` +
      because,
  );
}

function fault(ghost: RaftGhost, node: RaftNode, event: ReadCertificate): string | null {
  const { readPosition, term } = event;
  if (event.applied < readPosition || node.applied < readPosition) {
    const applied = Math.min(event.applied, node.applied);
    return `but had executed only up to index ${applied}`;
  }
  // A read through the log is a command like any other: order is its only justification.
  if (event.mode === 'log') return null;
  if (node.leading !== term && !ghost.leaderOf.has(term)) return 'without being its leader';
  // A new leader does not know what is committed until an entry of its own term is (6.4, step 1).
  const readTerm = readPosition > node.last ? -1 : termAt(ghost, node, readPosition);
  if (readTerm !== -1 && readTerm !== term) {
    return `although no entry of term ${term} was committed there yet`;
  }
  let seen = 1 << node.node;
  let counted = (node.voters & seen) === 0 ? 0 : 1;
  for (const ack of event.acks) {
    const bit = 1 << ack.node;
    if ((node.voters & bit) === 0 || (seen & bit) !== 0 || ack.round < event.round) continue;
    seen |= bit;
    counted++;
  }
  if (counted >= node.quorum) return null;
  const asked = nodeNames(event.acks.map((ack) => ack.node));
  return (
    `on the word of ${asked} for round ${event.round}; with its own, ${counted} count and ` +
    `${node.quorum} must`
  );
}
