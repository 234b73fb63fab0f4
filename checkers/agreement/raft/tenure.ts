/**
 * What a leader owes while it leads: that it hands its leadership over as it began to (dissertation,
 * section 3.10), and that it makes room when it hears no quorum (CheckQuorum, section 6.2).
 */

import { nodeName } from '../../trace.ts';
import type { Nanos, Term } from '../../units.ts';
import type { RaftEvent } from './events.ts';
import { place, type RaftGhost, type RaftNode } from './state.ts';

/** A leader that hears nobody must have made room by then, in election timeouts. */
const DEAF_TIMEOUTS_MAX = 10;
/** Whoever says nothing for so many election timeouts may have been paused: its clock starts anew. */
const SILENT_TIMEOUTS_MAX = 2;

export function onTransfer(
  ghost: RaftGhost,
  node: RaftNode,
  event: Extract<RaftEvent, { kind: 'transfer' }>,
): void {
  if (event.op === 'abort') {
    ghost.stats.transfersAborted++;
    node.transferring = -1;
    return;
  }
  ghost.stats.transfers++;
  ghost.transferTerm = event.term;
  ghost.transferTarget = event.target;
  node.transferring = event.term;
  node.transferLine = ghost.findings.line;
}

/** TransferQuiet: a leader that hands over appends nothing, or its target may never catch up. */
export function judgeQuiet(
  ghost: RaftGhost,
  node: RaftNode,
  event: Extract<RaftEvent, { kind: 'append' }>,
): void {
  if (node.transferring !== node.leading || event.term !== node.leading) return;
  ghost.findings.report(
    'TransferQuiet',
    node.transferLine,
    `${nodeName(node.node)}, leader of term ${node.leading}, appended ` +
      `${place(event.index, event.term)} while it was handing its leadership over to ` +
      nodeName(ghost.transferTarget),
  );
}

/** A leader has heard from others, or has just begun to lead. */
export function hears(node: RaftNode): void {
  node.deafSinceNs = -1;
}

/** A follower gets its snapshot in pieces from who leads this term: that is progress as well. */
export function hearsOfPiece({ nodes }: RaftGhost, term: Term): void {
  const leader = nodes.find((node) => node?.leading === term);
  if (leader !== undefined) hears(leader);
}

/**
 * Liveness:leader while faults last: a leader that goes on taking commands, but has learnt of no
 * follower's progress for ten election timeouts, keeps everybody from electing one that could.
 */
export function judgeHearing(ghost: RaftGhost, node: RaftNode, nowNs: Nanos): void {
  if (!node.checksQuorum) return;
  const silentNs = nowNs - node.deafUntilNs;
  if (node.deafSinceNs === -1 || silentNs > SILENT_TIMEOUTS_MAX * node.electionTimeoutNs) {
    node.deafSinceNs = nowNs;
    node.deafLine = ghost.findings.line;
  } else if (nowNs - node.deafSinceNs > DEAF_TIMEOUTS_MAX * node.electionTimeoutNs) {
    ghost.findings.report(
      'Liveness:leader',
      node.deafLine,
      `${nodeName(node.node)}, leader of term ${node.leading}, has taken commands for ` +
        `${((nowNs - node.deafSinceNs) / 1e9).toFixed(1)} s without hearing of any progress, and ` +
        'did not make room',
      `${nodeName(node.node)} went on leading although it heard from nobody, and nobody else could`,
    );
  }
  node.deafUntilNs = nowNs;
}
