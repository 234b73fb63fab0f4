/** J:ReadCert and PrefixRead: a read is linearizable because of what its certificate says. */

import { nodeName, type TraceEvent } from '../trace.ts';
import { type Fault, nodeNames, unconfirmed } from './findings.ts';
import { countNodes } from './members.ts';
import { type PaxosGhost, type PaxosNode, votersFrom } from './paxos-state.ts';

type ReadCertificate = Extract<TraceEvent, { kind: 'read-cert' }>;

export function onReadCertificate(
  ghost: PaxosGhost,
  node: PaxosNode,
  event: ReadCertificate,
): void {
  const { stats, findings } = ghost;
  if (event.mode === 'index') stats.readsIndex++;
  else if (event.mode === 'lease') stats.readsLease++;
  else stats.readsLog++;
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
  if (found === null) return;
  findings.report('J:ReadCert', node.leaderLine, subject + found.because, found.told);
}

function fault(ghost: PaxosGhost, node: PaxosNode, event: ReadCertificate): Fault | null {
  const { readPosition, term } = event;
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
  let acked = 1 << node.node;
  for (const ack of event.acks) if (ack.round >= event.round) acked |= 1 << ack.node;
  for (const { voters, quorum } of votersFrom(ghost, node.ledFrom, node.commit + 1)) {
    const counted = countNodes(acked & voters);
    if (counted >= quorum) continue;
    const asked = nodeNames(event.acks.map((ack) => ack.node));
    return {
      because:
        `on the word of ${asked} for round ${event.round}; with its own, ${counted} count and ` +
        `${quorum} must`,
      told: unconfirmed(name, event),
    };
  }
  return null;
}
