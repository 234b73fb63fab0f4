/**
 * Raft's invariants over the trace of somebody else's Raft, as far as its lines tell what they need:
 * leaders and terms alone give Election Safety, with commits and logs' ends Leader Completeness, with the
 * messages votes, counting and agreement of logs.
 *
 * Nothing rests on the order of lines of different nodes, so a file for each node is as good as one for
 * all, and no cut of such files gives a false violation: what a rule needs of others is either in the
 * node's own lines (the answers that it got), or true at any time (who led a term with which log).
 */

import type { Term } from '../../units.ts';
import { onGrant, onLeader, onTerm, onVote, onVoteReply } from './elections.ts';
import {
  compareCommitted,
  judgeCompleteness,
  onAcknowledge,
  onBootstrap,
  onCommit,
  onLast,
} from './logs.ts';
import { LIFE_BEGINS, type Observation, type ObservedMessage } from './observation.ts';
import { type Judged, ObservedGhost, type ObservedViolation, SeenNode } from './state.ts';

export type { Judged, ObservedViolation } from './state.ts';

export interface ObservedVerdict {
  /** The first violation of each property, by the line that shows it. */
  readonly violations: readonly ObservedViolation[];
  readonly judged: Readonly<Judged>;
}

/** Judges lines in which those of each node stand in the order in which it wrote them. */
export function judgeObserved(lines: readonly Observation[]): ObservedVerdict {
  const ghost = new ObservedGhost(lines.some(isAppend));
  for (const { line, observation, node } of inOrder(lines, ghost)) {
    ghost.line = line;
    step(ghost, node, observation);
  }
  judgeCompleteness(ghost);
  const byLine = (one: ObservedViolation) => one.lines.at(-1) ?? 0;
  const violations = ghost.violations.toSorted((one, other) => byLine(one) - byLine(other));
  return { violations, judged: ghost.judged };
}

interface Next {
  readonly line: number;
  readonly observation: Observation;
  readonly node: SeenNode;
}

/**
 * Each node's lines in their order, and an acknowledgement once the leader's log is known, where any line
 * tells it: files of several nodes come one after the other.
 */
function* inOrder(lines: readonly Observation[], { leaderships }: ObservedGhost): Generator<Next> {
  const nodes = Map.groupBy(lines.entries(), ([, { node }]) => node);
  const queues = [...nodes].map(([name, own]) => ({ node: new SeenNode(name), own, at: 0 }));
  const led = new Set<Term>();
  for (const { role, term } of lines) if (role === 'leader') led.add(term);
  for (let isStuck = false; ; ) {
    let hasMoved = false;
    for (const queue of queues) {
      for (; queue.at < queue.own.length; queue.at++) {
        const next = queue.own[queue.at];
        if (next === undefined) break;
        const [line, observation] = next;
        const { term } = observation;
        const waits = acknowledged(observation) !== null && led.has(term) && !leaderships.has(term);
        if (waits && !isStuck) break;
        isStuck = false;
        hasMoved = true;
        yield { line, observation, node: queue.node };
      }
    }
    if (queues.every(({ at, own }) => at === own.length)) return;
    isStuck = !hasMoved;
  }
}

function step(ghost: ObservedGhost, node: SeenNode, observation: Observation): void {
  const { vote, last, commit, voters, message } = observation;
  if (observation.step === LIFE_BEGINS) beginLife(node);
  const led = node.role === 'leader' && node.term === observation.term;
  onTerm(ghost, node, observation);
  const votersBefore = node.voters;
  if (voters.length > 0) node.voters = voters;
  if (last !== null) onLast(ghost, node, last, led && node.role === 'leader');
  if (vote !== null) onVote(ghost, node, vote);
  if (observation.step === 'Bootstrap') onBootstrap(node);
  if (message !== null) onMessage(ghost, node, message, observation);
  if (node.role === 'leader') onLeader(ghost, node, observation);
  const agreedUpTo = acknowledged(observation);
  if (agreedUpTo !== null) onAcknowledge(ghost, node, agreedUpTo);
  if (commit !== null) onCommit(ghost, node, commit, votersBefore);
  compareCommitted(ghost, node);
  // Who does not say what it appends may have another entry there by now.
  if (!ghost.tracesAppends && node.role !== 'leader') node.log.forgetBehind(node.commit ?? 0);
}

/** What was not on the disk yet is gone, and which entries that were, nobody tells. */
function beginLife(node: SeenNode): void {
  node.log.forgetBehind(node.commit ?? 0);
  node.term = -1;
  node.last = null;
  node.commit = null;
  node.comparedUpTo = 0;
  node.agreedTerm = -1;
  node.append = null;
  node.request = null;
}

function onMessage(
  ghost: ObservedGhost,
  node: SeenNode,
  message: ObservedMessage,
  { step: name }: Observation,
): void {
  if (name.startsWith('Send')) {
    if (message.kind === 'vote-reply' && !message.isRefused) onGrant(ghost, node, message);
    return;
  }
  switch (message.kind) {
    case 'vote':
      node.request = message;
      return;
    case 'vote-reply':
      onVoteReply(ghost, node, message);
      return;
    case 'append':
      node.append = message;
      return;
    case 'append-reply':
      onAppendReply(node, message);
      return;
    default:
      // Heartbeats say nothing of logs; a snapshot is told by its acknowledgement.
      return;
  }
}

function onAppendReply(node: SeenNode, { from, term, index, isRefused }: ObservedMessage): void {
  if (term !== node.term || node.role !== 'leader') return;
  node.matches ??= new Map();
  if (isRefused) return;
  node.matches.set(from, Math.max(index, node.matches.get(from) ?? 0));
}

/** Up to where a follower says that its log agrees with that of the leader of its term. */
function acknowledged({ step: name, message, term, node }: Observation): number | null {
  const isAnswer = message?.kind === 'append-reply' && name.startsWith('Send');
  if (!isAnswer || message.isRefused || message.term !== term || message.to === node) return null;
  return message.index;
}

function isAppend({ step: name, message }: Observation): boolean {
  return message?.kind === 'append' && name.startsWith('Receive');
}
